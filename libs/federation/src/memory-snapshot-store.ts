import type { Snapshot, SourceName } from '@isthmus/model';
import type { SnapshotStore } from '@isthmus/ports';

/** Keeps snapshots in this process: nothing survives a restart (`store.memory`). */
export class MemorySnapshotStore implements SnapshotStore {
  readonly #snapshots = new Map<SourceName, Snapshot>();

  load(source: SourceName): Promise<Snapshot | undefined> {
    return Promise.resolve(this.#snapshots.get(source));
  }

  save(snapshot: Snapshot): Promise<boolean> {
    const stored = this.#snapshots.get(snapshot.source);
    if (stored !== undefined && stored.version >= snapshot.version) return Promise.resolve(false);
    this.#snapshots.set(snapshot.source, snapshot);
    return Promise.resolve(true);
  }
}
