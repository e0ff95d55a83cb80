import { jest } from '@jest/globals';
import { systemClock, systemRandom } from './system-clock.js';

describe('systemClock', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('tells the wall clock in epoch ms', () => {
    jest.setSystemTime(1_700_000_000_000);
    expect(systemClock.nowMs()).toBe(1_700_000_000_000);
  });

  it('sleeps as long as it was told', async () => {
    const ends = jest.fn();
    const sleeping = systemClock.sleep(1000).then(ends);
    await jest.advanceTimersByTimeAsync(999);
    expect(ends).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    await sleeping;
    expect(ends).toHaveBeenCalledTimes(1);
  });

  it('sleeps longer than one timer can', async () => {
    const month = 30 * 24 * 3_600_000;
    const ends = jest.fn();
    void systemClock.sleep(month).then(ends);
    await jest.advanceTimersByTimeAsync(month - 1);
    expect(ends).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(ends).toHaveBeenCalledTimes(1);
  });

  it('rejects with the reason when it is aborted, and leaves no timer', async () => {
    const controller = new AbortController();
    const reason = new Error('term lost');
    const sleeping = systemClock.sleep(60_000, controller.signal);
    controller.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('rejects at once when the signal was aborted before', async () => {
    await expect(systemClock.sleep(60_000, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
  });
});

describe('systemRandom', () => {
  it('gives numbers from 0 to below 1', () => {
    const numbers = Array.from({ length: 100 }, () => systemRandom.next());
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(new Set(numbers).size).toBeGreaterThan(90);
  });
});
