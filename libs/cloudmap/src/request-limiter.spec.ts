import { ManualClock } from '@isthmus/testing';
import { RequestLimiter } from './request-limiter.js';

const never = new AbortController().signal;

const grants = (limiter: RequestLimiter, count: number): { readonly granted: () => number } => {
  let granted = 0;
  for (let call = 0; call < count; call++) void limiter.take(never).then(() => (granted += 1));
  return { granted: () => granted };
};

describe('RequestLimiter', () => {
  it('lets a burst pass at once and the rest at the rate', async () => {
    const clock = new ManualClock();
    const { granted } = grants(new RequestLimiter({ ratePerSecond: 2, burst: 3 }, clock), 6);
    await clock.advance(0);
    expect(granted()).toBe(3);
    await clock.advance(500);
    expect(granted()).toBe(4);
    await clock.advance(1000);
    expect(granted()).toBe(6);
  });

  it('halves the rate on a throttle, and once only for throttles within one second', async () => {
    const clock = new ManualClock();
    const limiter = new RequestLimiter({ ratePerSecond: 100, burst: 100 }, clock);
    limiter.slowDown();
    limiter.slowDown();
    expect(limiter.ratePerSecond).toBe(50);
    await clock.advance(1000);
    limiter.slowDown();
    expect(limiter.ratePerSecond).toBeCloseTo(25, 0);
  });

  it('gets 5 % of the full rate back per minute, and no more than the full rate', async () => {
    const clock = new ManualClock();
    const limiter = new RequestLimiter({ ratePerSecond: 100, burst: 100 }, clock);
    limiter.slowDown();
    await clock.advance(60_000);
    expect(limiter.ratePerSecond).toBeCloseTo(55);
    await clock.advance(3_600_000);
    expect(limiter.ratePerSecond).toBe(100);
    await limiter.take(never);
    await clock.advance(1000);
    const { granted } = grants(limiter, 200);
    await clock.advance(0);
    expect(granted()).toBe(100);
  });

  it('never falls below 5 % of the full rate', async () => {
    const clock = new ManualClock();
    const limiter = new RequestLimiter({ ratePerSecond: 100, burst: 100 }, clock);
    for (let throttle = 0; throttle < 20; throttle++) {
      limiter.slowDown();
      await clock.advance(1000);
    }
    expect(limiter.ratePerSecond).toBeGreaterThanOrEqual(5);
    expect(limiter.ratePerSecond).toBeLessThan(6);
  });

  it('applies the lowered rate to what is taken next', async () => {
    const clock = new ManualClock();
    const limiter = new RequestLimiter({ ratePerSecond: 10, burst: 1 }, clock);
    limiter.slowDown();
    const { granted } = grants(limiter, 3);
    await clock.advance(100);
    expect(granted()).toBe(1);
    await clock.advance(100);
    expect(granted()).toBe(2);
  });

  it('rejects with the reason of the signal and gives the token back', async () => {
    const clock = new ManualClock();
    const limiter = new RequestLimiter({ ratePerSecond: 1, burst: 1 }, clock);
    await limiter.take(never);
    const controller = new AbortController();
    const waiting = limiter.take(controller.signal);
    controller.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    const { granted } = grants(limiter, 1);
    await clock.advance(1000);
    expect(granted()).toBe(1);
  });

  it('takes nothing for a signal that is aborted already', async () => {
    const limiter = new RequestLimiter({ ratePerSecond: 1, burst: 1 }, new ManualClock());
    await expect(limiter.take(AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
    await expect(limiter.take(never)).resolves.toBeUndefined();
  });
});
