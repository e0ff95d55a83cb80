import type { Snapshot } from '@isthmus/model';
import { emptySnapshot, failed, IsthmusError } from '@isthmus/model';
import { FakeCloudMap, instance, ManualClock, source } from '@isthmus/testing';

import { CatalogueReader } from './catalogue-reader.js';

const SETTINGS = source();
const DENIED = new IsthmusError('access-denied', 'no');

/** A catalogue of forty namespaces with one service each: too many to be listed one by one. */
function rig() {
  const clock = new ManualClock();
  const cloudMap = new FakeCloudMap({ clock });
  for (let n = 0; n < 40; n++) cloudMap.register(`s${n}.n${n}`, [instance('10.0.0.1')]);
  const cell = { snapshot: emptySnapshot(SETTINGS.name, SETTINGS.region) };
  const reader = new CatalogueReader({
    settings: SETTINGS,
    source: cloudMap,
    clock,
    cell: {
      get: () => cell.snapshot,
      change: (update: (snapshot: Snapshot) => Snapshot) => void (cell.snapshot = update(cell.snapshot)),
    },
    references: () => [],
    onAccount: () => undefined,
  });
  const ask = cloudMap.getService.bind(cloudMap);
  /** Lets GetService fail for these services. */
  const deny = (...ids: readonly string[]): void => {
    cloudMap.getService = (id, signal) => (ids.includes(id) ? Promise.resolve(failed(DENIED)) : ask(id, signal));
  };
  const read = () => reader.read(new AbortController().signal);
  const found = (): readonly string[] => [...cell.snapshot.services.values()].map(({ service }) => service.serviceName);
  return { cloudMap, deny, read, found, cell };
}

describe('CatalogueReader, of a listing that does not tell namespaces', () => {
  it('is complete when the namespace of every service could be told', async () => {
    const { read, found, cell } = rig();
    expect(await read()).toBeUndefined();
    expect(found()).toHaveLength(40);
    expect(cell.snapshot.catalogue.lastCompleteAtMs).toBeDefined();
  });

  it.each(['srv-s0', 'srv-s20', 'srv-s39'])(
    'is not complete when that of %s could not, however many are answered at the same time, and finds all others',
    async (id) => {
      const { deny, read, found, cell } = rig();
      deny(id);
      expect(await read()).toMatchObject({ code: 'access-denied' });
      expect(cell.snapshot.catalogue.lastCompleteAtMs).toBeUndefined();
      expect(found()).toHaveLength(39);
    },
  );

  it('does not ask about every service when none is answered', async () => {
    const { cloudMap, read } = rig();
    cloudMap.fail('getService', DENIED);
    await read();
    expect(cloudMap.countOf('getService')).toBeLessThan(20);
  });

  it('asks about a service once, and remembers none that is neither tracked nor listed', async () => {
    const { cloudMap, read, cell } = rig();
    await read();
    await read();
    expect(cloudMap.countOf('getService')).toBe(40);
    cloudMap.unregister('s7.n7');
    cell.snapshot = emptySnapshot(SETTINGS.name, SETTINGS.region);
    await read();
    cloudMap.register('s7.n7', []);
    await read();
    expect(cloudMap.countOf('getService')).toBe(41);
  });
});
