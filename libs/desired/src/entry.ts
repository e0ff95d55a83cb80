import type { ComponentRecord, DesiredEntry, EntryName, Json, PendingDeletes, ServiceEntrySpec } from '@isthmus/model';
import { ISTIO, OBJECT } from '@isthmus/model';
import { encodeComponents, encodePending } from './annotations.js';
import { bodyHashOf, contentHashOf } from './content-hash.js';
import { presetAddresses } from './preset.js';
import type { HostJudgement } from './judge.js';
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
    hosts: [host],
    location,
    ports,
    resolution,
    endpoints,
    ...(addresses === undefined ? {} : { addresses }),
    ...(exportTo === undefined ? {} : { exportTo }),
  };
}

/** One entry, complete but for the epoch. */
export function entryOf(judgement: HostJudgement, content: EntryContent, { hub, cluster }: Author): DesiredEntry {
  const { name, ...rest } = content;
  const { revision, trafficDistribution } = semanticsOf(judgement);
  const labels = {
    [OBJECT.managedBy]: OBJECT.managedByValue,
    [OBJECT.hub]: hub,
    ...(revision === undefined ? {} : { [ISTIO.revision]: revision }),
  };
  const pendingText = encodePending(content.pending);
  const semantic = {
    [OBJECT.cluster]: cluster,
    [OBJECT.schema]: String(OBJECT.schemaVersion),
    ...(trafficDistribution === undefined ? {} : { [ISTIO.trafficDistribution]: trafficDistribution }),
  };
  const bodyHash = bodyHashOf({ ...rest, spec: content.spec as unknown as Record<string, Json> });
  const contentHash = contentHashOf(bodyHash, { labels, annotations: semantic });
  const annotations = {
    ...semantic,
    [OBJECT.contentHash]: contentHash,
    [OBJECT.components]: encodeComponents(content.components),
    ...(pendingText === undefined ? {} : { [OBJECT.pendingDelete]: pendingText }),
  };
  return { name, host: judgement.host, ...rest, labels, annotations, bodyHash, contentHash };
}

/** The same entry as another author writes it. */
export function authoredBy(entry: DesiredEntry, { hub, cluster }: Author): DesiredEntry {
  const { labels, annotations, bodyHash } = entry;
  if (labels[OBJECT.hub] === hub && annotations[OBJECT.cluster] === cluster) return entry;
  const own = labels[OBJECT.hub] === hub ? labels : { ...labels, [OBJECT.hub]: hub };
  const signed: Record<string, string> = { ...annotations, [OBJECT.cluster]: cluster };
  const contentHash = contentHashOf(bodyHash, { labels: own, annotations: signed });
  signed[OBJECT.contentHash] = contentHash;
  const { name, host, spec, components, pending } = entry;
  return { name, host, spec, components, pending, labels: own, annotations: signed, bodyHash, contentHash };
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
