import type {
  ClusterSettings,
  ComponentKey,
  ComponentRecord,
  DeleteChange,
  EntryName,
  HubSettings,
  ObservedEntry,
} from '@isthmus/model';
import { decodeComponents } from '@isthmus/desired';
import { compareText, OBJECT } from '@isthmus/model';
import { sortByOwner } from '@isthmus/plan';
import type { ClusterClient } from '@isthmus/ports';

import { ClusterObserver } from './cluster-observer.js';
import type { WriterTools } from './entry-writer.js';
import { EntryWriter } from './entry-writer.js';
import type { ObservedStore } from './observed-store.js';

/** A namespace that entries move from. */
interface PreviousNamespace {
  readonly name: string;
  readonly observer: ClusterObserver;
  readonly writer: EntryWriter;
}

/** What may be deleted from one of them now. */
export interface Clearing {
  readonly namespace: string;
  readonly writer: EntryWriter;
  readonly changes: readonly DeleteChange[];
}

/** An object of ours that stands in a previous namespace. */
interface Left {
  readonly namespace: PreviousNamespace;
  readonly entry: ObservedEntry;
}

/**
 * Our objects in the namespaces that the entries of one cluster move from. An object that has no namesake here counts
 * as live, so that what it holds is kept and created here. It is deleted there once its namesake here is ours and
 * records every component whose endpoints it holds, in no older state; never before, and never when it cannot be read.
 */
export class PreviousNamespaces {
  readonly #tools: WriterTools;
  #namespaces: readonly PreviousNamespace[] = [];
  #owner: { readonly hubs: readonly string[]; readonly clusters: readonly string[] } = { hubs: [], clusters: [] };
  #observed:
    { readonly from: readonly (readonly ObservedEntry[])[]; readonly all: readonly ObservedEntry[] } | undefined;
  readonly #copies = new WeakMap<ObservedEntry, ObservedEntry>();

  constructor(tools: WriterTools) {
    this.#tools = tools;
  }

  /** Follows the configuration. */
  configure(hub: HubSettings, cluster: ClusterSettings): void {
    this.#owner = { hubs: [hub.name, ...hub.formerNames], clusters: [cluster.name, ...cluster.formerNames] };
    const names = cluster.previousNamespaces.filter((name) => name !== cluster.namespace);
    if (names.join() === this.#namespaces.map(({ name }) => name).join()) return;
    this.#namespaces = names.map((name) => {
      const known = this.#namespaces.find((namespace) => namespace.name === name);
      const observer = known?.observer ?? new ClusterObserver(this.#tools);
      return known ?? { name, observer, writer: new EntryWriter(this.#tools, observer) };
    });
  }

  isSweepDue(): boolean {
    return this.#namespaces.some(({ observer }) => observer.isSweepDue());
  }

  /** Ms for which they are left alone; 0 when they may be asked. */
  waitMs(client: ClusterClient): number {
    return Math.max(0, ...this.#namespaces.map(({ name, observer }) => observer.waitMs(client.inNamespace(name))));
  }

  /** Brings them up to date; rejects when one could not be read: then what stands there is unknown, and nothing may be decided. */
  async observe(client: ClusterClient, sweepMs: number, signal: AbortSignal): Promise<void> {
    for (const { name, observer } of this.#namespaces) {
      await observer.observe(client.inNamespace(name), sweepMs, signal);
    }
  }

  /** The objects here, and those of ours that still have to be created here; the same array while nothing changed. */
  entries(here: ObservedStore): readonly ObservedEntry[] {
    if (this.#namespaces.length === 0) return here.entries;
    const from = [here.entries, ...this.#namespaces.map(({ observer }) => observer.store.entries)];
    const isSame =
      this.#observed !== undefined && from.every((entries, index) => entries === this.#observed?.from[index]);
    if (!isSame || this.#observed?.from.length !== from.length) {
      const moving = this.#movingTo(here).map(({ namespace, entry }) => this.#asMoving(namespace.name, entry));
      this.#observed = { from, all: [...here.entries, ...moving].sort((a, b) => compareText(a.name, b.name)) };
    }
    return this.#observed?.all ?? here.entries;
  }

  /** The highest epoch on objects of a hub. */
  highestEpoch(hubs: readonly string[]): number {
    return Math.max(0, ...this.#namespaces.map(({ observer }) => observer.store.highestEpoch(hubs)));
  }

  /** What may be deleted there now. */
  removals(here: ObservedStore): readonly Clearing[] {
    if (this.#namespaces.length === 0) return [];
    const ours = this.#oursByName(here.entries);
    return this.#namespaces.map((namespace) => {
      const moved = this.#oursOf(namespace).filter((entry) => isCoveredBy(entry, ours.get(entry.name)));
      return { namespace: namespace.name, writer: namespace.writer, changes: moved.map(deletionOf) };
    });
  }

  /** What waits there, for people. */
  warnings(here: ObservedStore): readonly string[] {
    if (this.#namespaces.length === 0) return [];
    const ours = this.#oursByName(here.entries);
    return this.#namespaces.flatMap((namespace) => {
      const left = this.#oursOf(namespace);
      if (left.length === 0) return [];
      const unmoved = left.filter((entry) => !isCoveredBy(entry, ours.get(entry.name))).length;
      return [
        `${left.length} objects are left in the previous namespace ${namespace.name}, ${unmoved} of them with something that is not here yet`,
      ];
    });
  }

  #movingTo(here: ObservedStore): readonly Left[] {
    const taken = new Set<EntryName>(here.entries.map(({ name }) => name));
    return this.#namespaces.flatMap((namespace) =>
      this.#oursOf(namespace).flatMap((entry) => {
        if (taken.has(entry.name)) return [];
        taken.add(entry.name);
        return [{ namespace, entry }];
      }),
    );
  }

  #oursOf({ observer }: PreviousNamespace): readonly ObservedEntry[] {
    return sortByOwner(observer.store.entries, this.#owner).ours;
  }

  #oursByName(entries: readonly ObservedEntry[]): ReadonlyMap<EntryName, ObservedEntry> {
    return new Map(sortByOwner(entries, this.#owner).ours.map((entry) => [entry.name, entry]));
  }

  /** The same copy for the same object, so that a decision can recognise it. */
  #asMoving(namespace: string, entry: ObservedEntry): ObservedEntry {
    const copy = this.#copies.get(entry) ?? { ...entry, movesFrom: namespace, isTerminating: false };
    this.#copies.set(entry, copy);
    return copy;
  }
}

/** Whether each component with endpoints on an object there is recorded on its namesake here, in no older state. */
function isCoveredBy(there: ObservedEntry, here: ObservedEntry | undefined): boolean {
  if (here === undefined || here.isTerminating) return false;
  const revisions = new Map(componentsOf(here)?.map(({ key, revision }) => [key, revision]));
  const isCovered = ({ key, revision, endpoints, also }: ComponentRecord): boolean =>
    endpoints + also.length === 0 || (revisions.get(key) ?? -1) >= revision;
  return componentsOf(there)?.every(isCovered) ?? false;
}

function componentsOf({ annotations }: ObservedEntry): ReturnType<typeof decodeComponents> {
  return decodeComponents(annotations[OBJECT.components]);
}

function deletionOf(observed: ObservedEntry): DeleteChange {
  const components: readonly ComponentKey[] = componentsOf(observed)?.map(({ key }) => key) ?? [];
  return { kind: 'delete', name: observed.name, host: observed.spec.hosts[0] ?? '', observed, components };
}
