import { MappingIndex } from '@isthmus/desired';
import type { ClusterSettings, Json, SourceSettings } from '@isthmus/model';
import { canonicalJson } from '@isthmus/model';

/** Mappings by what makes them: clusters whose routes say the same share one, and it is kept up to date once. */
export class MappingShelf {
  readonly #shelf = new Map<string, { readonly sources: readonly SourceSettings[]; readonly index: MappingIndex }>();

  /** The mapping of a cluster's routes; a new configuration of the sources begins a new one. */
  indexOf(cluster: ClusterSettings, sources: readonly SourceSettings[]): MappingIndex {
    const key = keyOf(cluster);
    const kept = this.#shelf.get(key);
    if (kept?.sources === sources) return kept.index;
    const index = new MappingIndex(cluster, sources);
    this.#shelf.set(key, { sources, index });
    return index;
  }
}

/** Routes without their places in the file: those differ although the routes are the same. */
function keyOf({ routes }: ClusterSettings): string {
  const plain = (value: unknown): Json => (value instanceof Map ? Object.fromEntries(value) : value) as Json;
  return canonicalJson(
    routes.map(({ from, to, preset }) => ({
      from: Object.fromEntries(Object.entries(from).map(([name, value]) => [name, plain(value)])),
      to: Object.fromEntries(Object.entries(to).map(([name, value]) => [name, plain(value)])),
      preset,
    })),
  );
}
