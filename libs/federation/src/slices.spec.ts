import type { Clock } from '@isthmus/ports';
import { atOnce, inSlices, letOthersRun, mapSteps } from './slices.js';

/** A clock on which the work itself takes time, and which counts the pauses. */
class WorkClock implements Pick<Clock, 'monotonicMs' | 'sleep'> {
  atMs = 0;
  sleeps = 0;

  monotonicMs(): number {
    return this.atMs;
  }

  sleep(): Promise<void> {
    this.sleeps += 1;
    return Promise.resolve();
  }
}

function* work(clock: WorkClock, eachMs: number): Generator<void, string> {
  for (let count = 1; count <= 100; count++) {
    clock.atMs += eachMs;
    yield* letOthersRun(25 * count);
  }
  return 'done';
}

describe('steps', () => {
  it('map a list in its order, and let others run in between', () => {
    const items = Array.from({ length: 100 }, (_, i) => i);
    const steps = mapSteps(items, (item) => 2 * item);
    let pauses = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) pauses += 1;
    expect([step.value.length, step.value[99], pauses]).toEqual([100, 198, 4]);
  });

  it('are one piece of work at once', () => {
    expect(atOnce(mapSteps([1, 2], String))).toEqual(['1', '2']);
  });

  it.each([
    ['not when they are fast', 0, 0],
    ['every 20 ms', 10, 50],
  ])('pause %s', async (_, eachMs, sleeps) => {
    const clock = new WorkClock();
    expect(await inSlices(work(clock, eachMs), clock)).toBe('done');
    expect(clock.sleeps).toBe(sleeps);
  });
});
