import type { Snapshot } from '@isthmus/model';
import { emptySnapshot, sourceName } from '@isthmus/model';
import { settle } from '@isthmus/testing';
import { MemorySnapshotStore } from './memory-snapshot-store.js';
import { SnapshotSaver } from './snapshot-saver.js';

const NAME = sourceName('us');
const version = (number: number): Snapshot => ({ ...emptySnapshot(NAME, 'us-east-1'), version: number });

function rig() {
  const store = new MemorySnapshotStore();
  const world = { maySave: true, overtaken: [] as number[], failures: [] as unknown[] };
  const saver = new SnapshotSaver({
    store,
    maySave: () => world.maySave,
    onFailure: (error) => void world.failures.push(error),
    onOvertaken: (stored) => void world.overtaken.push(stored),
  });
  const storedVersion = async (): Promise<number> => {
    const stored = await store.load(NAME);
    return stored.kind === 'snapshot' ? stored.snapshot.version : 0;
  };
  return { store, world, saver, storedVersion };
}

describe('SnapshotSaver', () => {
  it('saves the newest snapshot', async () => {
    const { saver, storedVersion } = rig();
    saver.save(version(1));
    saver.save(version(2));
    await saver.settled();
    expect(await storedVersion()).toBe(2);
  });

  it('saves nothing while this replica may not', async () => {
    const { saver, world, storedVersion } = rig();
    world.maySave = false;
    saver.save(version(1));
    await saver.settled();
    expect(await storedVersion()).toBe(0);
    world.maySave = true;
    saver.retry();
    await saver.settled();
    expect(await storedVersion()).toBe(1);
  });

  it('replaces an older version that it did not expect', async () => {
    const { saver, store, storedVersion } = rig();
    await store.save(version(3), 0);
    saver.save(version(7));
    await saver.settled();
    expect(await storedVersion()).toBe(7);
  });

  it('does not replace a version that another replica saved meanwhile, and says which', async () => {
    const { saver, store, world, storedVersion } = rig();
    await store.save(version(9), 0);
    saver.save(version(7));
    await saver.settled();
    expect([await storedVersion(), world.overtaken]).toEqual([9, [9]]);
    saver.save(version(10));
    await saver.settled();
    expect(await storedVersion()).toBe(10);
  });

  it('lets no saves pile up behind one that takes long', async () => {
    const { saver, store } = rig();
    const started: (() => void)[] = [];
    store.save = (snapshot) =>
      new Promise((resolve) => void started.push(() => resolve({ kind: 'conflict', storedVersion: snapshot.version })));
    for (let n = 1; n <= 100; n++) saver.save(version(n));
    for (let ended = 0; ended < started.length; ended++) {
      started[ended]?.();
      await settle();
    }
    await saver.settled();
    expect(started.length).toBeLessThanOrEqual(2);
  });

  it('saves the next version after one that failed', async () => {
    const { saver, store, world, storedVersion } = rig();
    const { save } = store;
    store.save = () => Promise.reject(new Error('down'));
    saver.save(version(1));
    await saver.settled();
    expect(world.failures).toHaveLength(1);
    store.save = save.bind(store);
    saver.save(version(2));
    await saver.settled();
    expect(await storedVersion()).toBe(2);
  });
});
