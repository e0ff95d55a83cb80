import { MappingIndex } from '@isthmus/desired';
import type { ClusterSettings, Json, RouteSettings, SourceSettings } from '@isthmus/model';
import { canonicalJson } from '@isthmus/model';
import type { Kin } from './plain-hosts.js';
import { PlainHosts } from './plain-hosts.js';

/** What clusters share that want the same. */
export type SharedWork = Kin;

/** Shared work by what makes it: clusters whose settings say the same share it, and it is kept up to date once. */
export class MappingShelf {
  readonly #shelf = new Map<string, SharedWork>();
  /** By what makes it but for the hosts of routes. */
  readonly #kin = new Map<string, SharedWork[]>();
  #sources: readonly SourceSettings[] = [];

  /** The work of a cluster and of those like it; with other sources, of a newly loaded configuration, all begins anew. */
  workOf(cluster: ClusterSettings, sources: readonly SourceSettings[]): SharedWork {
    // Also that of routes which nobody has any more.
    if (this.#sources !== sources) {
      this.#shelf.clear();
      this.#kin.clear();
    }
    this.#sources = sources;
    const key = keyOf(cluster);
    const kept = this.#shelf.get(key);
    if (kept !== undefined) return kept;
    const kinKey = keyOf({ ...cluster, routes: cluster.routes.map(withoutHost) });
    const kin = this.#kin.get(kinKey) ?? [];
    const work = { mapping: new MappingIndex(cluster, sources), plain: new PlainHosts(kin) };
    kin.push(work);
    this.#kin.set(kinKey, kin);
    this.#shelf.set(key, work);
    return work;
  }
}

function withoutHost(route: RouteSettings): RouteSettings {
  return { ...route, to: { ...route.to, host: '' } };
}

/**
 * All that decides what is wanted of readings: routes, without their places in the file, which differ although the
 * routes are the same; the addresses that a cluster wants, its names of regions, and its namespace, which `exportTo`
 * may name.
 */
function keyOf({ routes, allowedCidrs, deniedCidrs, localities, namespace }: ClusterSettings): string {
  const plain = (value: unknown): Json => (value instanceof Map ? [...value] : value) as Json;
  const fields = (group: object): Json =>
    Object.fromEntries(Object.entries(group).map(([name, value]) => [name, plain(value)]));
  return canonicalJson([
    routes.map(({ from, to, preset }) => ({ from: fields(from), to: fields(to), preset })),
    allowedCidrs,
    deniedCidrs,
    [...localities],
    namespace,
  ]);
}
