import type { IsthmusError, Result, ServiceState, Snapshot, SourceName } from '@isthmus/model';

/** What the store holds of a source. */
export type StoredSnapshot =
  | { readonly kind: 'none' }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  /** There is one, and it cannot be used: nothing is known of the source, which is not the same as nothing being there. */
  | { readonly kind: 'unusable'; readonly version: number; readonly error: IsthmusError };

/** What became of a snapshot that was to be saved. `conflict`: the store holds `storedVersion` (0: none), which was not expected. */
export type SaveResult = { readonly kind: 'saved' } | { readonly kind: 'conflict'; readonly storedVersion: number };

/**
 * Keeps the last good state of each source. Methods reject with an IsthmusError when the store does not answer; after
 * a `timeout` nobody knows whether a snapshot was saved, and saving it once more is harmless.
 */
export interface SnapshotStore {
  /** The newest snapshot; the same object as before while it did not change. */
  load(source: SourceName): Promise<StoredSnapshot>;
  /** Puts a snapshot in the place of the one of `expectedVersion` (0: of none), or leaves everything as it is. */
  save(snapshot: Snapshot, expectedVersion: number): Promise<SaveResult>;
  /**
   * Says which sources this process works with; to be repeated every `NAME_SOURCES_EVERY_MS`, with all of them. While
   * `mayRemove` says so, everything of the sources that no process works with any more is removed
   * (`unnamedSources`); answers those.
   */
  nameSources(sources: readonly SourceName[], mayRemove: () => boolean): Promise<readonly SourceName[]>;
  /** Tells of sources whose snapshot may have changed, soon after it did, until the signal is aborted; some may be missed. */
  follow(onChange: (source: SourceName) => void, signal: AbortSignal): Promise<void>;
}

/** A snapshot without its services. */
export type SnapshotFrame = Omit<Snapshot, 'services'>;

/** How the parts of a snapshot become text, and how untrusted JSON values become parts or a reason. */
export interface SnapshotCodec {
  encode(part: { readonly frame: SnapshotFrame } | { readonly services: readonly ServiceState[] }): string;
  decodeFrame(value: unknown): Result<SnapshotFrame, string>;
  decodeServices(value: unknown): Result<readonly ServiceState[], string>;
}
