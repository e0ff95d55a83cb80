import type { EntryName, ObservedEntry, ObservedMetadata, Precondition, ServiceEntrySpec } from '@isthmus/model';

/** Everything that is written of an object. */
export interface EntryManifest {
  readonly name: EntryName;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: ServiceEntrySpec;
  /** Labels of ours that the object may still carry and that this manifest no longer has: an update sends them as null. */
  readonly absentLabels: readonly string[];
  /** Annotations, likewise. */
  readonly absentAnnotations: readonly string[];
}

/** A list with the API server's own time. */
export interface EntryList<Entry> {
  readonly items: readonly Entry[];
  /** `Date` header of the answer (epoch ms). */
  readonly serverTimeMs: number;
}

/** What a write left behind. */
export interface WrittenEntry {
  readonly metadata: ObservedMetadata;
  readonly serverTimeMs: number;
}

/** What the caller knows of an object; undefined: nothing. */
export type KnownEntries = (name: EntryName) => ObservedMetadata | undefined;

/**
 * The ServiceEntries of one namespace of one Kubernetes API server. Every method rejects with an IsthmusError whose
 * code and disposition say what to do; none waits longer than its timeout; every write is conditional.
 */
export interface ClusterClient {
  /**
   * Metadata of all ServiceEntries of the namespace, whoever owns them; cheap, may be as old as our last write. Of an
   * object that is as the caller knows it, by uid and resourceVersion, it gives back what the caller knows: a second
   * copy of thousands of objects would be made for each cluster, each minute.
   */
  listMetadata(signal: AbortSignal, known?: KnownEntries): Promise<EntryList<ObservedMetadata>>;
  /** All ServiceEntries of the namespace in full, page by page; a list that expired starts again from its beginning. */
  listEntries(signal: AbortSignal): Promise<EntryList<ObservedEntry>>;
  /** One entry in full, or undefined when it does not exist. */
  getEntry(name: EntryName, signal: AbortSignal): Promise<ObservedEntry | undefined>;
  /** Creates; `already-exists` when the name is taken. */
  create(manifest: EntryManifest, signal: AbortSignal): Promise<WrittenEntry>;
  /** Replaces our fields of the very object that was seen; `conflict` or `not-found` otherwise. Never creates. */
  update(manifest: EntryManifest, precondition: Precondition, signal: AbortSignal): Promise<WrittenEntry>;
  /** Deletes the very object that was seen; `conflict` otherwise; an object that is gone already is success. */
  delete(name: EntryName, precondition: Precondition, signal: AbortSignal): Promise<void>;
  /** Creates the namespace of this client; one that exists already is success. */
  createNamespace(signal: AbortSignal): Promise<void>;
  /** The same for another namespace of the same API server, over the same connections; always the same client, and not to be closed. */
  inNamespace(namespace: string): ClusterClient;
  /** One cheap request that shows whether the API server answers (`/readyz`). */
  probe(signal: AbortSignal): Promise<void>;
  /** Takes no new request; resolves when what is under way has ended and the sockets are let go of. */
  retire(): Promise<void>;
  /** Lets go of sockets at once. */
  close(): Promise<void>;
}
