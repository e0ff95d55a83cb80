import type { ClusterName, ComponentRecord } from '@isthmus/model';

import type { References } from './source-poller.js';

/** Which components the live objects of each cluster refer to, as each cluster last reported. */
export class ReferenceBook {
  readonly #byCluster = new Map<ClusterName, readonly ComponentRecord[]>();

  /** Takes a report; answers whether it says something new. */
  report(cluster: ClusterName, records: readonly ComponentRecord[]): boolean {
    const before = this.#byCluster.get(cluster);
    if (before !== undefined && isSameList(before, records)) return false;
    this.#byCluster.set(cluster, records);
    return true;
  }

  /** What the cluster holds is not known any more. */
  forget(cluster: ClusterName): void {
    this.#byCluster.delete(cluster);
  }

  /** What all of these clusters refer to; complete when each of them has reported. */
  referencesOf(clusters: readonly ClusterName[]): References {
    return {
      records: clusters.flatMap((cluster) => this.#byCluster.get(cluster) ?? []),
      isComplete: clusters.every((cluster) => this.#byCluster.has(cluster)),
    };
  }
}

function isSameList(a: readonly ComponentRecord[], b: readonly ComponentRecord[]): boolean {
  return a.length === b.length && a.every((record, index) => record === b[index]);
}
