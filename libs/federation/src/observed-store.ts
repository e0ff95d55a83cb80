import type { EntryName, ObservedEntry, ObservedMetadata } from '@isthmus/model';
import { compareText, OBJECT } from '@isthmus/model';
import type { EntryList, EntryManifest } from '@isthmus/ports';
import { observedSpec, sharedTexts, withSentTexts, withSharedParts } from './shared-entry.js';
import { mapSteps } from './slices.js';

/**
 * What the hub knows of the ServiceEntries in one namespace of one cluster, whoever owns them. A doubtful object is
 * one whose state is not known (a write without an answer, a change by another hand): it must be read in full before
 * anything is decided.
 *
 * | a sweep shows                                            | then                                    |
 * |----------------------------------------------------------|-----------------------------------------|
 * | the same uid and resourceVersion                         | nothing                                 |
 * | another resourceVersion, all else equal (istiod's status) | the new resourceVersion is adopted      |
 * | another generation, label, annotation, owner, or a new one | doubtful                               |
 * | nothing under a name                                     | it is gone                              |
 */
export class ObservedStore {
  #entries = new Map<EntryName, ObservedEntry>();
  #doubtful = new Set<EntryName>();
  #sorted: readonly ObservedEntry[] | undefined;

  /** Sorted by name; the same array as before while nothing changed. */
  get entries(): readonly ObservedEntry[] {
    this.#sorted ??= [...this.#entries.values()].sort((a, b) => compareText(a.name, b.name));
    return this.#sorted;
  }

  get(name: EntryName): ObservedEntry | undefined {
    return this.#entries.get(name);
  }

  get doubtful(): readonly EntryName[] {
    return [...this.#doubtful].sort(compareText);
  }

  /** Takes a full list as the truth, once the last step is done. */
  *replaceAll({ items }: EntryList<ObservedEntry>): Generator<void, void> {
    const entries = yield* mapSteps(items, withSharedParts);
    this.#entries = new Map(entries.map((entry) => [entry.name, entry]));
    this.#doubtful.clear();
    this.#sorted = undefined;
  }

  /** Compares a metadata list with what is known, and marks as doubtful what must be read in full. */
  sweep({ items }: EntryList<ObservedMetadata>): void {
    const seen = new Set<EntryName>();
    for (const metadata of items) {
      seen.add(metadata.name);
      this.#compare(metadata);
    }
    for (const name of this.#entries.keys()) if (!seen.has(name)) this.put(name, undefined);
  }

  /** What a full read said: the object, or that there is none. */
  put(name: EntryName, entry: ObservedEntry | undefined): void {
    this.#doubtful.delete(name);
    if (entry === undefined) this.#entries.delete(name);
    else this.#entries.set(name, withSharedParts(entry));
    this.#sorted = undefined;
  }

  /** What our own write made of an object: it holds what was sent, the very objects, as far as the answer says so. */
  wrote(manifest: EntryManifest, metadata: ObservedMetadata): void {
    const { name, annotations, spec } = manifest;
    this.#doubtful.delete(name);
    const { uid, resourceVersion, generation, owners, isTerminating } = metadata;
    // Every field by name: a spread would take a third more memory, for each object of each cluster.
    this.#entries.set(name, {
      name,
      uid,
      resourceVersion,
      generation,
      owners: owners.length === 0 ? NO_OWNERS : owners,
      isTerminating,
      labels: sharedTexts(metadata.labels),
      annotations: withSentTexts(metadata.annotations, annotations),
      spec: observedSpec(spec),
    });
    this.#sorted = undefined;
  }

  doubt(name: EntryName): void {
    this.#doubtful.add(name);
  }

  /** The highest epoch on objects of a hub, by whichever of its names; 0 when there is none. */
  highestEpoch(hubs: readonly string[]): number {
    let highest = 0;
    for (const { labels, annotations } of this.#entries.values()) {
      const isOurs = labels[OBJECT.managedBy] === OBJECT.managedByValue && hubs.includes(labels[OBJECT.hub] ?? '');
      if (!isOurs) continue;
      const epoch = Number(annotations[OBJECT.epoch]);
      if (Number.isSafeInteger(epoch) && epoch > highest) highest = epoch;
    }
    return highest;
  }

  #compare(metadata: ObservedMetadata): void {
    const known = this.#entries.get(metadata.name);
    if (known?.uid === metadata.uid && known.resourceVersion === metadata.resourceVersion) return;
    if (known === undefined || !isSameButForRevision(known, metadata)) {
      this.doubt(metadata.name);
      return;
    }
    this.#entries.set(metadata.name, { ...known, resourceVersion: metadata.resourceVersion });
    this.#sorted = undefined;
  }
}

const NO_OWNERS: readonly string[] = [];

function isSameButForRevision(known: ObservedMetadata, seen: ObservedMetadata): boolean {
  return (
    known.uid === seen.uid &&
    known.generation === seen.generation &&
    known.isTerminating === seen.isTerminating &&
    isSameRecord(known.labels, seen.labels) &&
    isSameRecord(known.annotations, seen.annotations) &&
    known.owners.length === seen.owners.length &&
    known.owners.every((owner, index) => owner === seen.owners[index])
  );
}

function isSameRecord(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key]);
}
