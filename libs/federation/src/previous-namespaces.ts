import type { ClusterSettings, ComponentKey, DeleteChange, HubSettings, ObservedEntry } from '@isthmus/model';
import { canonicalJson } from '@isthmus/model';
import type { Owner } from '@isthmus/plan';
import type { ClusterClient } from '@isthmus/ports';

import { ClusterObserver } from './cluster-observer.js';
import type { WriterTools } from './entry-writer.js';
import { EntryWriter } from './entry-writer.js';
import type { PreviousEntries } from './moving-entries.js';
import {
  asMoving,
  componentsOf,
  movedEntries,
  movingWarnings,
  ownerOf,
  previousNamespacesOf,
  withMoving,
} from './moving-entries.js';
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

/**
 * Our objects in the namespaces that the entries of one cluster move from. An object that has no namesake here counts
 * as live, so that what it holds is kept and created here. It is deleted there once its namesake here is ours and
 * records every component whose endpoints it holds, in no older state; never before, and never when it cannot be read.
 */
export class PreviousNamespaces {
  readonly #tools: WriterTools;
  #namespaces: readonly PreviousNamespace[] = [];
  #owner: Owner = { hubs: [], clusters: [] };
  #observed:
    { readonly from: readonly (readonly ObservedEntry[])[]; readonly all: readonly ObservedEntry[] } | undefined;
  readonly #copies = new WeakMap<ObservedEntry, ObservedEntry>();

  constructor(tools: WriterTools) {
    this.#tools = tools;
  }

  /** Follows the configuration. */
  configure(hub: HubSettings, cluster: ClusterSettings): void {
    const owner = ownerOf(hub, cluster);
    if (canonicalJson({ ...owner }) !== canonicalJson({ ...this.#owner })) {
      this.#owner = owner;
      this.#observed = undefined;
    }
    const names = previousNamespacesOf(cluster);
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
      const moved: typeof asMoving = (namespace, entry) => this.#asMoving(namespace, entry);
      this.#observed = { from, all: withMoving(here.entries, this.#previous(), { owner: this.#owner, moved }) };
    }
    return this.#observed?.all ?? here.entries;
  }

  /** The highest epoch on objects of a hub. */
  highestEpoch(hubs: readonly string[]): number {
    return Math.max(0, ...this.#namespaces.map(({ observer }) => observer.store.highestEpoch(hubs)));
  }

  /** What may be deleted there now. */
  removals(here: ObservedStore): readonly Clearing[] {
    return this.#namespaces.map(({ name: namespace, observer, writer }) => {
      const there = { namespace, entries: observer.store.entries };
      return { namespace, writer, changes: movedEntries(here.entries, there, this.#owner).map(deletionOf) };
    });
  }

  /** What waits there, for people. */
  warnings(here: ObservedStore): readonly string[] {
    return movingWarnings(here.entries, this.#previous(), this.#owner);
  }

  #previous(): readonly PreviousEntries[] {
    return this.#namespaces.map(({ name, observer }) => ({ namespace: name, entries: observer.store.entries }));
  }

  /** The same copy for the same object, so that a decision can recognise it. */
  #asMoving(namespace: string, entry: ObservedEntry): ObservedEntry {
    const copy = this.#copies.get(entry) ?? asMoving(namespace, entry);
    this.#copies.set(entry, copy);
    return copy;
  }
}

function deletionOf(observed: ObservedEntry): DeleteChange {
  const components: readonly ComponentKey[] = componentsOf(observed)?.map(({ key }) => key) ?? [];
  return { kind: 'delete', name: observed.name, host: observed.spec.hosts[0] ?? '', observed, components };
}
