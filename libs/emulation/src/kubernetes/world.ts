import type { StoredEntry } from './entry.js';
import { compareKeys } from './json.js';

/** A namespace as it is stored. */
export interface StoredNamespace {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: number;
  readonly createdAtMs: number;
  readonly isTerminating: boolean;
}

/** All ServiceEntries at one revision, in the order of their keys. */
export interface EntrySnapshot {
  readonly revision: number;
  readonly entries: readonly StoredEntry[];
}

/** How many revisions a paged list may go back to before its position has expired. */
const KEPT_SNAPSHOTS = 16;

/** What etcd holds: objects under one revision counter that grows with every write. */
export class World {
  readonly #entries = new Map<string, StoredEntry>();
  readonly #namespaces = new Map<string, StoredNamespace>();
  readonly #listed = new Map<number, EntrySnapshot>();
  #revision = 1;
  #current: EntrySnapshot | undefined;
  #cache: EntrySnapshot | undefined;

  entry(namespace: string, name: string): StoredEntry | undefined {
    return this.#entries.get(key(namespace, name));
  }

  /** Stores the entry at a new revision and returns it with that revision. */
  putEntry(entry: StoredEntry): StoredEntry {
    const stored = { ...entry, resourceVersion: this.#next() };
    this.#entries.set(key(entry.namespace, entry.name), stored);
    return stored;
  }

  removeEntry(entry: StoredEntry): void {
    this.#next();
    this.#entries.delete(key(entry.namespace, entry.name));
  }

  namespace(name: string): StoredNamespace | undefined {
    return this.#namespaces.get(name);
  }

  /** In the order of their names. */
  namespaces(): readonly StoredNamespace[] {
    return [...this.#namespaces.values()].sort((a, b) => compareKeys(a.name, b.name));
  }

  putNamespace(namespace: Omit<StoredNamespace, 'resourceVersion'>): StoredNamespace {
    const stored = { ...namespace, resourceVersion: this.#next() };
    this.#namespaces.set(namespace.name, stored);
    return stored;
  }

  revision(): number {
    return this.#revision;
  }

  /** The state as etcd has it now. */
  latest(): EntrySnapshot {
    this.#current ??= {
      revision: this.#revision,
      entries: [...this.#entries].sort(([a], [b]) => compareKeys(a, b)).map(([, entry]) => entry),
    };
    return this.#current;
  }

  /** The state as the watch cache has it: the latest, or where it stood when it was frozen. */
  cached(): EntrySnapshot {
    return this.#cache ?? this.latest();
  }

  /** From now on cached reads answer from the present state, as an API server whose watch cache lags. */
  freezeCache(): void {
    this.#cache = this.latest();
  }

  thawCache(): void {
    this.#cache = undefined;
  }

  isCacheFrozen(): boolean {
    return this.#cache !== undefined;
  }

  /** Keeps a snapshot, so that a list can be continued at its revision. */
  keep(snapshot: EntrySnapshot): void {
    this.#listed.set(snapshot.revision, snapshot);
    const oldest = this.#listed.keys().next();
    if (this.#listed.size > KEPT_SNAPSHOTS && oldest.done !== true) this.#listed.delete(oldest.value);
  }

  /** A snapshot that was kept; undefined when it was compacted away. */
  keptAt(revision: number): EntrySnapshot | undefined {
    return this.#listed.get(revision);
  }

  /** What compaction does: no list can be continued any more. */
  compact(): void {
    this.#listed.clear();
  }

  #next(): number {
    this.#current = undefined;
    this.#revision += 1;
    return this.#revision;
  }
}

function key(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}
