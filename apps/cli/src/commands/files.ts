import { chmod, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';

/** Reads text files. */
export interface Files {
  /** The text, or why it cannot be read, as the end of a sentence. */
  read(path: string): Promise<Result<string, string>>;
}

/** Writes text files. */
export interface WritableFiles extends Files {
  /** Writes a text that only its owner may read; rejects when it cannot. */
  write(path: string, text: string): Promise<void>;
}

/** Changes text files that exist. */
export interface EditableFiles extends Files {
  /** Gives a file another text, all at once: nobody ever reads a part of it. Rejects when it cannot. */
  replace(path: string, text: string): Promise<void>;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'it does not exist',
  EACCES: 'it may not be read',
  EPERM: 'it may not be read',
  EISDIR: 'it is a folder',
};

/** The files of this machine. */
export const systemFiles: WritableFiles & EditableFiles = {
  read: async (path) => {
    try {
      return ok(await readFile(path, 'utf8'));
    } catch (error) {
      const code = codeOf(error);
      return err(REASONS[code] ?? code);
    }
  },
  write: async (path, text) => writeFile(path, text, { mode: 0o600 }),
  replace: async (path, text) => {
    const target = await realpath(path);
    const next = `${target}.${process.pid}.new`;
    try {
      await writeFile(next, text, { mode: 0o600, flag: 'wx' });
      await chmod(next, (await stat(target)).mode);
      await rename(next, target);
    } catch (error) {
      await rm(next, { force: true });
      throw new Error(`${path} cannot be written: ${codeOf(error)}`, { cause: error });
    }
  },
};

/** The system's code (`ENOENT`) of a failed call. */
function codeOf(error: unknown): string {
  const isSystemError = typeof error === 'object' && error !== null && 'code' in error;
  return isSystemError ? String(error.code) : 'unknown error';
}
