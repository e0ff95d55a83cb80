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
import { compareText, printEndpoint, sha256 } from '@isthmus/model';

/** One host: what is wanted, and what of ours is there. */
export interface PlannedHost {
  /** Of part 0. */
  readonly name: EntryName;
  readonly host: string;
  /** Part 0 first; none: nothing is wanted and nothing of ours is there. */
  readonly parts: readonly PlannedPart[];
  readonly holds: readonly Hold[];
}

/** One entry of a host. */
export interface PlannedPart {
  readonly name: EntryName;
  readonly wanted:
    | { readonly kind: 'entry'; readonly entry: DesiredEntry }
    | { readonly kind: 'remove'; readonly components: readonly ComponentKey[] }
    | { readonly kind: 'nothing' };
  readonly live: LiveState | undefined;
}

/** Our live object. */
export interface LiveState {
  readonly observed: ObservedEntry;
  /** Hash of what it is, and the one that it carries. */
  readonly contentHash: string;
  readonly recordedHash: string | undefined;
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
 * | any | any | same name | hold, all parts of the host |
 * | entry | – | same host | hold `host-taken` |
 * | entry | –, or in a namespace that it moves from | – | create |
 * | entry | equal hash, and recorded so | | nothing |
 * | entry | otherwise | | update, or mark when only a mark is new |
 * | remove | ours | | delete |
 * | nothing | any | | nothing |
 */
export function planCluster(input: PlanInput): Plan {
  const { hosts, foreign, ...rest } = input;
  const liveCount = hosts.flatMap(({ parts }) => parts).filter(({ live }) => live !== undefined).length;
  const decided = hosts.map((planned) => decideHost(planned, foreign));
  return planOf({ ...rest, decided, stops: foreign.stops, liveCount });
}

/** What a plan is put together from. */
export interface PlanParts extends Pick<PlanInput, 'cluster' | 'heldRemovals' | 'removalsHash'> {
  /** Hosts with a change or a hold, at least. */
  readonly decided: readonly DecidedHost[];
  readonly stops: readonly Hold[];
  /** Live objects of ours. */
  readonly liveCount: number;
}

/** The plan of a cluster from the decisions on its hosts. */
export function planOf(parts: PlanParts): Plan {
  const { decided, stops, liveCount, cluster, heldRemovals, removalsHash } = parts;
  const changes = stops.length > 0 ? [] : decided.flatMap((one) => one.changes).toSorted(byUrgency);
  const holds = [...stops, ...decided.flatMap((one) => one.holds)];
  return {
    cluster,
    changes,
    holds,
    heldRemovals,
    removalsHash,
    unchangedCount: liveCount - changes.filter(({ kind }) => kind !== 'create').length,
    hash: sha256(JSON.stringify(changes.map(summary)), 16),
  };
}

/** What should happen to one host. */
export interface DecidedHost {
  readonly changes: readonly Change[];
  readonly holds: readonly Hold[];
}

/** One empty list for all: there are as many decisions as hosts, and a list that grows takes room for seventeen. */
const NONE: readonly never[] = [];
export const NOTHING_DECIDED: DecidedHost = { changes: NONE, holds: NONE };

/** Compares one host with what is live of it. */
export function decideHost(planned: PlannedHost, foreign: ForeignObjects): DecidedHost {
  const own = foreign.names.get(planned.name);
  if (own !== undefined) {
    const isWanted = planned.parts.some(({ wanted }) => wanted.kind === 'entry');
    return { changes: NONE, holds: isWanted ? [...planned.holds, own] : planned.holds };
  }
  const [first, ...others] = planned.parts;
  if (first !== undefined && others.length === 0 && planned.holds.length === 0) {
    return decidePart(planned.host, first, foreign);
  }
  const changes: Change[] = [];
  const holds = [...planned.holds];
  for (const part of planned.parts) {
    const decided = decidePart(planned.host, part, foreign);
    changes.push(...decided.changes);
    holds.push(...decided.holds);
  }
  return { changes, holds };
}

function decidePart(host: string, part: PlannedPart, foreign: ForeignObjects): DecidedHost {
  const { wanted, name } = part;
  const live = part.live?.observed.movesFrom === undefined ? part.live : undefined;
  if (live?.observed.isTerminating === true)
    return held({ name, host, reason: 'terminating', detail: 'it has finalizers' });
  if (wanted.kind === 'nothing') return NOTHING_DECIDED;
  if (wanted.kind === 'remove') {
    if (live === undefined) return NOTHING_DECIDED;
    return changed({ kind: 'delete', name, host, observed: live.observed, components: wanted.components });
  }
  if (live !== undefined) return changed(update(wanted.entry, live));
  const own = foreign.names.get(name);
  if (own !== undefined) return held(own);
  const taken = foreign.hosts.get(host);
  if (taken !== undefined) return held({ name, host, reason: 'host-taken', detail: `by ${taken}` });
  return changed({
    kind: 'create',
    desired: wanted.entry,
    diff: { added: wanted.entry.spec.endpoints, removed: NONE },
  });
}

function held(hold: Hold): DecidedHost {
  return { changes: NONE, holds: [hold] };
}

function changed(change: Change | undefined): DecidedHost {
  return change === undefined ? NOTHING_DECIDED : { changes: [change], holds: NONE };
}

function update(desired: DesiredEntry, live: LiveState): Change | undefined {
  const { observed, contentHash, recordedHash } = live;
  const isSame = desired.contentHash === contentHash;
  if (isSame && recordedHash === contentHash) return undefined;
  const diff = diffOf(live.endpoints, desired.spec.endpoints);
  const hasNewMark = [...desired.pending.keys()].some((key) => !live.marked.has(key));
  const isQuiet = diff.added.length === 0 && diff.removed.length === 0;
  if (hasNewMark && isQuiet) return { kind: 'mark', desired, observed, diff, reason: 'pending-delete' };
  return { kind: 'update', desired, observed, diff, reason: isSame ? 'drift' : 'content' };
}

/** What a change does to the endpoints, told apart by address and ports. */
function diffOf(before: readonly Endpoint[], after: readonly Endpoint[]): EndpointDiff {
  if (before === after) return { added: NONE, removed: NONE };
  const old = new Map(before.map((endpoint) => [printEndpoint(endpoint), endpoint]));
  const young = new Map(after.map((endpoint) => [printEndpoint(endpoint), endpoint]));
  return { added: without(young, old), removed: without(old, young) };
}

function without(some: ReadonlyMap<string, Endpoint>, others: ReadonlyMap<string, Endpoint>): readonly Endpoint[] {
  return [...some].filter(([id]) => !others.has(id)).map(([, endpoint]) => endpoint);
}

/** Grow before shrink, changes before first fills, deletes last; then by name, so that a plan prints the same twice. */
const URGENCY = { grow: 0, swap: 1, create: 2, shrink: 3, mark: 4, delete: 5 } as const;

/** Parts of one host shrink and go from the last to the first: part 0 carries the marks that let the others go. */
function byUrgency(a: Change, b: Change): number {
  const urgent = urgency(a);
  const byPart = compareText(nameOf(a), nameOf(b));
  const isLastFirst = urgent === URGENCY.shrink || urgent === URGENCY.delete;
  return urgent - urgency(b) || compareText(hostOf(a), hostOf(b)) || (isLastFirst ? -byPart : byPart);
}

/** Host of the object that a change is about. */
export function hostOf(change: Change): string {
  return change.kind === 'delete' ? change.host : change.desired.host;
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
  return [change.kind, nameOf(change), change.kind === 'delete' ? change.observed.uid : change.desired.bodyHash];
}
