import { execFile } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Runs the simulation as `npm run simulate` does, from the sources: in a process of its own it takes half the time. */
export function runMain(...options: readonly string[]): Promise<{ readonly output: string; readonly code: number }> {
  const program = ['--no-warnings', '--import', './scripts/typescript-sources.mjs', 'test/simulation/main.ts'];
  // What each of its processes would compile anew.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/compiled') };
  return new Promise((resolve) => {
    execFile(process.execPath, [...program, ...options], { cwd: ROOT, env }, (error, stdout, stderr) => {
      resolve({ output: stdout + stderr, code: error === null ? 0 : 1 });
    });
  });
}
