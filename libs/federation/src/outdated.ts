import type { Snapshot } from '@isthmus/model';

import type { ClusterInput } from './cluster-input.js';
import type { DecisionInput } from './decision.js';
import { routesSource } from './route-match.js';

/**
 * Whether a decision was made from less than is known now: under another configuration, or from an older snapshot of a
 * source that the cluster's routes name. The next run, for which it has been woken, decides by it.
 */
export function isOutdated(
  decided: Pick<DecisionInput, 'cluster' | 'hub' | 'snapshots'>,
  { configuration, cluster }: ClusterInput,
  snapshots: readonly Snapshot[],
): boolean {
  if (decided.cluster !== cluster || decided.hub !== configuration.hub) return true;
  const versions = new Map(decided.snapshots.map(({ source, version }) => [source, version]));
  const routed = new Set(
    configuration.sources.filter((source) => routesSource(cluster, source)).map(({ name }) => name),
  );
  return snapshots.some(({ source, version }) => routed.has(source) && versions.get(source) !== version);
}
