import type {
  ClusterSettings,
  ComponentKey,
  ComponentRecord,
  Host,
  Rejection,
  RouteSettings,
  ServiceState,
  Snapshot,
  SourceSettings,
} from '@isthmus/model';
import { hasAbsenceProof, isRead, parseComponentKey, routeOf } from '@isthmus/model';
import { entryNameOf } from './entry-name.js';
import { hostOf } from './host.js';

/** One service that a cluster wants, under the host that its route gives it. */
export interface MappedComponent {
  readonly key: ComponentKey;
  readonly source: SourceSettings;
  readonly state: ServiceState;
  readonly route: RouteSettings;
  readonly host: Host;
}

/** What a cluster wants of everything that is known. */
export interface Mapping {
  readonly byHost: ReadonlyMap<Host, readonly MappedComponent[]>;
  readonly rejections: readonly Rejection[];
}

/** Maps every known service to a host of one cluster. A service that several sources see is one component: the freshest reading wins. */
export function mapServices(
  cluster: ClusterSettings,
  sources: readonly SourceSettings[],
  snapshots: readonly Snapshot[],
): Mapping {
  const mapped = new Map<ComponentKey, MappedComponent>();
  const rejections: Rejection[] = [];
  for (const source of sources) {
    const snapshot = snapshots.find((candidate) => candidate.source === source.name);
    for (const state of snapshot?.services.values() ?? []) {
      const component = mapService(cluster, source, state);
      if (component === undefined) continue;
      if ('reason' in component) rejections.push(component);
      else keepFreshest(mapped, component);
    }
  }
  return { byHost: Map.groupBy(mapped.values(), ({ host }) => host), rejections };
}

/** What a cluster makes of one service of one source: a host, a refusal, or nothing when no route wants it. */
export function mapService(
  cluster: ClusterSettings,
  source: SourceSettings,
  state: ServiceState,
): MappedComponent | Rejection | undefined {
  const { service } = state;
  const names = {
    source: source.name,
    account: service.identity.ownerAccount,
    region: service.identity.region,
    namespace: service.namespaceName,
    service: service.serviceName,
  };
  const route = isRead(source, names) ? routeOf(cluster, names) : undefined;
  if (route === undefined) return undefined;
  const host = hostOf(route.to, service);
  if (host.ok) return { key: service.key, source, state, route, host: host.value };
  return { component: service.key, source: source.name, ...host.error };
}

function keepFreshest(mapped: Map<ComponentKey, MappedComponent>, component: MappedComponent): void {
  const other = mapped.get(component.key);
  if (other === undefined || freshness(component) > freshness(other)) mapped.set(component.key, component);
}

/** When AWS last said something of it; only the owner's source can say that it is gone, and one it is not shared with says nothing. */
export function freshness({ state }: MappedComponent): number {
  const { reading, emptiness, absence, service } = state;
  if (service.isShared && absence !== undefined) return -1;
  const goneAtMs = hasAbsenceProof(absence, 0) ? absence?.notFoundAtMs : undefined;
  return Math.max(reading?.observedAtMs ?? -1, emptiness?.observedAtMs ?? -1, goneAtMs ?? -1);
}

/**
 * Whether a component that was recorded by a source which is not configured any more may be seen by one of these: its
 * source may have another name now, and of a shared service nothing on the object says which accounts see it.
 */
export function mayBeSeenByAnother(
  record: ComponentRecord,
  host: Host,
  context: {
    readonly cluster: ClusterSettings;
    readonly sources: readonly SourceSettings[];
    readonly unknownSources: readonly SourceSettings[];
  },
): boolean {
  if (isConfigured(record, context.sources)) return false;
  const { cluster, unknownSources } = context;
  return unknownSources.some((source) =>
    isStillMapped({ ...record, source: source.name }, host, { cluster, sources: [source] }),
  );
}

/** Whether the source that recorded a component is configured under that name. */
export function isConfigured({ source }: Pick<ComponentRecord, 'source'>, sources: readonly SourceSettings[]): boolean {
  return sources.some(({ name }) => name === source);
}

/**
 * Whether the configuration still maps a component that stands on a live object to that object's host, judged by the
 * names on the object alone. If it does and no reading shows the component, it is unread and never a removal. Hosts are
 * compared by the names of their entries, because the spec of a live object is anybody's.
 */
export function isStillMapped(
  record: Pick<ComponentRecord, 'key' | 'source' | 'namespace' | 'httpName' | 'service'>,
  host: Host,
  config: { readonly cluster: ClusterSettings; readonly sources: readonly SourceSettings[] },
): boolean {
  const identity = parseComponentKey(record.key);
  if (identity === undefined) return true;
  const name = entryNameOf(host);
  const service = {
    key: record.key,
    identity,
    namespaceName: record.namespace,
    httpName: record.httpName,
    serviceName: record.service,
    createdAtMs: 0,
    isShared: false,
  };
  return config.sources.some((source) => {
    if (source.region !== identity.region) return false;
    if (source.account !== undefined && source.account !== identity.ownerAccount && source.name !== record.source)
      return false;
    const names = {
      source: source.name,
      account: identity.ownerAccount,
      region: identity.region,
      namespace: record.namespace,
      service: record.service,
    };
    const route = isRead(source, names) ? routeOf(config.cluster, names) : undefined;
    if (route === undefined) return false;
    const mappedHost = hostOf(route.to, service);
    return mappedHost.ok && entryNameOf(mappedHost.value) === name;
  });
}
