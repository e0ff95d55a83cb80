import { readFile } from 'node:fs/promises';
import type { Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';

/** Reads text files. */
export interface Files {
  /** The text, or why it cannot be read, as the end of a sentence. */
  read(path: string): Promise<Result<string, string>>;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'it does not exist',
  EACCES: 'it may not be read',
  EPERM: 'it may not be read',
  EISDIR: 'it is a folder',
};

/** The files of this machine. */
export const systemFiles: Files = {
  read: async (path) => {
    try {
      return ok(await readFile(path, 'utf8'));
    } catch (error) {
      const code = codeOf(error);
      return err(REASONS[code] ?? code);
    }
  },
};

/** The system's code (`ENOENT`) of a failed call. */
function codeOf(error: unknown): string {
  const isSystemError = typeof error === 'object' && error !== null && 'code' in error;
  return isSystemError ? String(error.code) : 'unknown error';
}
