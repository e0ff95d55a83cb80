import { emptySnapshot, sourceName } from '@isthmus/model';

import { MemorySnapshotStore } from './memory-snapshot-store.js';

describe('MemorySnapshotStore', () => {
  const name = sourceName('us');
  const version = (number: number) => ({ ...emptySnapshot(name, 'us-east-1'), version: number });

  it('answers undefined for a source that was never saved', async () => {
    expect(await new MemorySnapshotStore().load(name)).toBeUndefined();
  });

  it('keeps the newest version and refuses one that is not newer', async () => {
    const store = new MemorySnapshotStore();
    const second = version(2);
    expect(await store.save(version(1))).toBe(true);
    expect(await store.save(second)).toBe(true);
    expect(await store.save(version(1))).toBe(false);
    expect(await store.save(version(2))).toBe(false);
    expect(await store.load(name)).toBe(second);
  });
});
