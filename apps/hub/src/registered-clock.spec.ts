import { ManualClock } from '@isthmus/testing';
import { SchedulerRegistry } from '@nestjs/schedule';

import { registeredClock } from './registered-clock.js';

describe('registeredClock', () => {
  it('holds a sleep as a timer under the name of its loop, and only as long as it lasts', async () => {
    const registry = new SchedulerRegistry();
    const slept = registeredClock(registry, 'cluster eks', new ManualClock()).sleep(1);
    expect(registry.getTimeouts()).toEqual(['cluster eks']);
    await slept;
    expect(registry.getTimeouts()).toEqual([]);
  });

  it('lets go of the timer at once when the sleep is aborted', async () => {
    const registry = new SchedulerRegistry();
    const stop = new AbortController();
    const slept = registeredClock(registry, 'cluster eks', new ManualClock()).sleep(60_000, stop.signal);
    stop.abort(new Error('stopped'));
    expect(registry.getTimeouts()).toEqual([]);
    await expect(slept).rejects.toThrow('stopped');
  });

  it('does not start to sleep when it was aborted before', async () => {
    const registry = new SchedulerRegistry();
    const slept = registeredClock(registry, 'cluster eks', new ManualClock()).sleep(60_000, AbortSignal.abort());
    expect(registry.getTimeouts()).toEqual([]);
    await expect(slept).rejects.toThrow(/abort/i);
  });

  it('asks the other clock what time it is', async () => {
    const clock = new ManualClock(1_000);
    await clock.advance(5);
    const registered = registeredClock(new SchedulerRegistry(), 'x', clock);
    expect([registered.nowMs(), registered.monotonicMs()]).toEqual([1_005, 5]);
  });
});
