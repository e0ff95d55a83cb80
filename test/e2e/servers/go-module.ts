import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder with a `go.mod` beside this file: where one version of one tool or set of files is written down. */
export interface GoModule {
  readonly folder: string;
  /** The module in its `require` whose version counts. */
  readonly requires: string;
}

/** Why something could not be got, as one line that says what to do. */
export class Missing extends Error {}

/** The version that a `go.mod` asks for. */
export function versionOf({ folder, requires }: GoModule): string {
  const text = readFileSync(join(import.meta.dirname, folder, 'go.mod'), 'utf8');
  const version = text
    .split('\n')
    .map((line) => line.replace('require', '').trim().split(' '))
    .find(([module]) => module === requires)?.[1];
  if (version === undefined) throw new Error(`${folder}/go.mod does not require ${requires}`);
  return version;
}

/** A file of the user's cache, made once per version: `make` writes it under another name and it is put in place whole. */
export async function cachedFile(
  path: readonly [tool: string, version: string, file: string],
  make: (target: string) => Promise<void>,
): Promise<string> {
  const file = join(cacheFolder(), ...path);
  if (isReadable(file)) return file;
  mkdirSync(dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  try {
    await make(unfinished);
    renameSync(unfinished, file);
  } finally {
    rmSync(unfinished, { force: true });
  }
  return file;
}

/** Runs `go` in the folder of a module and returns what it prints; its errors go to the log of this process. */
export async function runGo({ folder }: GoModule, words: readonly string[]): Promise<string> {
  const child = spawn('nice', [findGo(), ...words], {
    cwd: join(import.meta.dirname, folder),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-p=2', GOTOOLCHAIN: 'auto' },
  });
  let [output, complaints] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  if (exitCode === 0) return output;
  throw new Missing(`go ${words[0] ?? ''} in ${folder} failed: ${complaints.trim().split('\n').at(-1) ?? ''}`);
}

/** Tells a person who waits what is going on: a first run takes minutes. */
export function tell(line: string): void {
  process.stderr.write(`isthmus e2e: ${line}\n`);
}

function cacheFolder(): string {
  const xdg = process.env['XDG_CACHE_HOME'];
  return join(xdg === undefined || xdg === '' ? join(homedir(), '.cache') : xdg, 'isthmus', 'e2e');
}

/** Go from the PATH, else from where its own installer puts it. */
function findGo(): string {
  const folders = [...(process.env['PATH'] ?? '').split(':'), join(process.env['GOROOT'] ?? '/usr/local/go', 'bin')];
  const go = folders.map((folder) => join(folder, 'go')).find((file) => isReadable(file, constants.X_OK));
  if (go !== undefined) return go;
  throw new Missing('Go is not installed → install Go 1.25 or newer (go.dev/dl), or set KUBEBUILDER_ASSETS');
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
