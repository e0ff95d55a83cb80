import type { Snapshot } from '@isthmus/model';
import { KEEP_UNNAMED_MS, sourceName, WATCH_UNNAMED_MS } from '@isthmus/model';
import {
  instance,
  ManualClock,
  reading,
  serviceRecord,
  serviceState,
  sharedSnapshotStoreContract,
  snapshot,
  snapshotStoreContract,
  source,
} from '@isthmus/testing';

import type { ObservedBackend } from './open-store.js';
import { openBackend, settingsOf } from './open-store.js';
import type { RedisServer } from './redis-server.js';
import { commandAtOnce, startRedis } from './redis-server.js';
import { describeOnRedis } from './on-redis.js';

const HEAD = 'isthmus:{test}:snapshot:us:head';
const DOCUMENTS = 'isthmus:{test}:snapshot:us:documents';
const US = sourceName('us');

/** One service with as many instances as its version says, beside one that never changes. */
function version(number: number): Snapshot {
  const instances = Array.from({ length: number }, (_, index) => instance(`10.0.${index >> 8}.${index & 255}`));
  const states = [
    serviceState(serviceRecord('cart.shop'), { reading: reading(instances) }),
    serviceState(serviceRecord('ledger.books'), { reading: reading([instance('10.9.0.1')]) }),
  ];
  return { ...snapshot(source(), states), version: number };
}

