import type { ClusterSettings, SourceSettings } from './configuration.js';
import type { RouteSelector, RouteSettings } from './route-settings.js';
import { matchesAny } from './glob.js';

/** What a route sees of a service. */
export interface RoutedNames {
  readonly source: string;
  readonly account: string;
  readonly region: string;
  readonly namespace: string;
  readonly service: string;
}

/** The first route of a cluster that matches; undefined: the cluster does not want the service. */
export function routeOf(cluster: ClusterSettings, names: RoutedNames): RouteSettings | undefined {
  return cluster.routes.find((route) => selects(route.from, names));
}

function selects(from: RouteSelector, names: RoutedNames): boolean {
  return (
    matchesAny(from.sources, names.source) &&
    matchesAny(from.accounts, names.account) &&
    matchesAny(from.regions, names.region) &&
    matchesAny(from.namespaces, names.namespace) &&
    matchesAny(from.services, names.service)
  );
}

/** Whether a source still reads a namespace and service by its own filters. */
export function isRead(source: SourceSettings, names: RoutedNames): boolean {
  const { namespaces, services } = source;
  return (
    matchesAny(namespaces.include, names.namespace) &&
    !matchesAny(namespaces.exclude, names.namespace) &&
    matchesAny(services.include, names.service) &&
    !matchesAny(services.exclude, names.service)
  );
}
