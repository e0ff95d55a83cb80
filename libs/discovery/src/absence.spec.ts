import { IsthmusError, complete, emptySnapshot, failed, hasAbsenceProof, sourceName } from '@isthmus/model';
import type { ComponentRecord, NamespaceRecord, Snapshot } from '@isthmus/model';
import { reading, serviceRecord, source } from '@isthmus/testing';
import type { Probe } from './absence.js';
import { foundPresence, successorOf, wantedProbes } from './absence.js';
import { checkAccount, checkLiveAccounts } from './account.js';
import { completePass, foundServices, newState } from './catalogue.js';
import { forgetUnreferenced, trackReferenced } from './references.js';

const ACCOUNT = '111122223333';
const settings = source();
const web = serviceRecord('web.shop');
const shop = namespace('shop');
const pay = namespace('pay');
const empty = emptySnapshot(sourceName('us'), 'us-east-1');
const webProbe: Probe = { kind: 'service', key: web.key, serviceId: 'srv-web' };

function namespace(name: string, changes: Partial<NamespaceRecord> = {}): NamespaceRecord {
  const owner = { partition: 'aws', region: 'us-east-1', ownerAccount: ACCOUNT, isShared: false };
  return { id: `ns-${name}`, arn: `arn:aws:${name}`, name, httpName: name, ...owner, ...changes };
}

function found(snapshot: Snapshot, id = 'srv-web', nowMs = 0): Snapshot {
  const page = [{ id, arn: `arn:aws:${id}`, name: 'web', createdAtMs: 5 }];
  return foundServices(snapshot, { namespace: shop, page }, { settings, nowMs });
}

function passes(snapshot: Snapshot, times: readonly number[], namespaces = [shop, pay]): Snapshot {
  const pass = (before: Snapshot, startedAtMs: number) =>
    completePass(before, { startedAtMs, namespaces, seen: new Set() }, settings);
  return times.reduce(pass, snapshot);
}

function asked(snapshot: Snapshot, askedAtMs: number, presence: 'present' | 'not-found' = 'not-found'): Snapshot {
  return foundPresence(snapshot, webProbe, { presence: complete(presence, askedAtMs), askedAtMs });
}

function record(changes: Partial<ComponentRecord> = {}): ComponentRecord {
  const names = { source: 'us', namespace: 'shop', httpName: 'shop', service: 'web' };
  const state = { createdAtMs: 5, revision: 7, observedAtMs: 70, registered: 2, endpoints: 2, also: [] };
  return { key: web.key, ...names, ...state, ...changes };
}

function absenceOf(snapshot: Snapshot) {
  return snapshot.services.get(web.key)?.absence;
}

describe('completePass', () => {
  it.each([
    ['says nothing of a service that was first seen while it went on', 150, undefined],
    ['counts for a service that was first seen at a time that is yet to come: the clock was set back', 250, [100]],
  ])('%s', (_, firstSeenAtMs, passesAtMs) => {
    const pass = { startedAtMs: 100, endedAtMs: 200, namespaces: [shop, pay], seen: new Set<never>() };
    expect(absenceOf(completePass(found(empty, 'srv-web', firstSeenAtMs), pass, settings))?.passesAtMs).toEqual(
      passesAtMs,
    );
  });
});

describe('wantedProbes', () => {
  it('asks for a service that two complete passes did not show, not before', () => {
    expect(wantedProbes(passes(found(empty), [100]))).toEqual([]);
    expect(wantedProbes(passes(found(empty), [100, 200]))).toEqual([webProbe]);
  });

  it('asks again after each further pass, so that the proof can be given again after a mark', () => {
    const proven = asked(passes(found(empty), [100, 200]), 210);
    expect(wantedProbes(proven)).toEqual([]);
    expect(wantedProbes(passes(proven, [300]))).toEqual([webProbe]);
  });

  it('asks for the namespace when it is missing with all of its services', () => {
    const probes = wantedProbes(passes(found(empty), [100, 200], [pay]));
    expect(probes).toEqual([{ kind: 'namespace', namespaceId: 'ns-shop', keys: [web.key] }]);
  });

  it('asks for the service itself while another one of its missing namespace is not missed often enough', () => {
    const both = passes(found(passes(found(empty), [100], [pay]), 'srv-young', 150), [200], [pay]);
    expect(wantedProbes(both)).toEqual([webProbe]);
  });

  it('asks after one pass when another service has taken the name', () => {
    const both = found(passes(found(empty), [100]), 'srv-new', 150);
    expect(wantedProbes(both)).toEqual([webProbe]);
    const state = both.services.get(web.key);
    expect(state && successorOf(both, state)?.service.identity.serviceId).toBe('srv-new');
  });

  it('asks nothing about a service of another account', () => {
    const switched = foundServices(
      passes(found(empty), [100, 200]),
      { namespace: namespace('other', { ownerAccount: '999900001111' }), page: [] },
      { settings, nowMs: 250 },
    );
    expect(wantedProbes(switched)).toEqual([]);
  });
});