describeOnRedis('RedisSnapshotStore', () => {
  let server: RedisServer;
  let backend: ObservedBackend;
  let other: ObservedBackend;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    await server.command('FLUSHALL');
    backend = openBackend(settingsOf(server.port));
    other = openBackend(settingsOf(server.port));
  });
  afterEach(() => {
    backend.close();
    other.close();
  });

  snapshotStoreContract('it', async () => {
    await server.command('FLUSHALL');
    const [mine, theirs] = [openBackend(settingsOf(server.port)), openBackend(settingsOf(server.port))];
    const close = (): Promise<void> => {
      mine.close();
      theirs.close();
      return Promise.resolve();
    };
    return { store: mine.snapshots, other: theirs.snapshots, close };
  });

  sharedSnapshotStoreContract('it', async () => {
    await server.command('FLUSHALL');
    const [mine, theirs] = [new ManualClock(), new ManualClock()];
    const open = (clock: ManualClock): ObservedBackend => openBackend(settingsOf(server.port), { clock });
    const [store, another] = [open(mine), open(theirs)];
    return {
      store: store.snapshots,
      other: another.snapshots,
      nameFirst: (source) => commandAtOnce(server.port, `HSET isthmus:{test}:sources ${source} "1 99"`),
      advance: async (ms) => {
        await mine.advance(ms);
        await theirs.advance(ms);
      },
      jumpWallClock: (ms) => mine.jumpWallClock(ms),
      close: () => {
        store.close();
        another.close();
        return Promise.resolve();
      },
    };
  });

  it('leaves nothing behind of a source that nobody works with any more', async () => {
    const clock = new ManualClock();
    const leader = openBackend(settingsOf(server.port), { clock });
    await leader.snapshots.save(version(1), 0);
    await clock.advance(KEEP_UNNAMED_MS);
    await leader.snapshots.nameSources([], () => true);
    await clock.advance(WATCH_UNNAMED_MS);
    expect(await leader.snapshots.nameSources([], () => true)).toEqual([US]);
    expect((await server.command('KEYS *')).match(/isthmus:\S+/g)).toEqual(['isthmus:{test}:changes']);
    leader.close();
  });

  it('remembers no snapshot of a source that this process does not work with any more', async () => {
    await backend.snapshots.save(version(1), 0);
    await server.command(`DEL ${DOCUMENTS}`);
    expect(await backend.snapshots.load(US)).toMatchObject({ kind: 'snapshot' });
    await backend.snapshots.nameSources([], () => false);
    expect(await backend.snapshots.load(US)).toMatchObject({ kind: 'unusable' });
  });

  it.each(['x', '-1 1', '1 x', '9999999999999999 1'])(
    'never removes what was named at “%s”, which is no time',
    async (record) => {
      const clock = new ManualClock();
      const leader = openBackend(settingsOf(server.port), { clock });
      await leader.snapshots.save(version(1), 0);
      await server.command(`HSET isthmus:{test}:sources us "${record}"`);
      await leader.snapshots.nameSources([], () => true);
      await clock.advance(2 * KEEP_UNNAMED_MS);
      expect(await leader.snapshots.nameSources([], () => true)).toEqual([]);
      expect(await leader.snapshots.load(US)).toMatchObject({ kind: 'snapshot' });
      leader.close();
    },
  );

  it('stores a namespace that did not change once', async () => {
    await backend.snapshots.save(version(1), 0);
    await backend.snapshots.save(version(2), 1);
    // Two manifests, two states of shop, one of books.
    expect(await server.command(`HLEN ${DOCUMENTS}`)).toBe(':5\r\n');
  });

  it('keeps 50 snapshots, and no document that none of them refers to', async () => {
    for (let number = 1; number <= 80; number++) await backend.snapshots.save(version(number), number - 1);
    const versions = await backend.snapshots.versions(US);
    expect(versions.map((stored) => stored.version)).toEqual(Array.from({ length: 50 }, (_, i) => 80 - i));
    // 50 manifests, 50 states of shop, one of books; and those that came since the last sweep, the 79th save.
    expect(Number((await server.command(`HLEN ${DOCUMENTS}`)).slice(1))).toBeLessThanOrEqual(101 + 4);
    expect(await other.snapshots.load(US)).toEqual({ kind: 'snapshot', snapshot: version(80) });
  });

  it('takes a save whose answer was lost for done', async () => {
    await backend.snapshots.save(version(1), 0);
    expect(await backend.snapshots.save(version(1), 0)).toEqual({ kind: 'saved' });
    expect(await server.command(`HGET ${HEAD} version`)).toBe('$1\r\n1\r\n');
  });

  it('sends every document again when Redis lost its data', async () => {
    await backend.snapshots.save(version(1), 0);
    await server.command('FLUSHALL');
    expect(await backend.snapshots.save(version(2), 0)).toEqual({ kind: 'saved' });
    expect(await other.snapshots.load(US)).toEqual({ kind: 'snapshot', snapshot: version(2) });
  });

  it.each([
    ['a document that is gone', `DEL ${DOCUMENTS}`, 'a document is missing'],
    ['a head that points nowhere', `HSET ${HEAD} manifest ${'0'.repeat(64)}`, 'a document is missing'],
    ['a head of another version', `HSET ${HEAD} version 7`, 'its version is not that of the head'],
  ])('knows nothing, rather than nothing being there, with %s', async (_, damage, reason) => {
    await backend.snapshots.save(version(1), 0);
    await server.command(damage);
    const loaded = await other.snapshots.load(US);
    expect(loaded).toMatchObject({ kind: 'unusable', error: { code: 'snapshot-unusable' } });
    expect(loaded.kind === 'unusable' && loaded.error.message).toContain(reason);
  });

  it('does not believe a document that was changed, even by one byte', async () => {
    await backend.snapshots.save(version(1), 0);
    const script = `local d=redis.call('HGETALL',KEYS[1]) for i=1,#d,2 do redis.call('HSET',KEYS[1],d[i],d[i+1]..'x') end`;
    await server.command(`EVAL "${script}" 1 ${DOCUMENTS}`);
    expect(await other.snapshots.load(US)).toMatchObject({ kind: 'unusable', version: 1 });
  });

  it('replaces what cannot be used', async () => {
    await backend.snapshots.save(version(1), 0);
    await server.command(`DEL ${DOCUMENTS}`);
    expect(await other.snapshots.save(version(2), 1)).toEqual({ kind: 'saved' });
    expect(await backend.snapshots.load(US)).toEqual({ kind: 'snapshot', snapshot: version(2) });
  });

  it('keeps every key of a hub under its prefix and in one slot', async () => {
    await backend.snapshots.save(version(1), 0);
    const keys = (await server.command('KEYS *')).match(/isthmus:\S+/g) ?? [];
    expect(keys.toSorted()).toEqual([
      'isthmus:{test}:changes',
      'isthmus:{test}:snapshot:us:documents',
      'isthmus:{test}:snapshot:us:head',
      'isthmus:{test}:snapshot:us:history',
      'isthmus:{test}:sources',
    ]);
    expect(await server.command('DBSIZE')).toBe(':5\r\n');
  });
});
