import { simulate } from './simulate.js';

describe('a simulated world', () => {
  it('is the same for the same seed, bit for bit, and another one for another seed', async () => {
    const run = { seed: 7, faultMinutes: 2 };
    const [one, again, other] = [await simulate(run), await simulate(run), await simulate({ ...run, seed: 8 })];
    expect(again).toEqual(one);
    expect(other.digest).not.toBe(one.digest);
  }, 30_000);
});
