import { matchesGlob } from '@isthmus/model';
import type { ClusterOutline, Outline, RouteOutline } from '../outline.js';
import type { ConfigPath, Finding } from '../problem.js';
import { quote } from '../problem.js';
import { repeats } from './repeats.js';

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
    ...repeatedPorts(route, [...path, 'to', 'ports']),
    ...repeatedNamespace(route, [...path, 'to', 'exportTo'], around.cluster.namespace),
  ];
}

/** Globs of sources, regions and accounts that cannot match; a source without an account may have any. */
function checkSelectors({ from }: RouteOutline, path: ConfigPath, { sources }: Outline): readonly Finding[] {
  if (sources.length === 0) return [];
  const selectors = [
    { field: 'sources', globs: from.sources, values: sources.map(({ name }) => name) },
    { field: 'regions', globs: from.regions, values: sources.map(({ region }) => region) },
    { field: 'accounts', globs: from.accounts, values: sources.map(({ account }) => account) },
  ];
  return selectors.flatMap(({ field, globs = [], values }) =>
    globs.flatMap((glob, index): readonly Finding[] => {
      if (values.some((value) => value === undefined || matchesGlob(glob, value))) return [];
      const message = `${quote(glob)} matches none of the configured sources`;
      return [{ code: 'CFG065', path: [...path, field, index], message }];
    }),
  );
}

function neverReached(routes: readonly RouteOutline[], path: ConfigPath): readonly Finding[] {
  const catchAll = routes.findIndex(({ from }) => Object.values(from).every((globs) => globs === undefined));
  if (catchAll < 0 || catchAll === routes.length - 1) return [];
  const message = `route ${catchAll} takes every service, so this one is never reached`;
  return [{ code: 'CFG066', path: [...path, catchAll + 1], message }];
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
