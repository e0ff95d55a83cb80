import { fixedRandom } from '@isthmus/testing';

import { Breaker } from './breaker.js';

describe('Breaker', () => {
  const failTimes = (breaker: Breaker, times: number): boolean[] =>
    Array.from({ length: times }, () => breaker.fail(0));

  it('opens after five failures in a row, and not after four', () => {
    const breaker = new Breaker(fixedRandom());
    expect(failTimes(breaker, 5)).toEqual([false, false, false, false, true]);
    expect(breaker.isOpen).toBe(true);
  });

  it('starts to count anew after a success', () => {
    const breaker = new Breaker(fixedRandom());
    failTimes(breaker, 4);
    breaker.succeed();
    failTimes(breaker, 4);
    expect(breaker.isOpen).toBe(false);
  });

  it('stays open when a late answer comes in: only a probe closes it', () => {
    const breaker = new Breaker(fixedRandom());
    failTimes(breaker, 5);
    breaker.succeed();
    expect(breaker.isOpen).toBe(true);
  });

  it('waits a random share of 5 s, doubled by each failed probe, up to 5 min', () => {
    const breaker = new Breaker(fixedRandom(0.999));
    failTimes(breaker, 5);
    const waits = [breaker.waitMs(0)];
    for (let probe = 0; probe < 8; probe++) {
      breaker.failProbe(0);
      waits.push(breaker.waitMs(0));
    }
    const ceilings = [5, 10, 20, 40, 80, 160, 300, 300, 300].map((seconds) => seconds * 999);
    expect(waits.map(Math.round)).toEqual(ceilings);
  });

  it('never probes in a tight loop, whatever the dice say', () => {
    const breaker = new Breaker(fixedRandom(0));
    failTimes(breaker, 5);
    expect(breaker.waitMs(0)).toBeGreaterThanOrEqual(500);
  });

  it('forgets its history when it closes', () => {
    const breaker = new Breaker(fixedRandom(0.999));
    failTimes(breaker, 5);
    breaker.failProbe(0);
    breaker.close();
    expect(breaker.isOpen).toBe(false);
    failTimes(breaker, 5);
    expect(Math.round(breaker.waitMs(0))).toBe(4_995);
  });
});
