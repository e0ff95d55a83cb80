import { attributesUsed } from '@isthmus/desired';
import type { ClusterSettings, Configuration, Rejection, Snapshot, SourceSettings } from '@isthmus/model';

import { decideCluster, newClusterMemory } from './decide-cluster.js';
import type { PlanInput, ReadProblem, SourceRead } from './plan-input.js';
import type { PlanView } from './plan-view.js';
import { viewPlan } from './plan-view.js';

/** What one configuration would do to every cluster, by what was read once. */
export interface PlannedClusters {
  /** What could not be read: the plans lack it. */
  readonly problems: readonly (ReadProblem & { readonly place: string })[];
  /** What makes the plans less than the whole truth without being a mistake. */
  readonly warnings: readonly string[];
  readonly clusters: readonly PlannedCluster[];
}

export interface PlannedCluster {
  readonly name: string;
  readonly mode: ClusterSettings['mode'];
  /** Null: the cluster could not be read. */
  readonly plan: PlanView | null;
  readonly rejections: readonly Rejection[];
  readonly warnings: readonly string[];
}

/**
 * Plans every cluster of a configuration from one reading. Pure. The decisions are those that a hub takes at its
 * start: a process that has read everything once has proof of no absence, so no service's removal is among them.
 */
export function planOnce(configuration: Configuration, input: PlanInput): PlannedClusters {
  const { sources, clusters } = configuration;
  const snapshots = input.sources
    .map(({ snapshot }) => snapshot)
    .filter((snapshot) => sources.some(({ name, region }) => name === snapshot.source && region === snapshot.region));
  const planned = clusters.map((cluster) => planCluster(cluster, { configuration, input, snapshots }));
  const problems = [
    ...input.sources
      .filter(({ snapshot }) => sources.some(({ name }) => name === snapshot.source))
      .flatMap(({ snapshot, problems }) =>
        problems.map((problem) => ({ place: `source ${snapshot.source}`, ...problem })),
      ),
    ...input.clusters
      .filter(({ name }) => clusters.some((cluster) => cluster.name === name))
      .flatMap(({ name, problem }) => (problem === undefined ? [] : [{ place: `cluster ${name}`, ...problem }])),
  ];
  return {
    problems,
    warnings: [...unreadSources(configuration, input), ...unreadClusters(configuration, input)],
    clusters: planned,
  };
}

function planCluster(
  cluster: ClusterSettings,
  {
    configuration,
    input,
    snapshots,
  }: {
    readonly configuration: Configuration;
    readonly input: PlanInput;
    readonly snapshots: readonly Snapshot[];
  },
): PlannedCluster {
  const { name, mode } = cluster;
  const read = input.clusters.find((candidate) => candidate.name === name);
  if (read?.problem !== undefined) return { name, mode, plan: null, rejections: [], warnings: [] };
  const decision = decideCluster({
    cluster,
    hub: configuration.hub,
    sources: configuration.sources,
    approvals: configuration.approvals,
    snapshots,
    observed: read?.namespace === cluster.namespace ? read.entries : [],
    memory: newClusterMemory(),
    nowMs: input.readAtMs,
    serverNowMs: read?.serverTimeMs ?? input.readAtMs,
    epoch: 1,
  });
  return { name, mode, plan: viewPlan(decision.plan), rejections: decision.rejections, warnings: decision.warnings };
}

/** Sources that the reading lacks, or that were read for less than the configuration wants. */
function unreadSources(configuration: Configuration, input: PlanInput): readonly string[] {
  const attributes = attributesUsed(configuration);
  return configuration.sources.flatMap((source) => {
    const read = input.sources.find(({ snapshot }) => snapshot.source === source.name);
    if (read === undefined) return [`source ${source.name} is not in the reading: nothing of it is planned`];
    const { region, keptAttributes } = read.snapshot;
    if (region !== source.region) {
      return [`source ${source.name} was read in ${region}, not in ${source.region}: nothing of it is planned`];
    }
    const missing = attributes.filter((attribute) => !keptAttributes.includes(attribute));
    return [
      ...(isSameFilter(read, source)
        ? []
        : [`source ${source.name} was read with other namespaces or services: some may be missing here`]),
      ...(missing.length === 0
        ? []
        : [
            `source ${source.name} was read without the attributes ${missing.join(', ')}: what depends on them is wrong here`,
          ]),
    ];
  });
}

function isSameFilter(read: SourceRead, { namespaces, services }: SourceSettings): boolean {
  return JSON.stringify([read.namespaces, read.services]) === JSON.stringify([namespaces, services]);
}

function unreadClusters({ clusters }: Configuration, input: PlanInput): readonly string[] {
  return clusters.flatMap(({ name, namespace }) => {
    const read = input.clusters.find((candidate) => candidate.name === name);
    if (read === undefined) return [`cluster ${name} is not in the reading: it is planned as if it were empty`];
    if (read.namespace === namespace) return [];
    return [`cluster ${name} was read in the namespace ${read.namespace}: ${namespace} is planned as if it were empty`];
  });
}
