import { readFile, writeFile } from 'node:fs/promises';
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

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'it does not exist',
  EACCES: 'it may not be read',
  EPERM: 'it may not be read',
  EISDIR: 'it is a folder',
};

/** The files of this machine. */
export const systemFiles: WritableFiles = {
  read: async (path) => {
    try {
      return ok(await readFile(path, 'utf8'));
    } catch (error) {
      const code = codeOf(error);
      return err(REASONS[code] ?? code);
    }
  },
  write: async (path, text) => writeFile(path, text, { mode: 0o600 }),
};

/** The system's code (`ENOENT`) of a failed call. */
function codeOf(error: unknown): string {
  const isSystemError = typeof error === 'object' && error !== null && 'code' in error;
  return isSystemError ? String(error.code) : 'unknown error';
}
