import type {
  ComponentKey,
  ComponentRecord,
  Endpoint,
  EntryName,
  PendingDeletes,
  Resolution,
  ServicePort,
} from '@isthmus/model';
import { byKey } from './annotations.js';
import { endpointId } from './endpoint-id.js';
import { partOfName } from './entry-name.js';
import type { LiveEntry } from './live.js';

/** All live entries of one host, read as one: a host with many endpoints is split over several. */
export interface LiveHost {
  /** By the number of the part, ascending. One may be missing. */
  readonly parts: ReadonlyMap<number, LiveEntry>;
  /** Of the first part. */
  readonly uid: string;
  readonly host: string;
  readonly addresses: readonly string[];
  readonly ports: readonly ServicePort[];
  readonly resolution: Resolution;
  /** Each once, although one that moves stands on two parts for a moment. */
  readonly endpoints: readonly Endpoint[];
  /** The newest record of each component, sorted by key. */
  readonly components: readonly ComponentRecord[];
  /** The marks of part 0: it speaks for the host. */
  readonly pending: PendingDeletes;
  readonly isIntact: boolean;
}

/** Puts live entries together by host; the key is the name of part 0. */
export function groupLive(entries: ReadonlyMap<EntryName, LiveEntry>): ReadonlyMap<EntryName, LiveHost> {
  const hosts = new Map<EntryName, LiveHost>();
  const split = new Map<EntryName, Map<number, LiveEntry>>();
  for (const [name, entry] of entries) {
    const { base, part } = partOfName(name);
    const parts = split.get(base) ?? new Map<number, LiveEntry>();
    split.set(base, parts.set(part, entry));
  }
  for (const [base, parts] of split) {
    const host = liveHostOf(parts);
    if (host !== undefined) hosts.set(base, host);
  }
  return hosts;
}

/** The live host of these parts; undefined when there is none. */
export function liveHostOf(parts: ReadonlyMap<number, LiveEntry>): LiveHost | undefined {
  const sorted = parts.size <= 1 ? parts : new Map([...parts].toSorted(([a], [b]) => a - b));
  const entries = [...sorted.values()];
  const [first] = entries;
  if (first === undefined) return undefined;
  const { observed, host, addresses, resolution } = first;
  const isWhole = entries.length === 1;
  return {
    parts: sorted,
    uid: observed.uid,
    host,
    addresses,
    resolution,
    ports: entries.find(({ ports }) => ports.length > 0)?.ports ?? [],
    endpoints: isWhole ? first.endpoints : distinct(entries.flatMap(({ endpoints }) => endpoints)),
    components: isWhole ? first.components : newestRecords(entries),
    pending: sorted.get(0)?.pending ?? new Map(),
    isIntact: entries.every(({ isIntact }) => isIntact),
  };
}

/** The name of part 0, whether it is there or not. */
export function nameOfLive({ parts }: LiveHost): EntryName {
  const [first] = parts.values();
  return first === undefined ? ('' as EntryName) : partOfName(first.observed.name).base;
}

/** The live endpoints of one component, over all parts. */
export function endpointsOf(live: LiveHost, key: ComponentKey): readonly Endpoint[] {
  const [first, ...others] = live.parts.values();
  if (first === undefined) return [];
  if (others.length === 0) return endpointsOfPart(first, key);
  return distinct([first, ...others].flatMap((part) => endpointsOfPart(part, key)));
}

/** The endpoints of one component on one part: its own stretch and those it shares with components before it. */
export function endpointsOfPart(part: LiveEntry, key: ComponentKey): readonly Endpoint[] {
  let start = 0;
  for (const record of part.components) {
    const end = start + record.endpoints;
    if (record.key === key) {
      const shared = record.also.map((index) => part.endpoints[index]).filter((endpoint) => endpoint !== undefined);
      return [...part.endpoints.slice(start, end), ...shared];
    }
    start = end;
  }
  return [];
}

function distinct(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  return [...new Map(endpoints.map((endpoint) => [endpointId(endpoint), endpoint])).values()];
}

/** Parts are written one by one, so that one may lag: what the newest says is known. */
function newestRecords(entries: readonly LiveEntry[]): readonly ComponentRecord[] {
  const newest = new Map<ComponentKey, ComponentRecord>();
  for (const record of entries.flatMap(({ components }) => components)) {
    const other = newest.get(record.key);
    if (other === undefined || isNewer(record, other)) newest.set(record.key, record);
  }
  return [...newest.values()].toSorted(byKey);
}

function isNewer(record: ComponentRecord, other: ComponentRecord): boolean {
  if (record.revision !== other.revision) return record.revision > other.revision;
  return record.observedAtMs > other.observedAtMs;
}
