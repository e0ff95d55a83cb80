import type { LiveEntry, MarkSeen } from '@isthmus/desired';
import { readLive, sharesPort } from '@isthmus/desired';
import type {
  ClusterSettings,
  ComponentKey,
  ComponentRecord,
  EntryName,
  HubSettings,
  ObservedEntry,
} from '@isthmus/model';
import type { ForeignObjects } from '@isthmus/plan';
import { sortByOwner } from '@isthmus/plan';
import { LiveTable } from './live-table.js';
import { mapSteps } from './slices.js';

/** What stands in the namespace of a cluster, told apart and read back. */
export interface LiveView {
  readonly foreign: ForeignObjects;
  /** Ours, by name. */
  readonly live: ReadonlyMap<EntryName, LiveEntry>;
  /** Those of ours that carry a mark. */
  readonly marked: readonly LiveEntry[];
  readonly endpoints: number;
  /** Those that have a port which proxies know by its number alone. */
  readonly sharing: readonly LiveEntry[];
  readonly referenced: readonly ComponentRecord[];
}

/** Reads a namespace, step by step; objects that are as before are not parsed again. */
export function* viewLive(
  observed: readonly ObservedEntry[],
  known: ReadonlyMap<EntryName, LiveEntry>,
  { hub, cluster }: { readonly hub: HubSettings; readonly cluster: ClusterSettings },
): Generator<void, LiveView> {
  const owner = { hubs: [hub.name, ...hub.formerNames], clusters: [cluster.name, ...cluster.formerNames] };
  const { ours, foreign } = sortByOwner(observed, owner);
  const entries = yield* mapSteps(ours, (entry) => {
    const before = known.get(entry.name);
    return before?.observed === entry ? before : readLive(entry);
  });
  return {
    foreign,
    live: new LiveTable(entries),
    marked: entries.filter(({ pending }) => pending.size > 0),
    endpoints: entries.reduce((sum, entry) => sum + entry.endpoints.length, 0),
    sharing: entries.filter(sharesPort),
    referenced: entries.flatMap(({ components }) => components),
  };
}

interface Clocks {
  readonly nowMs: number;
  readonly serverNowMs: number;
}

/** When this process first saw each mark that stands now, by `name component`. */
export function marksSeen(
  { marked }: LiveView,
  seen: ReadonlyMap<string, MarkSeen>,
  clocks: Clocks,
): ReadonlyMap<string, MarkSeen> {
  const marks = marked.flatMap(({ observed, pending }) =>
    [...pending].map(([key, markedAtMs]) => ({ id: markId(observed.name, key), markedAtMs })),
  );
  return new Map(marks.map(({ id, markedAtMs }) => [id, markSeen(seen.get(id), markedAtMs, clocks)]));
}

function markSeen(known: MarkSeen | undefined, markedAtMs: number, { nowMs, serverNowMs }: Clocks): MarkSeen {
  if (known === undefined) return { atMs: nowMs, serverAtMs: serverNowMs };
  // The hub's clock was set back: the grace and its proof begin anew, instead of waiting until it has caught up.
  return known.atMs <= nowMs ? known : { atMs: nowMs, serverAtMs: markedAtMs };
}

/** Name of a mark in the memory of a cluster. */
export function markId(name: EntryName, component: ComponentKey): string {
  return `${name} ${component}`;
}

/** The end of the next grace period, on the hub's clock; undefined when none runs. */
export function nextDueMs(
  { marked }: LiveView,
  at: { readonly pendingMs: number; readonly nowMs: number; readonly serverNowMs: number },
): number | undefined {
  const ends = marked
    .flatMap(({ pending }) => [...pending.values()])
    .map((markedAtMs) => markedAtMs + at.pendingMs - at.serverNowMs + at.nowMs)
    .filter((endMs) => endMs > at.nowMs);
  return ends.length === 0 ? undefined : Math.min(...ends);
}
