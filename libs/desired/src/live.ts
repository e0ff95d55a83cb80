import type {
  ComponentRecord,
  Endpoint,
  Json,
  ObservedEntry,
  PendingDeletes,
  Resolution,
  ServicePort,
} from '@isthmus/model';
import { OBJECT } from '@isthmus/model';
import { byKey, decodeComponents, decodePending } from './annotations.js';
import { bodyHashOf, contentHashOf } from './content-hash.js';
import type { LiveSpec } from './live-spec.js';
import { parseLiveSpec } from './live-spec.js';

/** One of our live entries, read back so that the endpoints of each component can be kept. */
export class LiveEntry {
  readonly observed: ObservedEntry;
  /** Sorted by key; empty when the annotation cannot be read. */
  readonly components: readonly ComponentRecord[];
  readonly pending: PendingDeletes;
  /** False when spec, labels or annotations are not what we wrote: then nobody knows whose an endpoint is. */
  readonly isIntact: boolean;
  /** Hash that the object would carry if it were ours as it stands; equal to a desired hash only when nothing differs. */
  readonly contentHash: string;
  /** One for all clusters that hold the same spec. */
  readonly #spec: LiveSpec;

  constructor(
    spec: LiveSpec,
    rest: Pick<LiveEntry, 'observed' | 'components' | 'pending' | 'isIntact' | 'contentHash'>,
  ) {
    this.#spec = spec;
    this.observed = rest.observed;
    this.components = rest.components;
    this.pending = rest.pending;
    this.isIntact = rest.isIntact;
    this.contentHash = rest.contentHash;
  }

  get host(): string {
    return this.observed.spec.hosts[0] ?? '';
  }

  /** Virtual IPs. */
  get addresses(): readonly string[] {
    return this.#spec.addresses;
  }

  get ports(): readonly ServicePort[] {
    return this.#spec.ports ?? [];
  }

  get resolution(): Resolution {
    return this.#spec.resolution;
  }

  get endpoints(): readonly Endpoint[] {
    return this.#spec.endpoints ?? [];
  }
}

/** Reads one of our own entries back. Its parts are untrusted: what cannot be understood makes it "not intact". */
export function readLive(observed: ObservedEntry): LiveEntry {
  const raw = specObject(observed.spec.raw);
  const components = decodeComponents(observed.annotations[OBJECT.components]);
  const pending = decodePending(observed.annotations[OBJECT.pendingDelete]);
  const spec = parseLiveSpec(raw);
  const { labels, annotations } = observed;
  const body = { spec: raw as Record<string, Json>, components: components ?? [], pending, labels, annotations };
  const computedHash = contentHashOf(bodyHashOf(body), observed);
  const recordedHash = observed.annotations[OBJECT.contentHash];
  const isReadable = components !== undefined && spec.endpoints !== undefined && spec.ports !== undefined;
  const isCounted = isReadable && countsMatch(components, spec.endpoints.length);
  return new LiveEntry(spec, {
    observed,
    components: components ?? NO_COMPONENTS,
    pending,
    isIntact: isCounted && computedHash === recordedHash,
    // The very text where it is equal: one of them is enough.
    contentHash: computedHash === recordedHash ? recordedHash : computedHash,
  });
}

const NO_COMPONENTS: readonly ComponentRecord[] = [];

function countsMatch(components: readonly ComponentRecord[], endpoints: number): boolean {
  const owned = components.reduce((sum, record) => sum + record.endpoints, 0);
  const isSorted = components.every((record, i) => i === 0 || byKey(components[i - 1] ?? record, record) < 0);
  return owned === endpoints && isSorted && components.every(({ also }) => also.every((index) => index < endpoints));
}

function specObject(raw: unknown): Readonly<Record<string, unknown>> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? (raw as Record<string, unknown>) : {};
}
