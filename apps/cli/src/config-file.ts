import { resolve } from 'node:path';

/** Where the command was called, as the process sees it. */
export interface CallSite {
  readonly cwd: string;
  /** Set by npm, which runs scripts at the root of the checkout, to where the person is. */
  readonly initCwd: string | undefined;
}

/** The absolute path of a file named on the command line. */
export function resolveConfigFile(file: string, { cwd, initCwd }: CallSite): string {
  return resolve(initCwd ?? cwd, file);
}
