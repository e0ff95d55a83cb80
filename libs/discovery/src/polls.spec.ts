import { IsthmusError, complete, emptySnapshot, failed, sourceName } from '@isthmus/model';
import type { ServiceState, Snapshot } from '@isthmus/model';
import { instance, reading, serviceRecord, source } from '@isthmus/testing';
import { newState } from './catalogue.js';
import type { PollRecord } from './polls.js';
import { dueAtMs, duePolls, nextPollAtMs, pollClass, recordPoll } from './polls.js';

const DAY_MS = 24 * 3_600_000;
const NOW_MS = 100 * DAY_MS;
const { poll } = source();

function state(name: string, changes: Partial<ServiceState> = {}): ServiceState {
  const read = { reading: reading([instance('10.0.0.1')]) };
  return { ...newState(serviceRecord(name, { createdAtMs: 0 }), 'catalogue', 0), ...read, ...changes };
}

function snapshotOf(states: readonly ServiceState[]): Snapshot {
  const services = new Map(states.map((each) => [each.service.key, each]));
  return { ...emptySnapshot(sourceName('us'), 'us-east-1'), services };
}

function logOf(states: readonly ServiceState[], polledAtMs: number) {
  const record: PollRecord = { polledAtMs, completeAtMs: polledAtMs, error: undefined };
  return new Map(states.map(({ service }) => [service.key, record]));
}

describe('pollClass', () => {
  const emptiness = { reads: 1, firstAtMs: 0, lastAtMs: 0, revision: 1, observedAtMs: 0, isConfirmed: false };
  const regression = { reads: 1, firstAtMs: 0, observedAtMs: 0, revision: 1 };
  const cases: Record<string, readonly [Partial<ServiceState>, 'hot' | 'warm' | 'cold']> = {
    'is hot for ten minutes after a change': [{ changedAtMs: NOW_MS - 599_999 }, 'hot'],
    'is warm from ten minutes on': [{ changedAtMs: NOW_MS - 600_000 }, 'warm'],
    'is warm within a day of a change': [{ changedAtMs: NOW_MS - DAY_MS + 1 }, 'warm'],
    'is cold a day after a change': [{ changedAtMs: NOW_MS - DAY_MS }, 'cold'],
    'is cold when it never changed': [{}, 'cold'],
    'is hot when it was just created': [{ service: serviceRecord('web.shop', { createdAtMs: NOW_MS - 1 }) }, 'hot'],
    'is warm until it was read once': [{ reading: undefined }, 'warm'],
    'is hot while emptiness is being proven': [{ emptiness }, 'hot'],
    'is cold once emptiness is proven': [{ emptiness: { ...emptiness, isConfirmed: true } }, 'cold'],
    'is hot while a regression is being proven': [{ regression }, 'hot'],
  };
  it.each(Object.entries(cases))('%s', (_, [changes, expected]) => {
    expect(pollClass(state('web.shop', changes), NOW_MS)).toBe(expected);
  });
});

describe('dueAtMs', () => {
  it('is due at once when it was never polled', () => {
    expect(dueAtMs(state('web.shop', { firstSeenAtMs: 42 }), poll, undefined)).toBe(42);
  });

  it('is due once per interval, always at the same phase', () => {
    const first = dueAtMs(state('web.shop'), poll, NOW_MS);
    expect(first - NOW_MS).toBeGreaterThan(0);
    expect(first - NOW_MS).toBeLessThanOrEqual(poll.coldMs);
    expect(dueAtMs(state('web.shop'), poll, first)).toBe(first + poll.coldMs);
    expect(dueAtMs(state('web.shop'), poll, first + 250)).toBe(first + poll.coldMs);
  });

  it('is due sooner after a change', () => {
    const due = dueAtMs(state('web.shop', { changedAtMs: NOW_MS }), poll, NOW_MS);
    expect(due - NOW_MS).toBeLessThanOrEqual(poll.hotMs);
  });

  it('spreads the calls of many services over the interval', () => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let index = 0; index < 1_000; index++) {
      const tenth = Math.ceil(((dueAtMs(state(`web-${index}.shop`), poll, NOW_MS) - NOW_MS) / poll.coldMs) * 10) - 1;
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(Math.min(...tenths)).toBeGreaterThan(50);
    expect(Math.max(...tenths)).toBeLessThan(150);
  });
});

