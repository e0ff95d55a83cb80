import type {
  Change,
  ClusterName,
  ComponentKey,
  DesiredEntry,
  Endpoint,
  EndpointDiff,
  EntryName,
  HeldRemoval,
  Hold,
  ObservedEntry,
  Plan,
} from '@isthmus/model';
import { canonicalJson, compareText, sha256 } from '@isthmus/model';

/** One host: what is wanted, and what of ours is there. */
export interface PlannedHost {
  readonly name: EntryName;
  readonly host: string;
  readonly wanted:
    | { readonly kind: 'entry'; readonly entry: DesiredEntry }
    | { readonly kind: 'remove'; readonly components: readonly ComponentKey[] }
    | { readonly kind: 'nothing' };
  readonly live: LiveState | undefined;
  readonly holds: readonly Hold[];
}

/** Our live object of a host. */
export interface LiveState {
  readonly observed: ObservedEntry;
  /** Hash that it carries, and whether it is what that hash was made of. */
  readonly contentHash: string;
  readonly isIntact: boolean;
  readonly endpoints: readonly Endpoint[];
  readonly marked: ReadonlySet<ComponentKey>;
}

/** What of somebody else's stands in the namespace. */
export interface ForeignObjects {
  /** Names that we may not write, and why. */
  readonly names: ReadonlyMap<EntryName, Hold>;
  /** Hosts of entries that are not ours → name of the entry. */
  readonly hosts: ReadonlyMap<string, EntryName>;
  /** Reasons to leave the whole namespace alone. */
  readonly stops: readonly Hold[];
}

export interface PlanInput {
  readonly cluster: ClusterName;
  readonly hosts: readonly PlannedHost[];
  readonly foreign: ForeignObjects;
  readonly heldRemovals: readonly HeldRemoval[];
  readonly removalsHash: string | undefined;
}

/**
 * Compares what a cluster should hold with what it holds.
 *
 * | wanted | live | foreign | plan |
 * |---|---|---|---|
 * | entry | – | same name | hold |
 * | entry | – | same host | hold `host-taken` |
 * | entry | – | – | create |
 * | entry | equal hash, intact | | nothing |
 * | entry | otherwise | | update, or mark when only a mark is new |
 * | remove | ours | | delete |
 * | nothing | any | | nothing |
 */
export function planCluster(input: PlanInput): Plan {
  const decided = input.hosts.map((planned) => decide(planned, input.foreign));
  const isStopped = input.foreign.stops.length > 0;
  const changes = isStopped ? [] : decided.flatMap(({ change }) => change ?? []).toSorted(byUrgency);
  const holds = [...input.foreign.stops, ...decided.flatMap((one) => one.holds)];
  const { cluster, heldRemovals, removalsHash } = input;
  const liveCount = input.hosts.filter(({ live }) => live !== undefined).length;
  return {
    cluster,
    changes,
    holds,
    heldRemovals,
    removalsHash,
    unchangedCount: liveCount - changes.filter(({ kind }) => kind !== 'create').length,
    hash: sha256(canonicalJson(changes.map(summary)), 16),
  };
}

interface Decided {
  readonly change: Change | undefined;
  readonly holds: readonly Hold[];
}

function decide(planned: PlannedHost, foreign: ForeignObjects): Decided {
  const { wanted, live, name, host, holds } = planned;
  const own = foreign.names.get(name);
  if (own !== undefined) return { change: undefined, holds: wanted.kind === 'entry' ? [...holds, own] : holds };
  if (live?.observed.isTerminating === true) {
    return { change: undefined, holds: [...holds, { name, host, reason: 'terminating', detail: 'it has finalizers' }] };
  }
  if (wanted.kind === 'nothing') return { change: undefined, holds };
  if (wanted.kind === 'remove') {
    const change = live === undefined ? undefined : deletion(planned, live, wanted.components);
    return { change, holds };
  }
  if (live !== undefined) return { change: update(wanted.entry, live), holds };
  const taken = foreign.hosts.get(host);
  if (taken === undefined) {
    return { change: { kind: 'create', desired: wanted.entry, diff: diffOf([], wanted.entry.spec.endpoints) }, holds };
  }
  return { change: undefined, holds: [...holds, { name, host, reason: 'host-taken', detail: `by ${taken}` }] };
}

function deletion({ name, host }: PlannedHost, live: LiveState, components: readonly ComponentKey[]): Change {
  return { kind: 'delete', name, host, observed: live.observed, components };
}

function update(desired: DesiredEntry, live: LiveState): Change | undefined {
  const isSame = desired.contentHash === live.contentHash;
  if (isSame && live.isIntact) return undefined;
  const { observed } = live;
  const diff = diffOf(live.endpoints, desired.spec.endpoints);
  const hasNewMark = [...desired.pending.keys()].some((key) => !live.marked.has(key));
  const isQuiet = diff.added.length === 0 && diff.removed.length === 0;
  if (hasNewMark && isQuiet) return { kind: 'mark', desired, observed, diff, reason: 'pending-delete' };
  return { kind: 'update', desired, observed, diff, reason: isSame ? 'drift' : 'content' };
}

/** What a change does to the endpoints, as `address name=port,…`. */
function diffOf(before: readonly Endpoint[], after: readonly Endpoint[]): EndpointDiff {
  const old = new Set(before.map(printed));
  const young = new Set(after.map(printed));
  return {
    added: [...young].filter((endpoint) => !old.has(endpoint)),
    removed: [...old].filter((endpoint) => !young.has(endpoint)),
  };
}

function printed({ address, ports }: Endpoint): string {
  const numbers = Object.entries(ports ?? {}).map(([name, number]) => `${name}=${number}`);
  return numbers.length === 0 ? address : `${address} ${numbers.toSorted(compareText).join(',')}`;
}

/** Grow before shrink, changes before first fills, deletes last; then by name, so that a plan prints the same twice. */
const URGENCY = { grow: 0, swap: 1, create: 2, shrink: 3, mark: 4, delete: 5 } as const;

function byUrgency(a: Change, b: Change): number {
  return urgency(a) - urgency(b) || compareText(nameOf(a), nameOf(b));
}

function urgency(change: Change): number {
  if (change.kind !== 'update') return URGENCY[change.kind];
  if (change.diff.removed.length === 0) return URGENCY.grow;
  return change.diff.added.length === 0 ? URGENCY.shrink : URGENCY.swap;
}

/** `metadata.name` of what a change writes. */
export function nameOf(change: Change): EntryName {
  return change.kind === 'delete' ? change.name : change.desired.name;
}

function summary(change: Change): readonly string[] {
  return [change.kind, nameOf(change), change.kind === 'delete' ? change.observed.uid : change.desired.contentHash];
}
