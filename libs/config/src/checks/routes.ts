import type { ClusterOutline, Outline, RouteOutline } from '../outline.js';
import type { ConfigPath, Finding } from '../problem.js';
import { quote } from '../problem.js';
import { PRESET_FIELDS } from '../preset-fields.js';
import { repeats } from './repeats.js';
import { checkOpenHosts, checkSelectors } from './selectors.js';

/** What is wrong inside routes, between routes, and between routes and sources. */
export function checkRoutes(outline: Outline): readonly Finding[] {
  return outline.clusters.flatMap((cluster, index) => {
    const path: ConfigPath = ['clusters', index, 'routes'];
    return [
      ...neverReached(cluster.routes, path),
      ...cluster.routes.flatMap((route, position) => checkRoute(route, [...path, position], { outline, cluster })),
    ];
  });
}

function checkRoute(
  route: RouteOutline,
  path: ConfigPath,
  around: { readonly outline: Outline; readonly cluster: ClusterOutline },
): readonly Finding[] {
  return [
    ...checkSelectors(route, [...path, 'from'], around.outline),
    ...checkOpenHosts(route, path, around.outline),
    ...besidePreset(route, [...path, 'to']),
    ...nearbyOnly(route, [...path, 'to', 'trafficDistribution']),
    ...repeatedPorts(route, [...path, 'to', 'ports']),
    ...repeatedNamespace(route, [...path, 'to', 'exportTo'], around.cluster.namespace),
  ];
}

function neverReached(routes: readonly RouteOutline[], path: ConfigPath): readonly Finding[] {
  const catchAll = routes.findIndex(({ from }) => Object.values(from).every((globs) => globs === undefined));
  if (catchAll < 0 || catchAll === routes.length - 1) return [];
  const message = `route ${catchAll} takes every service, so this one is never reached`;
  return [{ code: 'CFG066', path: [...path, catchAll + 1], message }];
}

function besidePreset({ hasPreset, to }: RouteOutline, path: ConfigPath): readonly Finding[] {
  if (!hasPreset) return [];
  return to.fields
    .filter((field) => PRESET_FIELDS.includes(field))
    .map((field) => ({ code: 'CFG039', path: [...path, field], message: 'is what the preset decides', at: 'name' }));
}

/** Source: istio.io, “Locality Load Balancing”: priorities fail over with outlier detection only. */
function nearbyOnly({ to }: RouteOutline, path: ConfigPath): readonly Finding[] {
  if (to.trafficDistribution !== 'PreferClose') return [];
  const message = 'a near endpoint that is dead is not failed over without outlier detection';
  return [{ code: 'CFG080', path, message }];
}

function repeatedPorts({ to: { ports } }: RouteOutline, path: ConfigPath): readonly Finding[] {
  const numbers = repeats(ports.map(({ number }) => number)).map(({ index, value }) => ({
    index,
    value,
    field: 'number',
  }));
  const names = repeats(ports.map(({ name }) => name)).map(({ index, value }) => ({ index, value, field: 'name' }));
  return [...numbers, ...names].map(({ index, value, field }): Finding => ({
    code: 'CFG035',
    path: [...path, index, field],
    message: `${quote(value)} is already the ${field} of another port`,
  }));
}

/** Istio takes `.` for the entry's own namespace and refuses an entry that names one twice. */
function repeatedNamespace({ to }: RouteOutline, path: ConfigPath, namespace: string): readonly Finding[] {
  const index = to.exportTo?.indexOf(namespace) ?? -1;
  if (index < 0 || !to.exportTo?.includes('.')) return [];
  return [{ code: 'CFG021', path: [...path, index], message: `${quote(namespace)} is the same namespace as "."` }];
}
