import type {
  ComponentRecord,
  DesiredEntry,
  EntryName,
  Host,
  Json,
  PendingDeletes,
  ServiceEntrySpec,
} from '@isthmus/model';
import { ISTIO, OBJECT } from '@isthmus/model';
import { encodeComponents, encodePending } from './annotations.js';
import { bodyHashOf, contentHashOf } from './content-hash.js';
import { entryNameOf } from './entry-name.js';
import { presetAddresses } from './preset.js';
import type { HostJudgement } from './judge.js';
import { sharedPorts } from './shared-ports.js';
import type { LiveEntry } from './live.js';

/** Who writes the entry. */
export interface Author {
  readonly hub: string;
  readonly cluster: string;
}

/** What differs between the entries of one host. */
export interface EntryContent {
  readonly name: EntryName;
  readonly spec: ServiceEntrySpec;
  readonly components: readonly ComponentRecord[];
  readonly pending: PendingDeletes;
}

/** The spec of a host's entries but for their endpoints. Where no route says it any more, what is live stays. */
export function specOf(
  { route, live, host }: HostJudgement,
  { ports, resolution, endpoints }: Pick<ServiceEntrySpec, 'ports' | 'resolution' | 'endpoints'>,
): ServiceEntrySpec {
  const raw = firstPart(live)?.observed.spec.raw as Partial<ServiceEntrySpec> | undefined;
  const location = route?.to.location ?? (raw?.location === 'MESH_INTERNAL' ? 'MESH_INTERNAL' : 'MESH_EXTERNAL');
  const exportTo = route === undefined ? raw?.exportTo : route.to.exportTo;
  const addresses = addressesOf({ route, live }, endpoints);
  return {
    ...(addresses === undefined ? {} : { addresses }),
    endpoints,
    ...(exportTo === undefined ? {} : { exportTo }),
    hosts: [host],
    location,
    ports: sharedPorts(ports),
    resolution,
  };
}

/** What of an entry is the same in every cluster that wants the same: all but the signature. */
export type SharedEntry = Omit<DesiredEntry, 'contentHash'>;

/**
 * An entry as one hub writes it to one cluster. A plan may hold hundreds of thousands of them, most of which wait to be
 * sent: what clusters share is held once, and the rest is made when somebody asks for it.
 */
export class SignedEntry implements DesiredEntry {
  readonly shared: SharedEntry;
  readonly #author: Author;

  constructor(shared: SharedEntry, author: Author) {
    this.shared = shared;
    this.#author = author;
  }

  /** The same entry as another author writes it. */
  by(author: Author): SignedEntry {
    return new SignedEntry(this.shared, author);
  }

  /** The same entry, which is the only one of its host, under another host. */
  under(host: Host): SignedEntry {
    const { spec, ...rest } = this.shared;
    const content = { ...rest, name: entryNameOf(host), host, spec: { ...spec, hosts: [host] } };
    return new SignedEntry(withHash(content), this.#author);
  }

  get name(): EntryName {
    return this.shared.name;
  }

  get host(): Host {
    return this.shared.host;
  }

  get spec(): ServiceEntrySpec {
    return this.shared.spec;
  }

  get components(): readonly ComponentRecord[] {
    return this.shared.components;
  }

  get pending(): PendingDeletes {
    return this.shared.pending;
  }

  get bodyHash(): string {
    return this.shared.bodyHash;
  }

  get labels(): DesiredEntry['labels'] {
    return { ...this.shared.labels, [OBJECT.hub]: this.#author.hub };
  }

  get annotations(): DesiredEntry['annotations'] {
    return { ...this.shared.annotations, ...this.#signature, [OBJECT.contentHash]: this.contentHash };
  }

  get contentHash(): string {
    return contentHashOf(this.shared.bodyHash, { labels: this.labels, annotations: this.#signature });
  }

  get #signature(): DesiredEntry['annotations'] {
    return { [OBJECT.cluster]: this.#author.cluster };
  }
}

/** What a signature and the epoch add to the annotations, at most. */
export const SIGNATURE_BYTES = 1_024;

/** One entry, complete but for the epoch. */
export function entryOf(judgement: HostJudgement, content: EntryContent, author: Author): SignedEntry {
  const { name, ...rest } = content;
  const { revision, trafficDistribution } = semanticsOf(judgement);
  const pendingText = encodePending(content.pending);
  const labels = labelsOf(revision);
  const annotations = {
    [OBJECT.schema]: String(OBJECT.schemaVersion),
    ...(trafficDistribution === undefined ? {} : { [ISTIO.trafficDistribution]: trafficDistribution }),
    [OBJECT.components]: encodeComponents(content.components),
    ...(pendingText === undefined ? {} : { [OBJECT.pendingDelete]: pendingText }),
  };
  return new SignedEntry(withHash({ name, host: judgement.host, ...rest, labels, annotations }), author);
}

function withHash(content: Omit<SharedEntry, 'bodyHash'>): SharedEntry {
  const body = { ...content, spec: content.spec as unknown as Record<string, Json> };
  return { ...content, bodyHash: bodyHashOf(body) };
}

const OWN_LABELS: SharedEntry['labels'] = { [OBJECT.managedBy]: OBJECT.managedByValue };

/** Labels that clusters share; one object for all where no revision is asked for. */
function labelsOf(revision: string | undefined): SharedEntry['labels'] {
  return revision === undefined ? OWN_LABELS : { ...OWN_LABELS, [ISTIO.revision]: revision };
}

/** The label and annotation of Istio's that a route asks for; without a route those that are live. */
function semanticsOf({ route, live }: HostJudgement): {
  readonly revision: string | undefined;
  readonly trafficDistribution: string | undefined;
} {
  if (route !== undefined) return route.to;
  const observed = firstPart(live)?.observed;
  return {
    revision: observed?.labels[ISTIO.revision],
    trafficDistribution: observed?.annotations[ISTIO.trafficDistribution],
  };
}

function addressesOf(
  { route, live }: Pick<HostJudgement, 'route' | 'live'>,
  endpoints: ServiceEntrySpec['endpoints'],
): readonly string[] | undefined {
  if (route === undefined) return live !== undefined && live.addresses.length > 0 ? live.addresses : undefined;
  return route.preset === 'istio-cloud-map' ? presetAddresses(endpoints, live) : undefined;
}

function firstPart(live: HostJudgement['live']): LiveEntry | undefined {
  const [first] = live?.parts.values() ?? [];
  return first;
}
