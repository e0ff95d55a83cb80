import { getEventListeners } from 'node:events';
import { IsthmusError } from '@isthmus/model';
import type { Term } from '@isthmus/ports';
import { FakeLeaseStore, fixedRandom, ManualClock, recordingLogger, recordingMetrics, settle } from '@isthmus/testing';

import { Elector } from './elector.js';

const TIMINGS = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

function replica(name: string, { store, clock }: { readonly store: FakeLeaseStore; readonly clock: ManualClock }) {
  const logger = recordingLogger();
  const metrics = recordingMetrics();
  const elector = new Elector({ store, holder: name, timings: TIMINGS, clock, random: fixedRandom(), logger, metrics });
  const terms: Term[] = [];
  const stop = new AbortController();
  /** How long the work of a term goes on after the term has ended. */
  let lingersMs = 0;
  const lead = async (term: Term): Promise<void> => {
    terms.push(term);
    await new Promise<void>((resolve) => term.signal.addEventListener('abort', () => resolve(), { once: true }));
    await clock.sleep(lingersMs);
  };
  const ended = elector.run(lead, stop.signal);
  const linger = (ms: number): void => {
    lingersMs = ms;
  };
  return { elector, terms, stop, ended, logger, metrics, linger };
}

describe('Elector', () => {
  let clock = new ManualClock();
  let store = new FakeLeaseStore();
  const open = (name = 'a') => replica(name, { store, clock });
  beforeEach(() => {
    clock = new ManualClock();
    store = new FakeLeaseStore();
  });

  it('refuses timings that are not safe together', () => {
    const options = {
      store,
      holder: 'a',
      clock,
      random: fixedRandom(),
      logger: recordingLogger(),
      metrics: recordingMetrics(),
    };
    expect(() => new Elector({ ...options, timings: { ...TIMINGS, renewDeadlineMs: 14_000 } })).toThrow(
      'lease must be',
    );
    expect(() => new Elector({ ...options, timings: { ...TIMINGS, retryMs: 5_000 } })).toThrow('renewDeadline must be');
  });

  it('leads after one lease when nobody does, and says so once', async () => {
    const a = open();
    await clock.advance(14_000);
    expect(a.elector.view()).toEqual({ isLeader: false, holder: '', epoch: 0 });
    await clock.advance(3_000);
    expect(a.elector.view()).toEqual({ isLeader: true, holder: 'a', epoch: 1 });
    expect(a.elector.isSafe()).toBe(true);
    await clock.advance(60_000);
    expect(a.terms).toHaveLength(1);
    expect(a.logger.lines.filter(({ level }) => level !== 'debug')).toEqual([
      { level: 'info', message: 'this replica leads from now on', fields: { holder: 'a', epoch: 1 } },
    ]);
    expect(a.metrics.value('isthmus_leader_is_leader')).toBe(1);
    expect(a.metrics.value('isthmus_leader_deadline_seconds')).toBeGreaterThan(7);
  });

  it('lets one of two lead, and the other take over within the lease when the first is gone', async () => {
    const a = open('a');
    await clock.advance(17_000);
    const b = open('b');
    await clock.advance(30_000);
    expect([a.elector.isSafe(), b.elector.isSafe()]).toEqual([true, false]);
    expect(b.elector.view()).toEqual({ isLeader: false, holder: 'a', epoch: 1 });
    // The process of a is frozen: its renewals stop.
    const { renew } = store;
    store.renew = () => new Promise(() => undefined);
    await clock.advance(10_000);
    expect([a.elector.isSafe(), b.elector.isSafe()]).toEqual([false, false]);
    expect(a.terms[0]?.signal.aborted).toBe(true);
    store.renew = renew.bind(store);
    await clock.advance(8_000);
    expect(b.elector.view()).toEqual({ isLeader: true, holder: 'b', epoch: 2 });
  });

  it('ends its term at the deadline while the store does not answer, and not before', async () => {
    const a = open();
    await clock.advance(17_000);
    store.fault = 'down';
    await clock.advance(7_000);
    expect(a.terms[0]?.signal.aborted).toBe(false);
    await clock.advance(4_000);
    expect(a.terms[0]?.signal.aborted).toBe(true);
    expect(a.elector.isSafe()).toBe(false);
    expect(a.metrics.value('isthmus_leader_renew_failures_total', { reason: 'network' })).toBeGreaterThan(2);
    store.fault = 'none';
    await clock.advance(3_000);
    expect(a.terms.map(({ epoch }) => epoch)).toEqual([1, 2]);
  });

  it('is not safe after the machine was suspended, which stops the monotonic clock', async () => {
    const a = open();
    await clock.advance(17_000);
    clock.jumpWallClock(11_000);
    expect(a.elector.isSafe()).toBe(false);
    await clock.advance(2_100);
    expect(a.elector.isSafe()).toBe(true);
  });

  it('leaves nothing behind with each look at a lease that another one holds', async () => {
    const a = open('a');
    await clock.advance(20_000);
    const b = open('b');
    await clock.advance(20_000);
    const before = getEventListeners(b.stop.signal, 'abort').length;
    await clock.advance(120_000);
    expect(a.elector.isSafe()).toBe(true);
    expect(getEventListeners(b.stop.signal, 'abort')).toHaveLength(before);
  });

  it('takes a higher epoch with the next renewal', async () => {
    const a = open();
    await clock.advance(17_000);
    a.elector.raiseEpoch(41);
    await clock.advance(2_100);
    expect(a.elector.view().epoch).toBe(42);
    expect(a.terms).toHaveLength(1);
  });

  it('begins no new term before the work of the last one has ended', async () => {
    const a = open();
    a.linger(20_000);
    await clock.advance(17_000);
    store.record = { ...store.record, holder: 'thief' };
    await clock.advance(19_000);
    expect(a.terms).toHaveLength(1);
    store.record = { ...store.record, holder: 'nobody' };
    await clock.advance(20_000);
    expect(a.terms).toHaveLength(2);
  });

  it('gives the lease up when it stops, after its work has ended', async () => {
    const [a, b] = [open('a'), open('b')];
    await clock.advance(20_000);
    const [leader, follower] = a.elector.isSafe() ? [a, b] : [b, a];
    leader.linger(500);
    leader.stop.abort();
    await settle();
    expect(leader.terms[0]?.signal.aborted).toBe(true);
    expect(store.requests).not.toContain('release');
    await clock.advance(500);
    await leader.ended;
    expect(store.requests).toContain('release');
    await clock.advance(2_000);
    expect(follower.elector.isSafe()).toBe(true);
  });

  it('stops although its work does not end', async () => {
    const a = open();
    a.linger(1e9);
    await clock.advance(17_000);
    a.stop.abort();
    await clock.advance(2_000);
    await a.ended;
    expect(store.record.holder).toBe('');
  });

  it('says that the lease was not given up when the store is down', async () => {
    const a = open();
    await clock.advance(17_000);
    store.fault = 'down';
    a.stop.abort();
    await clock.advance(0);
    await a.ended;
    expect(a.logger.lines.at(-1)).toMatchObject({ level: 'warn', fields: { code: 'network' } });
  });

  it('leads by a lease that it took without being told', async () => {
    const a = open();
    await clock.advance(14_000);
    const { acquire } = store;
    store.acquire = async (request) => {
      await acquire.call(store, request);
      throw new IsthmusError('timeout', 'no answer in time');
    };
    await clock.advance(2_000);
    expect([a.elector.isSafe(), store.record.holder]).toEqual([false, 'a']);
    store.acquire = acquire;
    await clock.advance(2_000);
    expect(a.elector.view()).toMatchObject({ isLeader: true, epoch: 2 });
  });

  it('gives the lease up when its work fails, so that another one may lead', async () => {
    const logger = recordingLogger();
    const rest = { clock, random: fixedRandom(), logger, metrics: recordingMetrics() };
    const elector = new Elector({ store, holder: 'a', timings: TIMINGS, ...rest });
    const stop = new AbortController();
    const ended = elector.run(() => {
      throw new Error('broken');
    }, stop.signal);
    const b = open('b');
    await clock.advance(20_000);
    expect(logger.lines).toContainEqual({
      level: 'error',
      message: 'the work of a term failed',
      fields: { code: 'internal-error', error: 'leading: Error: broken' },
    });
    expect([elector.isSafe(), b.elector.isSafe()]).toEqual([false, true]);
    stop.abort();
    await ended;
  });
});
