import { isStillMapped } from '@isthmus/desired';
import type { ClusterSettings, ComponentKey, Configuration, Host, SourceSettings, SourceStatus } from '@isthmus/model';
import type { ClusterComponents, HostComponents, LiveComponent } from './live-components.js';

/** What a running hub tells: what stands in its clusters, and who reads for it. */
export interface HeldByHub {
  readonly clusters: readonly ClusterComponents[];
  readonly sources: readonly Pick<SourceStatus, 'name' | 'region' | 'account'>[];
}

interface Comparison {
  readonly next: Configuration;
  /** Of the host's cluster; undefined: it is not configured any more. */
  readonly settings: ClusterSettings | undefined;
  readonly heirs: ReadonlyMap<string, readonly string[]>;
}

/** What a configuration does to one live host whose services it does not map. */
export interface ConfigRemoval {
  readonly cluster: string;
  readonly host: string;
  readonly name: string;
  /**
   * `object`: nothing of it is mapped, so it would go; `endpoints`: those of `components` would go; `left`: it would
   * stay as it is and nobody would update it, because it is not this configuration's.
   */
  readonly kind: 'object' | 'endpoints' | 'left';
  /** Endpoints that would go, or that stay behind. */
  readonly endpoints: number;
  readonly components: readonly LiveComponent[];
  /** Why it is left. */
  readonly detail: string | null;
}

/**
 * What a configuration would remove of what a hub holds, by the rule of the hub itself: a component goes when its names
 * match no route to its host any more. What instances mean under other rules (`where`, networks, address attributes) is
 * not among it: `planOnce` shows that.
 */
export function findConfigRemovals(next: Configuration, { clusters, sources }: HeldByHub): readonly ConfigRemoval[] {
  const heirs = new Map(sources.map((source) => [source.name, heirsOf(source, next.sources)]));
  return clusters.flatMap(({ cluster, hosts }) => {
    const settings = next.clusters.find(({ name, formerNames }) => name === cluster || formerNames.includes(cluster));
    return hosts.flatMap((host) => removalOf(host, cluster, { next, settings, heirs }));
  });
}

/**
 * The sources that read from now on what a source of the hub reads: those of its account and region, whatever their
 * names. What others share with that account they see as it did.
 */
function heirsOf(
  { region, account }: HeldByHub['sources'][number],
  sources: Configuration['sources'],
): readonly string[] {
  const isHeir = (source: SourceSettings): boolean =>
    source.region === region && (account === null || source.account === undefined || source.account === account);
  return sources.filter(isHeir).map(({ name }) => name);
}

function removalOf(live: HostComponents, cluster: string, comparison: Comparison): readonly ConfigRemoval[] {
  const { host, name, components } = live;
  const left = leftBecause(live, comparison.next, comparison.settings);
  const going = left === undefined ? components.filter((one) => isUnmapped(one, host, comparison)) : components;
  if (left === undefined && going.length === 0) return [];
  const kind = left !== undefined ? 'left' : going.length === components.length ? 'object' : 'endpoints';
  const endpoints = going.reduce((sum, one) => sum + one.endpoints, 0);
  return [{ cluster, host, name, kind, endpoints, components: going, detail: left ?? null }];
}

/** Why an object is not the configuration's own any more; undefined: it is. */
function leftBecause(
  { owner, namespace }: HostComponents,
  { hub }: Configuration,
  settings: ClusterSettings | undefined,
): string | undefined {
  if (settings === undefined) return 'its cluster is not configured any more';
  if (![hub.name, ...hub.formerNames].includes(owner.hub))
    return `objects of the hub name ${owner.hub} are not ours any more`;
  if (![settings.name, ...settings.formerNames].includes(owner.cluster)) {
    return `objects of the cluster name ${owner.cluster} are not ours any more`;
  }
  if ([settings.namespace, ...settings.previousNamespaces].includes(namespace)) return undefined;
  return `the namespace ${namespace} is neither the cluster's own nor among its previousNamespaces`;
}

function isUnmapped(
  { component, seenBy, ...names }: LiveComponent,
  host: string,
  { next, settings, heirs }: Comparison,
): boolean {
  if (settings === undefined) return false;
  // A source that sees a service maps it, whoever wrote it there, and so does who reads in its place.
  const seers = [names.source, ...seenBy];
  return ![...seers, ...seers.flatMap((source) => heirs.get(source) ?? [])].some((source) =>
    isStillMapped({ ...names, key: component as ComponentKey, source }, host as Host, {
      cluster: settings,
      sources: next.sources,
    }),
  );
}
