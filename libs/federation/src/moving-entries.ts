import { decodeComponents } from '@isthmus/desired';
import type { ClusterSettings, ComponentRecord, EntryName, HubSettings, ObservedEntry } from '@isthmus/model';
import { compareText, OBJECT } from '@isthmus/model';
import type { Owner } from '@isthmus/plan';
import { sortByOwner } from '@isthmus/plan';

/** Everything that stands in one namespace from which the entries of a cluster move. */
export interface PreviousEntries {
  readonly namespace: string;
  readonly entries: readonly ObservedEntry[];
}

/** Whose objects in a cluster are ours. */
export function ownerOf(
  { name, formerNames }: Pick<HubSettings, 'name' | 'formerNames'>,
  cluster: Pick<ClusterSettings, 'name' | 'formerNames'>,
): Owner {
  return { hubs: [name, ...formerNames], clusters: [cluster.name, ...cluster.formerNames] };
}

/** The namespaces that the entries of a cluster move from; its own is none of them. */
export function previousNamespacesOf({ previousNamespaces, namespace }: ClusterSettings): readonly string[] {
  return previousNamespaces.filter((name) => name !== namespace);
}

/**
 * The objects of a cluster's namespace, and those of ours in previous namespaces that have no namesake here: what they
 * hold counts as live, so that it is kept and created here. Sorted by name; of two with one name the first counts.
 */
export function withMoving(
  here: readonly ObservedEntry[],
  previous: readonly PreviousEntries[],
  { owner, moved = asMoving }: { readonly owner: Owner; readonly moved?: typeof asMoving },
): readonly ObservedEntry[] {
  const taken = new Set<EntryName>(here.map(({ name }) => name));
  const moving = previous.flatMap(({ namespace, entries }) =>
    sortByOwner(entries, owner).ours.flatMap((entry) => {
      if (taken.has(entry.name)) return [];
      taken.add(entry.name);
      return [moved(namespace, entry)];
    }),
  );
  return [...here, ...moving].sort((a, b) => compareText(a.name, b.name));
}

/** An object of a previous namespace as a decision sees it. */
export function asMoving(namespace: string, entry: ObservedEntry): ObservedEntry {
  return { ...entry, movesFrom: namespace, isTerminating: false };
}

/** Objects of ours in a previous namespace whose namesake here has all that they hold: they are not needed any more. */
export function movedEntries(
  here: readonly ObservedEntry[],
  { entries }: PreviousEntries,
  owner: Owner,
): readonly ObservedEntry[] {
  const ours = new Map(sortByOwner(here, owner).ours.map((entry) => [entry.name, entry]));
  return sortByOwner(entries, owner).ours.filter((entry) => isCoveredBy(entry, ours.get(entry.name)));
}

/** What waits in the previous namespaces, for people. */
export function movingWarnings(
  here: readonly ObservedEntry[],
  previous: readonly PreviousEntries[],
  owner: Owner,
): readonly string[] {
  return previous.flatMap((namespace) => {
    const left = sortByOwner(namespace.entries, owner).ours.length;
    if (left === 0) return [];
    const unmoved = left - movedEntries(here, namespace, owner).length;
    return [
      `${left} objects are left in the previous namespace ${namespace.namespace}, ${unmoved} of them with something that is not here yet`,
    ];
  });
}

/** Whether each component with endpoints on an object there is recorded on its namesake here, in no older state. */
function isCoveredBy(there: ObservedEntry, here: ObservedEntry | undefined): boolean {
  if (here === undefined || here.isTerminating) return false;
  const revisions = new Map(componentsOf(here)?.map(({ key, revision }) => [key, revision]));
  const isCovered = ({ key, revision, endpoints, also }: ComponentRecord): boolean =>
    endpoints + also.length === 0 || (revisions.get(key) ?? -1) >= revision;
  return componentsOf(there)?.every(isCovered) ?? false;
}

/** The components that an object records; undefined: they cannot be read. */
export function componentsOf({ annotations }: ObservedEntry): ReturnType<typeof decodeComponents> {
  return decodeComponents(annotations[OBJECT.components]);
}
