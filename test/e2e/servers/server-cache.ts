import { accessSync, constants, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Why something could not be got, as one line that says what to do. */
export class Missing extends Error {}

/**
 * A file or folder of the user's cache, made once per version: `make` writes it under another name and it is put in
 * place whole. Of several suites that miss it at the same time one makes it, and the others wait.
 */
export async function cachedFile(
  path: readonly [tool: string, version: string, file: string],
  make: (target: string) => Promise<void>,
): Promise<string> {
  const file = join(cacheFolder(), ...path);
  if (isReadable(file)) return file;
  mkdirSync(dirname(file), { recursive: true });
  const [unfinished, lock] = [`${file}.${process.pid}`, `${file}.lock`];
  while (!take(lock)) await sleep(500);
  try {
    if (isReadable(file)) return file;
    await make(unfinished);
    putInPlace(unfinished, file);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
    rmSync(lock, { force: true });
  }
  return file;
}

/** Tells a person who waits what is going on: a first run takes minutes. */
export function tell(line: string): void {
  process.stderr.write(`isthmus e2e: ${line}\n`);
}

/** Whether a file is there and may be read, or what `mode` says. */
export function isReadable(file: string, mode = constants.R_OK): boolean {
  try {
    accessSync(file, mode);
    return true;
  } catch {
    return false;
  }
}

/** A program of the PATH, or of one of the folders where it is often put. */
export function findProgram(name: string, furtherFolders: readonly string[] = []): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...furtherFolders];
  return folders.map((folder) => join(folder, name)).find((file) => isReadable(file, constants.X_OK));
}

/** Whether this process has the lock now; that of a process which has ended is taken from it. */
function take(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (!isHeld(lock)) rmSync(lock, { force: true });
    return false;
  }
}

function isHeld(lock: string): boolean {
  try {
    return process.kill(Number(readFileSync(lock, 'utf8')), 0);
  } catch {
    return false;
  }
}

/** Somebody else may have made the same folder meanwhile: theirs is as good. */
function putInPlace(unfinished: string, file: string): void {
  try {
    renameSync(unfinished, file);
  } catch (error) {
    if (!isReadable(file)) throw error;
  }
}

function cacheFolder(): string {
  const xdg = process.env['XDG_CACHE_HOME'];
  return join(xdg === undefined || xdg === '' ? join(homedir(), '.cache') : xdg, 'isthmus', 'e2e');
}
