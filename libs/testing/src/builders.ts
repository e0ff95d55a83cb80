import type {
  AcceptedReading,
  ClusterSettings,
  HubSettings,
  Instance,
  InstanceHealth,
  RouteSettings,
  RouteTarget,
  ServiceRecord,
  ServiceState,
  Snapshot,
  SourceSettings,
} from '@isthmus/model';
import { ATTRIBUTES, attributesOf, clusterName, componentKey, emptySnapshot, sourceName } from '@isthmus/model';

/** 2026-01-01T00:00:00Z: the instant at which built worlds begin. */
export const EPOCH_MS = Date.UTC(2026, 0, 1);

/** A hub named `test`. */
export function hub(changes: Partial<HubSettings> = {}): HubSettings {
  return {
    name: 'test',
    formerNames: [],
    readOnly: false,
    http: { host: '127.0.0.1', port: 0 },
    logLevel: 'info',
    ...changes,
  };
}

/** A source that reads everything of its region. */
export function source(
  changes: Partial<Omit<SourceSettings, 'name'>> & { readonly name?: string } = {},
): SourceSettings {
  const all = { include: ['*'], exclude: [] };
  const { name = 'us', ...rest } = changes;
  return {
    name: sourceName(name),
    region: 'us-east-1',
    account: undefined,
    endpoint: undefined,
    credentials: { kind: 'chain' },
    namespaces: all,
    services: all,
    health: 'HEALTHY_OR_ELSE_ALL',
    poll: { hotMs: 5_000, warmMs: 15_000, coldMs: 60_000, catalogueMs: 60_000 },
    limits: { discoverPerSecond: 250, listServicesPerSecond: 1, listNamespacesPerSecond: 0.5, getPerSecond: 20 },
    staleAfterMs: 120_000,
    frozenAfterMs: 600_000,
    paused: undefined,
    ...rest,
  };
}

/** A route's target with the documented defaults. */
export function target(changes: Partial<RouteTarget> = {}): RouteTarget {
  return {
    host: '{service}.{namespace}',
    ports: [
      { number: 80, name: 'http', protocol: 'HTTP' },
      { number: 443, name: 'https', protocol: 'HTTPS' },
    ],
    servicePort: 'auto',
    protocol: 'auto',
    location: 'MESH_EXTERNAL',
    exportTo: undefined,
    hostSuffixes: [],
    allowHosts: [],
    resolution: 'auto',
    revision: undefined,
    endpointLabels: new Map(),
    addressAttribute: undefined,
    merge: 'regions',
    trafficDistribution: undefined,
    ...changes,
  };
}

/** A route that takes everything. */
export function route(changes: Partial<RouteSettings['from']> = {}, to: Partial<RouteTarget> = {}): RouteSettings {
  const anything = {
    sources: undefined,
    accounts: undefined,
    regions: undefined,
    namespaces: undefined,
    services: undefined,
    where: new Map<string, string>(),
  };
  return { from: { ...anything, ...changes }, preset: undefined, to: target(to), place: 'isthmus.yaml:1' };
}

/** A cluster in mode sync with one route that takes everything and the documented defaults. */
export function cluster(
  changes: Partial<Omit<ClusterSettings, 'name'>> & { readonly name?: string } = {},
): ClusterSettings {
  const { name = 'eks', ...rest } = changes;
  return {
    name: clusterName(name),
    formerNames: [],
    role: 'primary',
    primary: undefined,
    push: true,
    kubeconfig: { kind: 'file', file: 'kubeconfig.yaml' },
    auth: { kind: 'kubeconfig' },
    namespace: 'isthmus',
    createNamespace: false,
    previousNamespaces: [],
    mode: 'sync',
    routes: [route()],
    localities: new Map(),
    allowedCidrs: [],
    deniedCidrs: [],
    limits: { writesPerSecond: 20, burst: 40, inFlight: 4 },
    brake: { objectsShare: 0.2, endpointsShare: 0.6, windowMs: 3_600_000 },
    deletes: { pendingMs: 120_000, emptyReads: 3, emptyAfterMs: 60_000 },
    sweepMs: 60_000,
    paused: undefined,
    ...rest,
  };
}

/** An instance at an IPv4 address, healthy unless said otherwise. */
export function instance(
  ipv4: string,
  more: {
    readonly id?: string;
    readonly port?: number | string;
    readonly zone?: string;
    readonly health?: InstanceHealth;
  } = {},
): Instance {
  const attributes = new Map([[ATTRIBUTES.ipv4 as string, ipv4]]);
  if (more.port !== undefined) attributes.set(ATTRIBUTES.port, String(more.port));
  if (more.zone !== undefined) attributes.set(ATTRIBUTES.zone, more.zone);
  return { id: more.id ?? `i-${ipv4}`, health: more.health ?? 'HEALTHY', attributes: attributesOf(attributes) };
}

/** A service named `service.namespace` of one region and account; its ids follow from its name unless `id` is given. */
export function serviceRecord(
  name: string,
  more: {
    readonly region?: string;
    readonly account?: string;
    readonly id?: string;
    readonly createdAtMs?: number;
  } = {},
): ServiceRecord {
  const dot = name.indexOf('.');
  const [serviceName, namespaceName] = [name.slice(0, dot), name.slice(dot + 1)];
  const identity = {
    partition: 'aws',
    region: more.region ?? 'us-east-1',
    ownerAccount: more.account ?? '111122223333',
    namespaceId: `ns-${namespaceName}`,
    serviceId: more.id ?? `srv-${serviceName}`,
  };
  return {
    key: componentKey(identity),
    identity,
    namespaceName,
    httpName: namespaceName,
    serviceName,
    createdAtMs: more.createdAtMs ?? EPOCH_MS,
    isShared: false,
  };
}

/** A complete reading of these instances. */
export function reading(instances: readonly Instance[], changes: Partial<AcceptedReading> = {}): AcceptedReading {
  const sorted = instances.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    instances: sorted,
    revision: 1,
    observedAtMs: EPOCH_MS,
    completeness: 'complete',
    overrules: undefined,
    ...changes,
  };
}

/** A service that the catalogue lists, unread unless a reading is given. */
export function serviceState(service: ServiceRecord, changes: Partial<ServiceState> = {}): ServiceState {
  return {
    service,
    knownFrom: 'catalogue',
    reading: undefined,
    emptiness: undefined,
    regression: undefined,
    floor: undefined,
    absence: undefined,
    firstSeenAtMs: EPOCH_MS,
    changedAtMs: undefined,
    ...changes,
  };
}

/** A snapshot of a source whose catalogue was read completely. */
export function snapshot(of: SourceSettings, services: readonly ServiceState[]): Snapshot {
  const empty = emptySnapshot(of.name, of.region);
  return {
    ...empty,
    version: 1,
    account: '111122223333',
    catalogue: { ...empty.catalogue, lastCompleteAtMs: EPOCH_MS },
    services: new Map(services.map((state) => [state.service.key, state])),
  };
}

/** What proves that a service is gone, as of a time. */
export function provenAbsence(atMs: number): ServiceState['absence'] {
  return { passesAtMs: [atMs - 2, atMs - 1], notFoundAtMs: atMs };
}

/** What proves that the last instance is gone, as of a time. */
export function provenEmptiness(atMs: number, revision: number): ServiceState['emptiness'] {
  return { reads: 3, firstAtMs: atMs - 60_000, lastAtMs: atMs, revision, observedAtMs: atMs, isConfirmed: true };
}
