import type {
  ClusterSettings,
  ComponentKey,
  Configuration,
  RoutedNames,
  RouteSelector,
  ServiceRecord,
  ServiceState,
  Snapshot,
  SourceSettings,
} from '@isthmus/model';
import { CODES, isRead, matchesAny, routeOf } from '@isthmus/model';

import type { NotMappedExplanation } from './explain-view.js';

/** The template of a route that names none. */
const DEFAULT_TEMPLATE = '{service}.{namespace}';

/** One service as one source sees it. */
export interface SeenService {
  readonly source: SourceSettings;
  readonly state: ServiceState;
}

/** Every template by which a service may get its host. */
function templatesOf({ clusters }: Configuration): ReadonlySet<string> {
  return new Set([DEFAULT_TEMPLATE, ...clusters.flatMap(({ routes }) => routes.map(({ to }) => to.host))]);
}

/** Finds what of a snapshot can concern one host; it goes through a snapshot once, however many clusters ask. */
export class HostServices {
  readonly #host: string;
  readonly #templates: readonly string[];
  readonly #named = new Map<Snapshot, readonly ServiceState[]>();

  constructor(host: string, configuration: Configuration) {
    this.#host = host;
    this.#templates = [...templatesOf(configuration)];
  }

  /** The snapshot with only the services that a template names so, and those with these keys. */
  restrict(snapshot: Snapshot, keys: ReadonlySet<ComponentKey>): Snapshot {
    const live = [...keys].flatMap((key) => snapshot.services.get(key) ?? []);
    const services = new Map([...this.#namedIn(snapshot), ...live].map((state) => [state.service.key, state]));
    return { ...snapshot, services };
  }

  #namedIn(snapshot: Snapshot): readonly ServiceState[] {
    const known = this.#named.get(snapshot);
    if (known !== undefined) return known;
    const named = [...snapshot.services.values()].filter(({ service }) =>
      this.#templates.some((template) => isNamed(service, this.#host, template)),
    );
    this.#named.set(snapshot, named);
    return named;
  }
}

/** Every service of these snapshots with its source. */
export function seenServices(
  snapshots: readonly Snapshot[],
  sources: readonly SourceSettings[],
): readonly SeenService[] {
  return sources.flatMap((source) => {
    const snapshot = snapshots.find((candidate) => candidate.source === source.name);
    return [...(snapshot?.services.values() ?? [])].map((state) => ({ source, state }));
  });
}

/** The host of a service by a template, lower case, legal or not. */
export function hostByTemplate(template: string, service: ServiceRecord): string {
  const values = valuesOf(service);
  return template
    .replace(/\{(service|namespace|region|account)\}/g, (_, name: keyof typeof values) => values[name])
    .toLowerCase()
    .replace(/\.$/, '');
}

/** Why a cluster does not have a service under a host; undefined: it would have it, but the service is gone or was succeeded. */
export function explainNotMapped(
  cluster: ClusterSettings,
  { source, state }: SeenService,
  host: string,
): NotMappedExplanation | undefined {
  const names = { source: source.name, ...valuesOf(state.service) };
  const details = detailsOf(cluster, source, { host, names, service: state.service });
  if (details === undefined) return undefined;
  const { meaning } = CODES['not-mapped'];
  return {
    cluster: cluster.name,
    component: state.service.key,
    ...names,
    reason: 'not-mapped',
    meaning,
    details,
  };
}

function detailsOf(
  cluster: ClusterSettings,
  source: SourceSettings,
  asked: { readonly host: string; readonly names: RoutedNames; readonly service: ServiceRecord },
): readonly string[] | undefined {
  const { host, names, service } = asked;
  const route = routeOf(cluster, names);
  if (route === undefined) {
    const reasons = cluster.routes.map(({ from, place }) => `${place}: ${mismatchOf(from, names)}`);
    return reasons.length > 0 ? reasons : ['the cluster has no routes'];
  }
  const there = hostByTemplate(route.to.host, service);
  if (there !== host) return [`${route.place}: there its host is ${there}, not ${host}`];
  return isRead(source, names) ? undefined : [`source ${source.name} leaves it out by its namespaces or services`];
}

function isNamed(service: ServiceRecord, host: string, template: string): boolean {
  // Most services fall out here, without building a text for each of them.
  if (template.includes('{service}') && !host.includes(service.serviceName.toLowerCase())) return false;
  return hostByTemplate(template, service) === host;
}

function valuesOf({ identity, namespaceName, serviceName }: ServiceRecord): {
  readonly account: string;
  readonly region: string;
  readonly namespace: string;
  readonly service: string;
} {
  const { ownerAccount: account, region } = identity;
  return { account, region, namespace: namespaceName, service: serviceName };
}

/** The first part of a selector that does not match. */
function mismatchOf(from: RouteSelector, names: RoutedNames): string {
  const parts = [
    ['source', names.source, from.sources],
    ['account', names.account, from.accounts],
    ['region', names.region, from.regions],
    ['namespace', names.namespace, from.namespaces],
    ['service', names.service, from.services],
  ] as const;
  const wrong = parts.find(([, value, patterns]) => !matchesAny(patterns, value));
  if (wrong === undefined) return 'it matches';
  const [part, value, patterns = []] = wrong;
  return `${part} ${value} is not in ${part}s [${patterns.join(', ')}]`;
}
