import { IsthmusError, emptySnapshot, hasAbsenceProof, sourceName } from '@isthmus/model';
import type { NamespaceRecord, ServiceSummary, Snapshot } from '@isthmus/model';
import { source } from '@isthmus/testing';
import { chooseCatalogueReads, completePass, failedPass, foundServices, serviceKey } from './catalogue.js';
import { wantedProbes } from './absence.js';
import { selectNamespaces, selectsService } from './selection.js';

const settings = source();
const shop = namespace('shop');

function namespace(name: string, changes: Partial<NamespaceRecord> = {}): NamespaceRecord {
  const owner = { partition: 'aws', region: 'us-east-1', ownerAccount: '111122223333', isShared: false };
  return { id: `ns-${name}`, arn: `arn:aws:${name}`, name, httpName: name, ...owner, ...changes };
}

function summary(name: string, createdAtMs = 5): ServiceSummary {
  return { id: `srv-${name}`, arn: `arn:aws:${name}`, name, createdAtMs };
}

function found(snapshot: Snapshot, names: readonly string[], more: Partial<NamespaceRecord> & { nowMs?: number } = {}) {
  const { nowMs = 100, ...changes } = more;
  const page = names.map((name) => summary(name));
  return foundServices(snapshot, { namespace: { ...shop, ...changes }, page }, { settings, nowMs });
}

function passed(snapshot: Snapshot, startedAtMs: number, names: readonly string[]): Snapshot {
  const seen = new Set(names.map((name) => serviceKey(shop, `srv-${name}`)));
  return completePass(snapshot, { startedAtMs, namespaces: [shop], seen }, settings);
}

function stateOf(snapshot: Snapshot, name: string) {
  return snapshot.services.get(serviceKey(shop, `srv-${name}`));
}

const empty = emptySnapshot(sourceName('us'), 'us-east-1');

describe('selectNamespaces', () => {
  const cases: Record<string, readonly [{ include: string[]; exclude: string[] }, readonly string[]]> = {
    'takes what is included': [{ include: ['shop*'], exclude: [] }, ['shop', 'shop-eu']],
    'leaves out what is excluded, whatever is included': [{ include: ['*'], exclude: ['*-eu'] }, ['pay', 'shop']],
    'takes nothing when nothing is included': [{ include: [], exclude: [] }, []],
  };
  it.each(Object.entries(cases))('%s', (_, [namespaces, expected]) => {
    const all = ['shop', 'pay', 'shop-eu'].map((name) => namespace(name));
    expect(selectNamespaces(all, source({ namespaces })).map(({ name }) => name)).toEqual(expected);
  });
});

describe('selectsService', () => {
  it('judges the name by include and exclude', () => {
    const filtered = source({ services: { include: ['web-*'], exclude: ['*-test'] } });
    expect(['web-a', 'web-test', 'db'].map((name) => selectsService(filtered, name))).toEqual([true, false, false]);
  });
});

describe('chooseCatalogueReads', () => {
  const cases: Record<string, readonly [number, number, string]> = {
    'filters when nothing is known yet': [30, 0, 'filtered'],
    'filters while 30 calls are enough': [10, 300, 'filtered'],
    'reads unfiltered from 31 calls on': [31, 100, 'unfiltered'],
    'counts every started page': [10, 301, 'unfiltered'],
  };
  it.each(Object.entries(cases))('%s', (_, [namespaces, services, kind]) => {
    const all = Array.from({ length: namespaces }, (_, index) => namespace(`n${index}`));
    expect(chooseCatalogueReads(all, services).kind).toBe(kind);
  });
});

describe('foundServices', () => {
  it('adds services as their page arrives and learns the account from an own namespace', () => {
    const snapshot = found(empty, ['web', 'api']);
    expect([...snapshot.services.values()].map(({ service }) => service.serviceName)).toEqual(['web', 'api']);
    expect(snapshot).toMatchObject({ account: '111122223333', version: 1 });
  });

  it('does not take the owner of a shared namespace for the account of the source', () => {
    const snapshot = found(empty, ['web'], { isShared: true });
    expect(snapshot.account).toBeUndefined();
    expect(stateOf(snapshot, 'web')?.service.isShared).toBe(true);
  });

  it('returns the same snapshot when the page shows nothing new', () => {
    const snapshot = found(empty, ['web']);
    expect(found(snapshot, ['web'], { nowMs: 999 })).toBe(snapshot);
  });

  it('clears the absence of a service that is listed again', () => {
    const absent = passed(found(empty, ['web']), 200, []);
    expect(stateOf(absent, 'web')?.absence).toBeDefined();
    expect(stateOf(found(absent, ['web']), 'web')?.absence).toBeUndefined();
  });

  it('drops a service that the settings exclude now, because it is not gone', () => {
    const page = [summary('web')];
    const snapshot = foundServices(
      found(empty, ['web', 'api']),
      { namespace: shop, page },
      { settings: source({ services: { include: ['*'], exclude: ['web'] } }), nowMs: 200 },
    );
    expect([...snapshot.services.values()].map(({ service }) => service.serviceName)).toEqual(['api']);
  });

  it('tells two services of one name apart by their ids', () => {
    const page = [{ ...summary('web'), id: 'srv-new' }];
    const snapshot = foundServices(found(empty, ['web']), { namespace: shop, page }, { settings, nowMs: 1 });
    expect(snapshot.services.size).toBe(2);
  });
});

