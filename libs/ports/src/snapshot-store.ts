import type { Snapshot, SourceName } from '@isthmus/model';

/** Keeps the last good state of each source. */
export interface SnapshotStore {
  /** The newest snapshot, or undefined when none was saved. */
  load(source: SourceName): Promise<Snapshot | undefined>;
  /** Replaces the snapshot if its version is above the stored one; returns whether it did. */
  save(snapshot: Snapshot): Promise<boolean>;
}
