import { attributesUsed } from '@isthmus/desired';
import type {
  ClusterSettings,
  Configuration,
  Rejection,
  Snapshot,
  SourceSettings,
  WritesStopped,
} from '@isthmus/model';

import { decideCluster, newClusterMemory } from './decide-cluster.js';
import { movingWarnings, ownerOf, previousNamespacesOf, withMoving } from './moving-entries.js';
import { isPaused, pauseWarnings } from './pause.js';
import type { PlanInput, ReadProblem, SourceRead } from './plan-input.js';
import type { PlanView } from './plan-view.js';
import { viewPlan } from './plan-view.js';
import { clusterWarnings } from './status.js';

import { writesStopped } from './writes-stopped.js';

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
  /** Why nothing of the plan would be written; null: it would. */
  readonly writesStopped: WritesStopped;
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
    .filter((snapshot) => sources.some((source) => isReadBy(source, snapshot) && !isPaused(source, input.readAtMs)));
  const planned = clusters.map((cluster) => planCluster(cluster, { configuration, input, snapshots }));
  const problems = [
    ...input.sources
      .filter(({ snapshot }) =>
        sources.some((source) => source.name === snapshot.source && !isPaused(source, input.readAtMs)),
      )
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
  const { name, mode, namespace } = cluster;
  const { hub } = configuration;
  const { readAtMs } = input;
  const read = input.clusters.find((candidate) => candidate.name === name);
  const what = { name, mode, writesStopped: writesStopped(cluster, hub, readAtMs) };
  const warnings = clusterWarnings(cluster, readAtMs);
  if (read?.problem !== undefined) return { ...what, plan: null, rejections: [], warnings };
  const here = read?.namespace === namespace ? read.entries : [];
  const names = previousNamespacesOf(cluster);
  const previous = (read?.previous ?? []).filter((other) => names.includes(other.namespace));
  const owner = ownerOf(hub, cluster);
  const decision = decideCluster({
    cluster,
    hub,
    sources: configuration.sources,
    approvals: configuration.approvals,
    snapshots,
    observed: names.length === 0 ? here : withMoving(here, previous, { owner }),
    memory: newClusterMemory(),
    nowMs: readAtMs,
    steadyMs: readAtMs,
    serverNowMs: read?.serverTimeMs ?? readAtMs,
    epoch: 1,
  });
  return {
    ...what,
    plan: viewPlan(decision.plan),
    rejections: decision.rejections,
    warnings: [...warnings, ...decision.warnings, ...movingWarnings(here, previous, owner)],
  };
}

function isReadBy({ name, region }: SourceSettings, snapshot: Snapshot): boolean {
  return name === snapshot.source && region === snapshot.region;
}

/** Sources that the reading lacks, or that were read for less than the configuration wants. */
function unreadSources(configuration: Configuration, input: PlanInput): readonly string[] {
  const attributes = attributesUsed(configuration);
  return configuration.sources.flatMap((source) => {
    const [pause] = pauseWarnings(source.paused, input.readAtMs, 'nothing new of it is planned');
    if (pause !== undefined) return [`source ${source.name} is ${pause}`];
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
  return clusters.flatMap((cluster) => {
    const { name, namespace } = cluster;
    const read = input.clusters.find((candidate) => candidate.name === name);
    if (read === undefined) return [`cluster ${name} is not in the reading: it is planned as if it were empty`];
    if (read.problem !== undefined) return [];
    const elsewhere = `was read in the namespace ${read.namespace}: ${namespace} is planned as if it were empty`;
    const unread = previousNamespacesOf(cluster).filter(
      (other) => !read.previous.some((previous) => previous.namespace === other),
    );
    return [
      ...(read.namespace === namespace ? [] : [`cluster ${name} ${elsewhere}`]),
      ...unread.map(
        (other) =>
          `cluster ${name} was read without its previous namespace ${other}: it is planned as if it were empty`,
      ),
    ];
  });
}
