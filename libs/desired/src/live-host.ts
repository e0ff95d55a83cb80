import type {
  ComponentKey,
  ComponentRecord,
  Endpoint,
  EntryName,
  PendingDeletes,
  Resolution,
  ServicePort,
} from '@isthmus/model';
import { NO_MARKS, byKey } from './annotations.js';
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

/** Live entries, put together by host when they are asked for: few hosts are split, and most are not looked at. */
export class LiveHosts {
  readonly #entries: ReadonlyMap<EntryName, LiveEntry>;
  /** Name of part 0 → names of the other parts. */
  readonly #others = new Map<EntryName, EntryName[]>();

  constructor(entries: ReadonlyMap<EntryName, LiveEntry>) {
    this.#entries = entries;
    for (const name of entries.keys()) {
      const { base, part } = partOfName(name);
      if (part > 0) this.#others.set(base, [...(this.#others.get(base) ?? []), name]);
    }
  }

  /** By the names of their parts 0, which need not be there. */
  get names(): ReadonlySet<EntryName> {
    return new Set([...[...this.#entries.keys()].map((name) => partOfName(name).base), ...this.#others.keys()]);
  }

  get(name: EntryName): LiveHost | undefined {
    const parts = new Map<number, LiveEntry>();
    for (const part of [name, ...(this.#others.get(name) ?? [])]) {
      const entry = this.#entries.get(part);
      if (entry !== undefined) parts.set(partOfName(part).part, entry);
    }
    return liveHostOf(parts);
  }

  /** Names of hosts of which an entry is another one than before, or is there no more. */
  changedSince(before: LiveHosts): ReadonlySet<EntryName> {
    const changed = new Set<EntryName>();
    for (const [name, entry] of this.#entries) {
      if (before.#entries.get(name) !== entry) changed.add(partOfName(name).base);
    }
    for (const name of before.#entries.keys()) if (!this.#entries.has(name)) changed.add(partOfName(name).base);
    return changed;
  }
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
    pending: sorted.get(0)?.pending ?? NO_MARKS,
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
