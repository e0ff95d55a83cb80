import type { RouteSettings } from '@isthmus/model';
import type { ConfigPath } from './problem.js';
import type { UnplacedRoute } from './schema/route.js';

/** The routes of a cluster, each with the place where it was written. */
export function placedRoutes(
  routes: readonly UnplacedRoute[],
  cluster: ConfigPath,
  placeOf: (path: ConfigPath) => string,
): readonly RouteSettings[] {
  return routes.map((route, position) => ({ ...route, place: placeOf([...cluster, 'routes', position]) }));
}