describe('foundPresence', () => {
  it('completes the proof by not-found', () => {
    expect(hasAbsenceProof(absenceOf(asked(passes(found(empty), [100, 200]), 210)), 0)).toBe(true);
  });

  it('keeps the proof while further passes wait for their probe', () => {
    const later = passes(asked(passes(found(empty), [100, 200]), 210), [300, 400, 500]);
    expect(hasAbsenceProof(absenceOf(later), 0)).toBe(true);
    expect(hasAbsenceProof(absenceOf(later), 150)).toBe(false);
  });

  it('gives the proof again by two passes and a not-found after a mark', () => {
    const markedAtMs = 220;
    const proven = asked(passes(found(empty), [100, 200]), 210);
    const once = asked(passes(proven, [300]), 310);
    expect(hasAbsenceProof(absenceOf(once), markedAtMs)).toBe(false);
    expect(hasAbsenceProof(absenceOf(asked(passes(once, [400]), 410)), markedAtMs)).toBe(true);
  });

  it('ignores an answer that was asked for before the latest pass began', () => {
    const absent = passes(found(empty), [100, 200]);
    expect(asked(absent, 199)).toBe(absent);
  });

  it('clears the evidence when the service is present', () => {
    expect(absenceOf(asked(passes(found(empty), [100, 200]), 210, 'present'))).toBeUndefined();
  });

  it('changes nothing when the question failed', () => {
    const absent = passes(found(empty), [100, 200]);
    const presence = failed(new IsthmusError('access-denied', 'GetService was refused'));
    expect(foundPresence(absent, webProbe, { presence, askedAtMs: 210 })).toBe(absent);
  });

  it('changes nothing when the answer is partial', () => {
    const absent = passes(found(empty), [100, 200]);
    const missing = new IsthmusError('timeout', 'GetService: no answer');
    const presence = { kind: 'partial' as const, value: 'not-found' as const, observedAtMs: 210, missing };
    expect(foundPresence(absent, webProbe, { presence, askedAtMs: 210 })).toBe(absent);
  });

  it('changes nothing for a service that was listed again in the meantime', () => {
    const back = found(passes(found(empty), [100, 200]));
    expect(asked(back, 210)).toBe(back);
  });
});

describe('trackReferenced', () => {
  const context = { settings, nowMs: 1_000 };
  const track = (snapshot: Snapshot, ...records: readonly ComponentRecord[]) =>
    trackReferenced(snapshot, records, context);

  it('looks for a service that only a live object knows, so that a deletion during a restart is proven', () => {
    const tracked = track(found(empty, 'srv-other'), record());
    expect(tracked.services.get(web.key)).toMatchObject({
      knownFrom: 'live',
      reading: undefined,
      floor: { revision: 7, observedAtMs: 70, isEmpty: false },
    });
    const proven = asked(passes(tracked, [1_100, 1_200]), 1_210);
    expect(hasAbsenceProof(absenceOf(proven), 1_000)).toBe(true);
  });

  it('takes a service of its own account that another source wrote', () => {
    expect(track(found(empty, 'srv-other'), record({ source: 'former' })).services.has(web.key)).toBe(true);
  });

  const foreign: Record<string, ComponentRecord> = {
    'of another region': record({ key: serviceRecord('web.shop', { region: 'eu-west-1' }).key }),
    'of another source and account': record({
      source: 'other',
      key: serviceRecord('web.shop', { account: '999900001111' }).key,
    }),
    'with a key that is none': record({ key: 'forged' as ComponentRecord['key'] }),
  };
  it.each(Object.entries(foreign))('leaves out a component %s', (_, other) => {
    const snapshot = found(empty, 'srv-other');
    expect(track(snapshot, other)).toBe(snapshot);
  });

  it('knows a service of another account as shared as soon as the account of the reader is known, listed or not', () => {
    const isShared = (snapshot: Snapshot) => snapshot.services.get(web.key)?.service.isShared;
    const reader = { ...empty, account: '999900001111' };
    expect(isShared(trackReferenced(empty, [record()], { settings, nowMs: 0 }))).toBe(false);
    expect(isShared(trackReferenced(reader, [record()], { settings, nowMs: 0 }))).toBe(true);
    const before = trackReferenced(empty, [record()], { settings, nowMs: 0 });
    const known = trackReferenced({ ...before, account: '999900001111' }, [record()], { settings, nowMs: 0 });
    expect(isShared(known)).toBe(true);
  });

  it('leaves out a component that the settings exclude', () => {
    const excluding = source({ services: { include: ['*'], exclude: ['web'] } });
    expect(trackReferenced(empty, [record()], { settings: excluding, nowMs: 0 })).toBe(empty);
  });

  it('takes the newest of several records, in whatever order they come', () => {
    const records = [
      record(),
      record({ revision: 9, registered: 0, endpoints: 0 }),
      record({ revision: 9, registered: 1 }),
    ];
    const floors = [records, records.toReversed()].map((all) => track(empty, ...all).services.get(web.key)?.floor);
    expect(floors).toEqual([
      { revision: 9, observedAtMs: 70, isEmpty: false },
      { revision: 9, observedAtMs: 70, isEmpty: false },
    ]);
  });

  it('does not believe a time far in the future', () => {
    const forged = record({ observedAtMs: 1_000 + 300_001 });
    expect(track(empty, forged).services.get(web.key)?.floor).toBeUndefined();
  });

  it('believes a time that is near to what AWS answered, wherever the clock of the hub is', () => {
    const state = { ...newState(web, 'catalogue', 0), reading: reading([], { revision: 7, observedAtMs: 900_000 }) };
    const snapshot = { ...empty, services: new Map([[web.key, state]]) };
    const tracked = track(snapshot, record({ revision: 8, observedAtMs: 1_000_000 }));
    expect(tracked.services.get(web.key)?.floor?.revision).toBe(8);
  });

  it('returns the same snapshot for records that it has seen', () => {
    const tracked = track(empty, record());
    expect(track(tracked, record())).toBe(tracked);
  });

  it('turns into a listed service when the catalogue shows it', () => {
    const listed = found(track(empty, record({ createdAtMs: 0 })));
    expect(listed.services.get(web.key)).toMatchObject({ knownFrom: 'catalogue', service: { createdAtMs: 5 } });
  });
});

