import { fixedRandom, ManualClock, recordingLogger, settle, silentLogger } from '@isthmus/testing';

import { Loop } from './loop.js';

describe('Loop', () => {
  const rig = (work: (signal: AbortSignal, clock: ManualClock) => Promise<number>, minGapMs = 0) => {
    const clock = new ManualClock();
    const run = (signal: AbortSignal): Promise<number> => work(signal, clock);
    const stop = new AbortController();
    const logger = recordingLogger();
    const loop = new Loop({ name: 'test', clock, random: fixedRandom(0.5), logger, run, minGapMs, jitterShare: 0 });
    return { clock, stop, logger, loop, ended: loop.start(stop.signal) };
  };

  it('runs at once and then after the wait that the run answered', async () => {
    let runs = 0;
    const { clock, stop, ended } = rig(() => Promise.resolve(++runs && 1_000));
    await settle();
    expect(runs).toBe(1);
    await clock.advance(999);
    expect(runs).toBe(1);
    await clock.advance(1);
    expect(runs).toBe(2);
    stop.abort();
    await ended;
  });

  it('never runs twice at a time, and makes one run of many wakes during a run', async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    const { clock, stop, loop, ended } = rig(async (_, clock) => {
      runs++;
      most = Math.max(most, ++running);
      await clock.sleep(100);
      running--;
      return 60_000;
    });
    await settle();
    for (let wake = 0; wake < 10; wake++) loop.wake();
    await clock.advance(1_000);
    expect({ runs, most }).toEqual({ runs: 2, most: 1 });
    stop.abort();
    await ended;
  });

  it('runs sooner when woken, but not before the rest between two runs is over', async () => {
    const at: number[] = [];
    const { clock, stop, loop, ended } = rig((_, clock) => {
      at.push(clock.monotonicMs());
      return Promise.resolve(60_000);
    }, 200);
    await clock.advance(50);
    loop.wake();
    await clock.advance(10_000);
    loop.wake();
    await clock.advance(1);
    expect(at).toEqual([0, 200, 10_050]);
    stop.abort();
    await ended;
  });

  it('repeats a run that threw, later each time, and says so', async () => {
    let runs = 0;
    const { clock, stop, logger, ended } = rig(() => {
      runs++;
      return Promise.reject(new Error('boom'));
    });
    await clock.advance(500 + 1_000 + 2_000);
    expect(runs).toBe(4);
    expect(logger.lines.map(({ level }) => level)).toEqual(['error', 'error', 'error', 'error']);
    stop.abort();
    await ended;
  });

  it('stops when it is told to, during a wait and during a run', async () => {
    const waiting = rig(() => Promise.resolve(60_000));
    await settle();
    waiting.stop.abort();
    await waiting.ended;
    const running = rig((signal) => new ManualClock().sleep(60_000, signal).then(() => 0));
    await settle();
    running.stop.abort();
    await running.ended;
    expect(running.logger.lines).toEqual([]);
  });

  it('adds a random share to each wait, so that loops do not march in step', async () => {
    const clock = new ManualClock();
    const stop = new AbortController();
    let runs = 0;
    const run = (): Promise<number> => Promise.resolve(++runs && 1_000);
    const loop = new Loop({ name: 'test', clock, random: fixedRandom(0.5), logger: silentLogger, run, minGapMs: 0 });
    const ended = loop.start(stop.signal);
    await clock.advance(1_049);
    expect(runs).toBe(1);
    await clock.advance(1);
    expect(runs).toBe(2);
    stop.abort();
    await ended;
  });
});
