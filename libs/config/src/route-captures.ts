import type { ClusterSettings, Configuration, RoutedNames, RouteSettings, SourceSettings } from '@isthmus/model';
import { isRead, routeOf } from '@isthmus/model';
import { commonNames } from './glob-overlap.js';

/** Services that one route took and that another one takes now, with a name as an example. */
export interface Capture {
  readonly old: RouteSettings;
  readonly next: RouteSettings;
  readonly example: RoutedNames;
}

/** The source of a newer configuration that reads what an older one read; undefined: none does. */
export function successorOf(old: SourceSettings, sources: readonly SourceSettings[]): SourceSettings | undefined {
  return (
    sources.find(({ name }) => name === old.name) ??
    sources.find(({ region, account }) => region === old.region && account === old.account)
  );
}

/**
 * Per service the first route wins, so a route that comes before another takes services from it. Each pair of an old
 * and a new route is tried with names that both match: what is found is true of these names; that nothing is found
 * shows only that no such name is as general as the globs.
 */
export function findCaptures(
  old: ClusterSettings,
  next: ClusterSettings,
  { from, to }: { readonly from: Configuration; readonly to: Configuration },
): readonly Capture[] {
  const sources = from.sources.flatMap((source) => {
    const later = successorOf(source, to.sources);
    return later === undefined || later.region !== source.region ? [] : [{ source, later }];
  });
  return old.routes.flatMap((oldRoute) =>
    next.routes.flatMap((nextRoute): readonly Capture[] => {
      const moves = ({ source, later }: (typeof sources)[number]): readonly RoutedNames[] =>
        examplesOf(oldRoute, nextRoute, source).filter(
          (names) =>
            firstRoute(old, source, names) === oldRoute &&
            firstRoute(next, later, { ...names, source: later.name }) === nextRoute,
        );
      const [example] = sources.flatMap(moves);
      return example === undefined ? [] : [{ old: oldRoute, next: nextRoute, example }];
    }),
  );
}

/** The route that a source's service goes by; undefined: it is not read, or no route takes it. */
function firstRoute(cluster: ClusterSettings, source: SourceSettings, names: RoutedNames): RouteSettings | undefined {
  return isRead(source, names) ? routeOf(cluster, names) : undefined;
}

/** Most names of one pair of routes: lists of many globs are tried in part. */
const MOST_EXAMPLES = 2_000;

function examplesOf(a: RouteSettings, b: RouteSettings, source: SourceSettings): readonly RoutedNames[] {
  const { name, region } = source;
  const namespaces = commonNames(a.from.namespaces, b.from.namespaces);
  const services = commonNames(a.from.services, b.from.services);
  // Beside its own account a source sees those that share namespaces with it.
  const shared = commonNames(a.from.accounts, b.from.accounts);
  const accounts = [...(source.account === undefined ? [] : [source.account]), ...shared];
  const examples = accounts.flatMap((account) =>
    namespaces.flatMap((namespace) =>
      services.map((service) => ({ source: name, account, region, namespace, service })),
    ),
  );
  return examples.slice(0, MOST_EXAMPLES);
}