describe('forgetUnreferenced', () => {
  it('drops a proven absence that no live object refers to, and only then', () => {
    const proven = asked(passes(found(empty), [100, 200]), 210);
    expect(forgetUnreferenced(proven, new Set([web.key]))).toBe(proven);
    expect(forgetUnreferenced(proven, new Set()).services.size).toBe(0);
  });

  it('drops a service of which only a live object knew, once none does', () => {
    const tracked = trackReferenced(empty, [record()], { settings, nowMs: 0 });
    expect(forgetUnreferenced(tracked, new Set()).services.size).toBe(0);
  });

  it('drops a service that was unshared, once no live object refers to it', () => {
    const state = { ...newState({ ...web, isShared: true }, 'catalogue', 0), reading: reading([]) };
    const unshared = { ...state, absence: { passesAtMs: [100, 200], notFoundAtMs: undefined } };
    const snapshot = { ...empty, services: new Map([[web.key, unshared]]) };
    expect(forgetUnreferenced(snapshot, new Set([web.key]))).toBe(snapshot);
    expect(forgetUnreferenced(snapshot, new Set()).services.size).toBe(0);
  });

  it('keeps a service whose absence is not proven', () => {
    const absent = passes(found(empty), [100, 200]);
    expect(forgetUnreferenced(absent, new Set())).toBe(absent);
  });
});

describe('checkAccount', () => {
  const cases: Record<string, readonly [string | undefined, readonly NamespaceRecord[], string | undefined]> = {
    'accepts its own account': [ACCOUNT, [shop], undefined],
    'accepts any account when none is named': [undefined, [shop], undefined],
    'refuses another account': ['999900001111', [shop], 'wrong-account'],
    'does not judge by shared namespaces': ['999900001111', [namespace('x', { isShared: true })], undefined],
    'refuses another region, also of shared namespaces': [
      undefined,
      [namespace('x', { isShared: true, region: 'eu-west-1' })],
      'wrong-account',
    ],
    'cannot judge an empty listing': [ACCOUNT, [], undefined],
  };
  it.each(Object.entries(cases))('%s', (_, [account, namespaces, code]) => {
    expect(checkAccount(source({ account }), namespaces)?.code).toBe(code);
  });
});

describe('checkLiveAccounts', () => {
  const elsewhere = namespace('x', { ownerAccount: '999900001111' });
  const sharedShop = namespace('shop', { isShared: true });
  const cases: Record<string, readonly [Snapshot, readonly ComponentRecord[], readonly NamespaceRecord[], boolean]> = {
    'accepts the account of the live components': [empty, [record()], [shop], true],
    'accepts live components of a namespace that is shared with it': [empty, [record()], [elsewhere, sharedShop], true],
    'refuses to see none of the accounts of its live components': [empty, [record()], [elsewhere], false],
    'does not judge by components of other sources': [empty, [record({ source: 'eu' })], [elsewhere], true],
    'cannot judge an empty listing': [empty, [record()], [], true],
    'refuses another account than the one it was read from': [found(empty), [], [elsewhere], false],
  };
  it.each(Object.entries(cases))('%s', (_, [snapshot, records, namespaces, isAccepted]) => {
    const code = isAccepted ? undefined : 'wrong-account';
    expect(checkLiveAccounts(snapshot, { settings, records }, namespaces)?.code).toBe(code);
  });

  it('takes the account that a source names for the right one although live components are of another: a share has ended', () => {
    const named = { settings: { account: '999900001111' }, records: [record()] };
    expect(checkLiveAccounts(empty, named, [elsewhere])).toBeUndefined();
  });
});
