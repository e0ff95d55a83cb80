import { GUARDS } from '../../libs/testing/src/simulation/index.js';
import { GUARD_SEEDS } from './guard-seeds.js';
import { runMain } from './run-main.js';

const LIMIT_MS = 240_000;

describe('two hubs, two clusters, two regions and a Redis, where everything goes wrong', () => {
  it(
    'keep every invariant in 300 worlds, in 80 of which both hubs lead all the time, and become what they should be',
    async () => {
      const summary = await runMain('--seeds', '300', '--forced-from', '221', '--minutes', '3', '--jobs', '2');
      expect(summary).toMatchObject({ output: expect.stringContaining('seeds with violations 0\n'), code: 0 });
    },
    LIMIT_MS,
  );

  it(
    'fail no more where they once failed, and notice the absence of every guard',
    async () => expect(await runMain('--replay', '--jobs', '2')).toEqual({ output: '', code: 0 }),
    LIMIT_MS,
  );

  it('have a seed for every guard', () => {
    expect([...new Set(GUARD_SEEDS.map(({ guard }) => guard))].sort()).toEqual(Object.keys(GUARDS).sort());
  });
});
