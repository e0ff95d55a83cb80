import type { ComponentKey, ComponentRecord, Endpoint, Json, Lineage } from '@isthmus/model';
import { canonicalJson, compareText, remembered } from '@isthmus/model';
import type { Candidate } from './candidates.js';
import { sharedList } from './content-hash.js';
import type { Contribution } from './contribution.js';
import { endpointId } from './endpoint-id.js';
import type { PortScheme } from './port-scheme.js';
import type { Resolved } from './resolution.js';

/** One endpoint of a host with the components that name it, in the order of their keys; none: nobody knows whose it is. */
export interface OwnedEndpoint {
  readonly id: string;
  readonly endpoint: Endpoint;
  readonly owners: readonly ComponentKey[];
}

/**
 * Puts the contributions together. An address with the same ports that several components name is one endpoint with
 * several owners, so that it goes when all drop it.
 */
export function gatherEndpoints(resolved: Resolved, scheme: PortScheme): readonly OwnedEndpoint[] {
  const [only, ...others] = resolved.contributions;
  const isAlone = only !== undefined && others.length === 0 && only.kept.length === 0 && resolved.strays.length === 0;
  if (!isAlone || scheme.id === undefined) return gather(resolved, scheme);
  const shared = gathered.get(only.fresh) ?? new Map<string, readonly OwnedEndpoint[]>();
  const known = shared.get(scheme.id);
  if (known !== undefined) return known;
  const owned = gather(resolved, scheme);
  gathered.set(only.fresh, shared.set(scheme.id, owned));
  return owned;
}

/** Endpoints of candidates that stand alone on their hosts, by their ports: routes and clusters share them. */
const gathered = new WeakMap<readonly Candidate[], Map<string, readonly OwnedEndpoint[]>>();

function gather(resolved: Resolved, scheme: PortScheme): readonly OwnedEndpoint[] {
  const owned = new Map<string, { readonly endpoint: Endpoint; readonly owners: ComponentKey[] }>();
  for (const contribution of resolved.contributions) {
    for (const [id, endpoint] of endpointsById(contribution, scheme)) {
      const known = owned.get(id);
      if (known === undefined) owned.set(id, { endpoint, owners: [contribution.key] });
      else known.owners.push(contribution.key);
    }
  }
  for (const stray of resolved.strays.map((endpoint) => conformed(endpoint, scheme))) {
    const id = endpointId(stray);
    if (!owned.has(id)) owned.set(id, { endpoint: stray, owners: [] });
  }
  return Array.from(owned, ([id, { endpoint, owners }]) => ({ id, endpoint, owners })).sort((a, b) =>
    compareText(a.id, b.id),
  );
}

/**
 * The endpoints of one entry, sorted by component, with the records from which their owners can be read back: an
 * endpoint stands with the first of its owners, and the others point at it. Those without an owner come last and are
 * counted nowhere, so that the entry is read back as what it is: not all known.
 */
export function layOut(
  owned: readonly OwnedEndpoint[],
  contributions: readonly Contribution[],
): { readonly endpoints: readonly Endpoint[]; readonly components: readonly ComponentRecord[] } {
  const [only, ...others] = contributions;
  if (only?.record !== undefined && others.length === 0 && owned.every(({ owners }) => owners[0] === only.key)) {
    const endpoints = listOf(owned);
    return { endpoints, components: recordsOf(only.record, endpoints.length) };
  }
  const byHolder = Map.groupBy(owned, ({ owners }) => owners[0]);
  const endpoints: Endpoint[] = [];
  const shared = new Map<ComponentKey, number[]>();
  const components: ComponentRecord[] = [];
  for (const { key, record } of contributions) {
    const held = byHolder.get(key) ?? [];
    for (const { endpoint, owners } of held) {
      const index = endpoints.push(endpoint) - 1;
      for (const owner of owners.slice(1)) shared.set(owner, [...(shared.get(owner) ?? []), index]);
    }
    if (record !== undefined) components.push({ ...record, endpoints: held.length, also: shared.get(key) ?? [] });
  }
  return { endpoints: [...endpoints, ...(byHolder.get(undefined) ?? []).map(({ endpoint }) => endpoint)], components };
}

/** The same list for the same endpoints, so that everything that is known of it is known of all. */
export const listOf = remembered((owned: readonly OwnedEndpoint[]): readonly Endpoint[] => {
  const list = owned.map(({ endpoint }) => endpoint);
  return sharedList(list as unknown as readonly Json[]) as unknown as readonly Endpoint[];
});

const records = new WeakMap<NonNullable<Contribution['record']>, readonly ComponentRecord[]>();

/** The same list for the same record and number of endpoints. */
function recordsOf(record: NonNullable<Contribution['record']>, count: number): readonly ComponentRecord[] {
  const known = records.get(record);
  if (known?.[0]?.endpoints === count) return known;
  const list = [{ ...record, endpoints: count, also: [] }];
  records.set(record, list);
  return list;
}

/** Why each endpoint is there, and what is not. */
export function lineageOf({
  leftOut,
  resolved,
}: {
  readonly leftOut: readonly Lineage[];
  readonly resolved: Resolved | undefined;
}): readonly Lineage[] {
  return [...leftOut, ...(resolved?.contributions ?? []).flatMap(lineageOfOne)];
}

function endpointsById({ fresh, kept }: Contribution, scheme: PortScheme): ReadonlyMap<string, Endpoint> {
  const young = fresh.map((candidate) => endpointOf(candidate, scheme)).sort(byLocalityAndLabels);
  const byId = new Map<string, Endpoint>();
  for (const endpoint of young) addNew(byId, endpoint);
  for (const endpoint of kept) addNew(byId, conformed(endpoint, scheme));
  return byId;
}

function addNew(byId: Map<string, Endpoint>, endpoint: Endpoint): void {
  const id = endpointId(endpoint);
  if (!byId.has(id)) byId.set(id, endpoint);
}

function endpointOf(candidate: Candidate, scheme: PortScheme): Endpoint {
  const { address, locality, labels } = candidate;
  const ports = scheme.ofCandidate(candidate);
  // The keys stand in their canonical order, which saves sorting them.
  if (labels === undefined) return locality === '' ? { address, ports } : { address, locality, ports };
  return locality === '' ? { address, labels, ports } : { address, labels, locality, ports };
}

function conformed(endpoint: Endpoint, scheme: PortScheme): Endpoint {
  return { ...endpoint, ports: scheme.ofLive(endpoint) };
}

/** Two instances on one address may name different zones or labels: the smaller wins, whatever their order. */
function byLocalityAndLabels(a: Endpoint, b: Endpoint): number {
  const byLocality = compareText(a.locality ?? '', b.locality ?? '');
  if (byLocality !== 0 || a.labels === b.labels) return byLocality;
  return compareText(canonicalJson(a.labels ?? {}), canonicalJson(b.labels ?? {}));
}

function lineageOfOne({ key, fresh, kept, keptFor }: Contribution): readonly Lineage[] {
  const placed = fresh.map(({ instance, address, labelsLeftOut }): Lineage => ({
    kind: 'endpoint',
    component: key,
    instance,
    address,
    ...(labelsLeftOut.length === 0 ? {} : { labelsLeftOut }),
  }));
  if (keptFor === undefined) return placed;
  return [
    ...placed,
    ...kept.map(({ address }) => ({ kind: 'kept', component: key, address, reason: keptFor }) as const),
  ];
}
