import type { ClusterSettings, Configuration, HubSettings, ObservedEntry, Snapshot } from '@isthmus/model';
import {
  cluster,
  configuration,
  EPOCH_MS,
  EU,
  hub,
  observedFrom,
  reading,
  serviceRecord,
  serviceState,
  snapshot,
  US,
} from '@isthmus/testing';
import type { ClusterView } from './cluster-reconciler.js';
import type { DecisionInput } from './decide-cluster.js';
import { decideCluster, manifestOf, newClusterMemory } from './decide-cluster.js';
import type { ClusterFacts } from './explain-cluster.js';
import { explainHost } from './explain-host.js';
import type { ClusterExplanation, HostExplanation, InstanceExplanation } from './explain-view.js';
import type { SourceView } from './source-view.js';

/** The service `cart.shop` in us-east-1. */
export const CART = serviceRecord('cart.shop');
/** Its namesake in eu-west-1. */
export const CART_EU = serviceRecord('cart.shop', { region: 'eu-west-1' });

const SOURCES: readonly SourceView[] = [US, EU].map((settings) => ({
  settings,
  account: '111122223333',
  identity: undefined,
  state: settings === US ? 'fresh' : 'throttled',
  hasStarted: true,
  services: 1,
  instances: 1,
  lastCompleteReadAtMs: EPOCH_MS,
  error: settings === US ? undefined : { code: 'throttled', message: 'slow down', sinceMs: EPOCH_MS },
}));

/** What a cluster is, reads and holds. */
export interface Situation {
  readonly snapshots: readonly Snapshot[];
  readonly cluster?: ClusterSettings;
  readonly hub?: HubSettings;
  readonly observed?: readonly ObservedEntry[];
  readonly nowMs?: number;
}

/** A cluster that has decided once, or, unreachable, never. */
export function facts(situation: Situation, view: Partial<ClusterView> = {}): ClusterFacts {
  const nowMs = situation.nowMs ?? EPOCH_MS;
  const input: DecisionInput = {
    cluster: situation.cluster ?? cluster(),
    hub: situation.hub ?? hub(),
    sources: [US, EU],
    approvals: [],
    snapshots: situation.snapshots,
    observed: situation.observed ?? [],
    memory: newClusterMemory(),
    nowMs,
    steadyMs: nowMs,
    serverNowMs: nowMs,
    epoch: 1,
  };
  const decision = decideCluster(input);
  return {
    input,
    view: {
      connection: 'up',
      decision,
      isOutdated: false,
      error: undefined,
      epoch: 1,
      lastAppliedAtMs: undefined,
      ...view,
    },
  };
}

/** What a cluster holds after the changes of one decision. */
export function written(situation: Situation): readonly ObservedEntry[] {
  const changes = facts(situation).view.decision?.plan.changes ?? [];
  return changes.flatMap((change) =>
    change.kind === 'delete'
      ? []
      : [observedFrom(manifestOf(change.desired, 1), { uid: 'uid-1', resourceVersion: '9', generation: 1 })],
  );
}

/** The explanation of a host over these clusters, or what is near it. */
export function explain(clusters: readonly ClusterFacts[], host = 'cart.shop') {
  const settings: Configuration = configuration({
    sources: [US, EU],
    clusters: clusters.map(({ input }) => input.cluster),
  });
  return explainHost({ configuration: settings, sources: SOURCES, clusters, nowMs: EPOCH_MS }, host);
}

/** The explanation of a host that is known. */
export function explained(clusters: readonly ClusterFacts[], host?: string): HostExplanation {
  const answer = explain(clusters, host);
  if (!answer.ok) throw new Error('nobody knows the host');
  return answer.value;
}

/** What the one cluster says about `cart.shop`. */
export function only(...args: Parameters<typeof facts>): ClusterExplanation {
  const [explanation] = explained([facts(...args)]).clusters;
  if (explanation === undefined) throw new Error('the cluster says nothing');
  return explanation;
}

/** Id, address, outcome and reason of each instance. */
export const outcomes = (instances: readonly InstanceExplanation[] = []) =>
  instances.map(({ id, address, outcome, reason }) => [id, address, outcome, reason]);

/** The snapshot of `us` with these instances of `cart.shop`. */
export const us = (...instances: Parameters<typeof reading>[0]): Snapshot =>
  snapshot(US, [serviceState(CART, { reading: reading(instances) })]);