describe('completePass', () => {
  it('counts a pass against a service that no page showed', () => {
    const snapshot = passed(passed(found(empty, ['web', 'api']), 200, ['api']), 300, ['api']);
    expect(stateOf(snapshot, 'web')?.absence).toEqual({ passesAtMs: [200, 300], notFoundAtMs: undefined });
    expect(stateOf(snapshot, 'api')?.absence).toBeUndefined();
  });

  it('does not count a pass that began before the service was first seen', () => {
    const snapshot = found(empty, ['web'], { nowMs: 100 });
    expect(stateOf(passed(snapshot, 99, []), 'web')?.absence).toBeUndefined();
  });

  it('counts one pass once', () => {
    const snapshot = passed(passed(found(empty, ['web']), 200, []), 200, []);
    expect(stateOf(snapshot, 'web')?.absence?.passesAtMs).toEqual([200]);
  });

  it('starts again when the clock went back', () => {
    const snapshot = passed(passed(found(empty, ['web']), 200, []), 150, []);
    expect(stateOf(snapshot, 'web')?.absence?.passesAtMs).toEqual([150]);
  });

  it('keeps the latest two passes while nothing is proven', () => {
    const snapshot = [200, 300, 400].reduce((before, atMs) => passed(before, atMs, []), found(empty, ['web']));
    expect(stateOf(snapshot, 'web')?.absence?.passesAtMs).toEqual([300, 400]);
  });

  it.each([
    ['shows no namespace at all', []],
    ['shows only shared namespaces', [namespace('other', { isShared: true, ownerAccount: '999900001111' })]],
    ['was answered by another account', [namespace('other', { ownerAccount: '999900001111' })]],
  ])('counts nothing against a service when the pass %s', (_, namespaces) => {
    const pass = { startedAtMs: 200, namespaces, seen: new Set<never>() };
    const snapshot = completePass(found(empty, ['web']), pass, settings);
    expect(stateOf(snapshot, 'web')?.absence).toBeUndefined();
  });

  it.each([
    ['beside own namespaces', [shop]],
    ['without any namespace', []],
  ])('takes a shared service that it does not show for unshared, never for gone, %s', (_, namespaces) => {
    const shared = found(empty, ['web'], { isShared: true, ownerAccount: '999900001111' });
    const seen = new Set<never>();
    const twice = [200, 300].reduce(
      (before, startedAtMs) => completePass(before, { startedAtMs, namespaces, seen }, settings),
      shared,
    );
    expect([...twice.services.values()].map(({ absence }) => absence?.passesAtMs)).toEqual([[200, 300]]);
    expect(wantedProbes(twice)).toEqual([]);
  });

  it('drops the services of a namespace that the settings exclude now', () => {
    const filtered = source({ namespaces: { include: ['pay'], exclude: [] } });
    const pass = { startedAtMs: 200, namespaces: [shop], seen: new Set<never>() };
    expect(completePass(found(empty, ['web']), pass, filtered).services.size).toBe(0);
  });

  it('moves only the time of the pass, and not the version, when it shows nothing new', () => {
    const before = passed(found(empty, ['web']), 200, ['web']);
    const after = passed(before, 300, ['web']);
    expect(after).toMatchObject({ version: before.version, catalogue: { lastCompleteAtMs: 300 } });
    expect(after.services).toBe(before.services);
    expect(passed(after, 300, ['web'])).toBe(after);
  });
});

describe('failedPass', () => {
  const throttled = new IsthmusError('throttled', 'ListServices: rate exceeded');

  it('records the error and leaves every service as it is', () => {
    const before = passed(found(empty, ['web']), 200, ['web']);
    const after = failedPass(before, throttled, 300);
    expect(after.catalogue).toMatchObject({ lastCompleteAtMs: 200, error: { code: 'throttled', sinceMs: 300 } });
    expect(after.services).toBe(before.services);
  });

  it('keeps the time of the first failure in a row', () => {
    const once = failedPass(empty, throttled, 300);
    expect(failedPass(once, throttled, 400)).toBe(once);
  });

  it('is forgotten by the next complete pass', () => {
    const recovered = passed(failedPass(empty, throttled, 300), 400, []);
    expect(recovered.catalogue).toEqual({ lastCompleteAtMs: 400, error: undefined, namespaceIds: ['ns-shop'] });
  });

  it('between two complete passes neither counts against a service nor for it', () => {
    const snapshot = passed(failedPass(passed(found(empty, ['web']), 200, []), throttled, 300), 400, []);
    expect(stateOf(snapshot, 'web')?.absence?.passesAtMs).toEqual([200, 400]);
    expect(hasAbsenceProof(stateOf(snapshot, 'web')?.absence, 0)).toBe(false);
  });
});
