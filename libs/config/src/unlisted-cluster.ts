import type { UnlistedCluster } from '@isthmus/model';
import { withDefaults } from './defaults.js';
import type { ConfigPath } from './problem.js';
import type { UnplacedCluster } from './schema/cluster.js';
import { cluster } from './schema/cluster.js';
import { placedRoutes } from './placed-routes.js';

/**
 * What `defaults.cluster` makes of a cluster that has a Secret and no entry: one that is observed, when the defaults
 * have routes. `placeOf` says where a part of the document was written, as `isthmus.yaml:12`.
 */
export function unlistedCluster(document: unknown, placeOf: (path: ConfigPath) => string): UnlistedCluster | undefined {
  if (typeof document !== 'object' || document === null) return undefined;
  const { role = 'primary' } = defaultsOf(document);
  const effective = withDefaults({ ...document, clusters: [{ name: 'unlisted', role, mode: 'observe' }] });
  const [entry] = (effective.value as { readonly clusters: readonly unknown[] }).clusters;
  const { data } = cluster.safeParse(entry);
  if (data === undefined || data.routes.length === 0) return undefined;
  return withoutIdentity(data, (path) => placeOf(effective.originOf(path)));
}

function withoutIdentity(
  { name: _name, kubeconfig: _kubeconfig, routes, ...settings }: UnplacedCluster,
  placeOf: (path: ConfigPath) => string,
): UnlistedCluster {
  return { ...settings, routes: placedRoutes(routes, ['clusters', 0], placeOf) };
}

function defaultsOf(document: object): { readonly role?: unknown } {
  const { defaults } = document as {
    readonly defaults?: { readonly cluster?: { readonly role?: unknown } | null } | null;
  };
  return defaults?.cluster ?? {};
}
