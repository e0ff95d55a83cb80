import type { ClusterSettings, SourceSettings } from '@isthmus/model';
import { matchesAny } from '@isthmus/model';

/**
 * Whether a change of a source can concern a cluster: a route names the source and its region. Accounts, namespaces
 * and services are judged later, per service, because a source also sees what other accounts share with it.
 */
export function routesSource(cluster: ClusterSettings, source: SourceSettings): boolean {
  return cluster.routes.some(
    ({ from }) => matchesAny(from.sources, source.name) && matchesAny(from.regions, source.region),
  );
}
