import type { Snapshot, SourceName } from '@isthmus/model';
import type { SaveResult, SnapshotStore, StoredSnapshot } from '@isthmus/ports';

/** Keeps snapshots in this process: nothing survives a restart (`store.memory`). */
export class MemorySnapshotStore implements SnapshotStore {
  readonly #snapshots = new Map<SourceName, Snapshot>();
  readonly #followers = new Set<(source: SourceName) => void>();

  load(source: SourceName): Promise<StoredSnapshot> {
    const snapshot = this.#snapshots.get(source);
    return Promise.resolve(snapshot === undefined ? { kind: 'none' } : { kind: 'snapshot', snapshot });
  }

  save(snapshot: Snapshot, expectedVersion: number): Promise<SaveResult> {
    const storedVersion = this.#snapshots.get(snapshot.source)?.version ?? 0;
    if (storedVersion !== expectedVersion) return Promise.resolve({ kind: 'conflict', storedVersion });
    this.#snapshots.set(snapshot.source, snapshot);
    for (const tell of this.#followers) tell(snapshot.source);
    return Promise.resolve({ kind: 'saved' });
  }

  /** There is no other process: what this one works with no more is of no use to anybody. */
  nameSources(sources: readonly SourceName[], mayRemove: () => boolean): Promise<readonly SourceName[]> {
    const own = new Set(sources);
    const removed = mayRemove() ? [...this.#snapshots.keys()].filter((source) => !own.has(source)) : [];
    for (const source of removed) this.#snapshots.delete(source);
    return Promise.resolve(removed);
  }

  follow(onChange: (source: SourceName) => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    this.#followers.add(onChange);
    return new Promise((resolve) => {
      const end = (): void => {
        this.#followers.delete(onChange);
        resolve();
      };
      signal.addEventListener('abort', end, { once: true });
    });
  }
}
