import { emptySnapshot, sourceName } from '@isthmus/model';
import type { Code, ErrorReport, ServiceState, Snapshot } from '@isthmus/model';
import { instance, reading, serviceRecord } from '@isthmus/testing';
import { newState } from './catalogue.js';
import type { PollLog, PollRecord } from './polls.js';
import { sourceState, sourceSummary } from './source-state.js';

const NOW_MS = 10_000_000;
const LIMITS = { staleAfterMs: 120_000, frozenAfterMs: 600_000 };
const web = serviceRecord('web.shop');
const api = serviceRecord('api.shop');

function world(catalogue: { readAgo?: number; error?: Code }, polls: readonly (PollRecord | undefined)[]) {
  const states = polls.map((_, index): ServiceState => {
    const state = newState(index === 0 ? web : api, 'catalogue', 0);
    return { ...state, reading: reading([instance('10.0.0.1'), instance('10.0.0.2')]) };
  });
  const snapshot: Snapshot = {
    ...emptySnapshot(sourceName('us'), 'us-east-1'),
    catalogue: {
      lastCompleteAtMs: catalogue.readAgo === undefined ? undefined : NOW_MS - catalogue.readAgo,
      error: catalogue.error && report(catalogue.error, 0),
      namespaceIds: [],
    },
    services: new Map(states.map((state) => [state.service.key, state])),
  };
  const entries = polls.flatMap((record, index) =>
    record ? [[index === 0 ? web.key : api.key, record] as const] : [],
  );
  return { snapshot, log: new Map(entries) satisfies PollLog };
}

function report(code: Code, sinceMs: number): ErrorReport {
  return { code, message: code, sinceMs };
}

const good = (ago: number): PollRecord => ({ polledAtMs: NOW_MS - ago, completeAtMs: NOW_MS - ago, error: undefined });
const bad = (code: Code, ago: number, goodAgo?: number): PollRecord => ({
  polledAtMs: NOW_MS,
  completeAtMs: goodAgo === undefined ? undefined : NOW_MS - goodAgo,
  error: report(code, NOW_MS - ago),
});

describe('sourceState', () => {
  const cases: Record<string, readonly [ReturnType<typeof world>, string]> = {
    'is unread before the first complete pass': [world({}, []), 'unread'],
    'is unread before the first complete answer of a service': [world({ readAgo: 1 }, [undefined]), 'unread'],
    'is fresh when both planes were read': [world({ readAgo: 1_000 }, [good(500)]), 'fresh'],
    'is fresh without any service': [world({ readAgo: 1_000 }, []), 'fresh'],
    'is fresh at exactly two minutes': [world({ readAgo: 120_000 }, []), 'fresh'],
    'is stale after two minutes': [world({ readAgo: 120_001 }, []), 'stale'],
    'is frozen after ten minutes': [world({ readAgo: 600_001 }, []), 'frozen'],
    'is fresh during a long catalogue pass': [world({ readAgo: 300_000 }, [good(500)]), 'fresh'],
    'is stale when only the catalogue cannot be read': [
      world({ readAgo: 121_000, error: 'timeout' }, [good(1)]),
      'stale',
    ],
    'is stale when only the services cannot be read': [
      world({ readAgo: 1 }, [bad('timeout', 130_000, 131_000)]),
      'stale',
    ],
    'is denied when the catalogue is': [world({ readAgo: 1, error: 'access-denied' }, [good(1)]), 'denied'],
    'is denied when the services are': [world({ readAgo: 1 }, [bad('access-denied', 5_000, 6_000)]), 'denied'],
    'is denied without credentials': [world({ error: 'credentials-missing' }, []), 'denied'],
    'is denied in the wrong account': [world({ error: 'wrong-account' }, []), 'denied'],
    'is denied rather than throttled': [world({ error: 'throttled' }, [bad('access-denied', 0)]), 'denied'],
    'is throttled when a plane is': [world({ readAgo: 1, error: 'throttled' }, []), 'throttled'],
    'is fresh when one service alone is denied': [
      world({ readAgo: 1 }, [bad('access-denied', 5_000), good(10)]),
      'fresh',
    ],
  };
  it.each(Object.entries(cases))('%s', (_, [{ snapshot, log }, expected]) => {
    expect(sourceState(snapshot, log, { nowMs: NOW_MS, limits: LIMITS })).toBe(expected);
  });

  it('does not count the polls of services that the catalogue no longer lists', () => {
    const { snapshot, log } = world({ readAgo: 1 }, [bad('service-not-found', 900_000, 901_000)]);
    const gone = newState(web, 'catalogue', 0);
    const services = new Map([[web.key, { ...gone, absence: { passesAtMs: [1], notFoundAtMs: undefined } }]]);
    expect(sourceState({ ...snapshot, services }, log, { nowMs: NOW_MS, limits: LIMITS })).toBe('fresh');
  });
});

describe('sourceSummary', () => {
  it('counts services and instances and names the plane that is behind', () => {
    const { snapshot, log } = world({ readAgo: 300_000, error: 'timeout' }, [good(1_000), good(2_000)]);
    expect(sourceSummary(snapshot, log)).toEqual({
      services: 2,
      instances: 4,
      lastCompleteReadAtMs: NOW_MS - 300_000,
      error: report('timeout', 0),
    });
  });
});