describe('duePolls', () => {
  const [hot, cold] = [state('hot.shop', { changedAtMs: NOW_MS }), state('cold.shop')];

  it('are those too that were polled at a time that is yet to come: the clock was set back', () => {
    const web = state('web.shop');
    const due = duePolls(snapshotOf([web]), logOf([web], NOW_MS + 600_000), { poll, nowMs: NOW_MS });
    expect(due).toEqual([web]);
  });

  it('takes what is due, the latest first', () => {
    const snapshot = snapshotOf([hot, cold]);
    const nowMs = NOW_MS + poll.coldMs;
    const due = duePolls(snapshot, logOf([hot, cold], NOW_MS), { poll, nowMs });
    const times = due.map((each) => dueAtMs(each, poll, NOW_MS));
    expect(due).toHaveLength(2);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('takes nothing that was just polled', () => {
    expect(duePolls(snapshotOf([hot, cold]), logOf([hot, cold], NOW_MS), { poll, nowMs: NOW_MS })).toEqual([]);
  });

  it('takes what was never polled before what is due by its interval', () => {
    const fresh = state('fresh.shop', { reading: undefined, firstSeenAtMs: 0 });
    const due = duePolls(snapshotOf([hot, fresh]), logOf([hot], NOW_MS), { poll, nowMs: NOW_MS + poll.hotMs });
    expect(due.map(({ service }) => service.serviceName)).toEqual(['fresh', 'hot']);
  });

  it('does not ask for a service that only an object knows before it is known who asks: it may be another account’s', () => {
    const live = snapshotOf([newState(serviceRecord('web.shop'), 'live', 0)]);
    expect(duePolls(live, new Map(), { poll, nowMs: 1 })).toEqual([]);
    expect(duePolls({ ...live, account: '111122223333' }, new Map(), { poll, nowMs: 1 })).toHaveLength(1);
  });

  it('does not ask by name for a service whose name another one has taken', () => {
    const absence = { passesAtMs: [1], notFoundAtMs: undefined };
    const old = state('web.shop', { absence });
    const successor = { ...state('web.shop'), service: serviceRecord('web.shop', { id: 'srv-new' }) };
    const polled = (states: readonly ServiceState[]) =>
      duePolls(snapshotOf(states), new Map(), { poll, nowMs: NOW_MS }).map(({ service }) => service.identity.serviceId);
    expect(polled([old, successor])).toEqual(['srv-new']);
    expect(polled([old])).toEqual(['srv-web']);
  });
});

describe('nextPollAtMs', () => {
  it('is the earliest due time', () => {
    const states = [state('a.shop'), state('b.shop')];
    const expected = Math.min(...states.map((each) => dueAtMs(each, poll, NOW_MS)));
    expect(nextPollAtMs(snapshotOf(states), logOf(states, NOW_MS), poll)).toBe(expected);
  });

  it('is undefined when there is no service', () => {
    expect(nextPollAtMs(snapshotOf([]), new Map(), poll)).toBeUndefined();
  });
});

describe('recordPoll', () => {
  const throttled = failed(new IsthmusError('throttled', 'DiscoverInstances: rate exceeded'));

  it('keeps the last complete poll and the first failure in a row', () => {
    const good = recordPoll(undefined, complete([], 1), 10);
    const bad = recordPoll(recordPoll(good, throttled, 20), throttled, 30);
    expect(bad).toMatchObject({ polledAtMs: 30, completeAtMs: 10, error: { code: 'throttled', sinceMs: 20 } });
  });

  it('forgets the error with a complete poll', () => {
    const recovered = recordPoll(recordPoll(undefined, throttled, 20), complete([], 1), 30);
    expect(recovered).toEqual({ polledAtMs: 30, completeAtMs: 30, error: undefined });
  });

  it('counts a partial answer as a failure of its missing part', () => {
    const missing = new IsthmusError('truncated', '1,000 instances');
    const record = recordPoll(undefined, { kind: 'partial', value: [], observedAtMs: 1, missing }, 5);
    expect(record).toMatchObject({ completeAtMs: undefined, error: { code: 'truncated' } });
  });
});
