import { execFile } from 'node:child_process';
import { join } from 'node:path';

import { GUARDS } from '../../libs/testing/src/simulation/index.js';
import { GUARD_SEEDS } from './guard-seeds.js';

const ROOT = join(import.meta.dirname, '../..');
const LIMIT_MS = 240_000;

/** Runs the simulation as `npm run simulate` does, from the sources: in a process of its own it takes half the time. */
function run(...options: readonly string[]): Promise<{ readonly output: string; readonly code: number }> {
  const program = ['--no-warnings', '--import', './scripts/typescript-sources.mjs', 'test/simulation/main.ts'];
  return new Promise((resolve) => {
    execFile(process.execPath, [...program, ...options], { cwd: ROOT }, (error, stdout, stderr) => {
      resolve({ output: stdout + stderr, code: error === null ? 0 : 1 });
    });
  });
}

describe('two hubs, two clusters, two regions and a Redis, where everything goes wrong', () => {
  it(
    'keep every invariant in 300 worlds, in 80 of which both hubs lead all the time, and become what they should be',
    async () => {
      const elected = await run('--seeds', '220', '--minutes', '3', '--jobs', '2');
      expect(elected).toMatchObject({ output: expect.stringContaining('seeds with violations 0\n'), code: 0 });
      const forced = await run('--from', '221', '--seeds', '80', '--minutes', '3', '--jobs', '2', '--forced');
      expect(forced).toMatchObject({ output: expect.stringContaining('seeds with violations 0\n'), code: 0 });
    },
    LIMIT_MS,
  );

  it(
    'fail no more where they once failed, and notice the absence of every guard',
    async () => expect(await run('--replay')).toEqual({ output: '', code: 0 }),
    LIMIT_MS,
  );

  it('have a seed for every guard', () => {
    expect([...new Set(GUARD_SEEDS.map(({ guard }) => guard))].sort()).toEqual(Object.keys(GUARDS).sort());
  });
});
