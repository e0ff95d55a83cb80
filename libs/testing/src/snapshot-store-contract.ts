import type { Snapshot } from '@isthmus/model';
import { sourceName } from '@isthmus/model';
import type { SnapshotStore } from '@isthmus/ports';

import { instance, reading, serviceRecord, serviceState, snapshot, source } from './builders.js';

/** A store that is empty, as two processes see it. */
export interface SnapshotStoreRig {
  readonly store: SnapshotStore;
  /** The same data, seen by another process; the same object where one process is all there is. */
  readonly other: SnapshotStore;
  close(): Promise<void>;
}

/** What every SnapshotStore does. */
export function snapshotStoreContract(name: string, open: () => Promise<SnapshotStoreRig>): void {
  describe(`${name} as a SnapshotStore`, () => {
    let rig: SnapshotStoreRig;
    beforeEach(async () => {
      rig = await open();
    });
    afterEach(() => rig.close());

    keeping(() => rig);
    following(() => rig);
  });
}

function keeping(rigOf: () => SnapshotStoreRig): void {
  it('holds nothing of a source that was never saved', async () => {
    expect(await rigOf().store.load(sourceName('us'))).toEqual({ kind: 'none' });
  });

  it('gives back what was saved, to every process', async () => {
    const saved = sample(1);
    expect(await rigOf().store.save(saved, 0)).toEqual({ kind: 'saved' });
    expect(await rigOf().store.load(saved.source)).toEqual({ kind: 'snapshot', snapshot: saved });
    expect(await rigOf().other.load(saved.source)).toEqual({ kind: 'snapshot', snapshot: saved });
  });

  it('replaces exactly the version that is expected', async () => {
    await rigOf().store.save(sample(1), 0);
    await rigOf().store.save(sample(2), 1);
    expect(await rigOf().other.save(sample(3), 1)).toEqual({ kind: 'conflict', storedVersion: 2 });
    expect(await rigOf().other.save(sample(3), 0)).toEqual({ kind: 'conflict', storedVersion: 2 });
    expect(await rigOf().store.load(sourceName('us'))).toMatchObject({ snapshot: { version: 2 } });
    expect(await rigOf().other.save(sample(3), 2)).toEqual({ kind: 'saved' });
    expect(await rigOf().store.load(sourceName('us'))).toMatchObject({ snapshot: { version: 3 } });
  });

  it('expects nothing of a store that lost its data to be there', async () => {
    expect(await rigOf().store.save(sample(8), 7)).toEqual({ kind: 'conflict', storedVersion: 0 });
  });

  it('keeps sources apart', async () => {
    await rigOf().store.save(sample(1), 0);
    expect(await rigOf().store.load(sourceName('eu'))).toEqual({ kind: 'none' });
  });

  it('answers the same object while nothing changed', async () => {
    await rigOf().store.save(sample(1), 0);
    const [first, second] = [await rigOf().other.load(sourceName('us')), await rigOf().other.load(sourceName('us'))];
    expect(first.kind === 'snapshot' && second.kind === 'snapshot' && first.snapshot === second.snapshot).toBe(true);
  });
}

function following(rigOf: () => SnapshotStoreRig): void {
  it('tells followers of a save, and no longer than they ask', async () => {
    const stop = new AbortController();
    let tell: () => void = () => undefined;
    const told = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const following = rigOf().other.follow((name) => {
      expect(name).toBe('us');
      tell();
    }, stop.signal);
    // One save may come before the other process listens: news may be missed, later ones may not.
    let version = 0;
    const saving = new AbortController();
    const saves = (async () => {
      while (!saving.signal.aborted) {
        await rigOf().store.save(sample(version + 1), version);
        version++;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    await told;
    saving.abort();
    await saves;
    stop.abort();
    await following;
    expect(version).toBeGreaterThan(0);
  });
}

/** A snapshot with two namespaces, of a version. */
function sample(version: number): Snapshot {
  const states = ['cart.shop', 'orders.shop', 'ledger.books'].map((name, index) =>
    serviceState(serviceRecord(name), {
      reading: reading([instance(`10.0.${index}.1`), instance(`10.0.${index}.2`, { health: 'UNHEALTHY' })]),
      absence: { passesAtMs: [1, 2], notFoundAtMs: undefined },
    }),
  );
  return { ...snapshot(source(), states), version };
}
