import type { FederationStatus } from '@isthmus/model';

import type { SimulatedCluster, SimulatedHub, World } from '../../libs/testing/src/simulation/index.js';
import { DROPPED_SERVICE } from '../../libs/testing/src/simulation/index.js';
import type { ObjectView } from './object-view.js';
import { viewObject } from './object-view.js';

/** Services that never become an endpoint. */
const REFUSED = new Set(['evil', 'kubernetes.default.svc']);

/** The hubs whose work should show: those that lead. */
export function leadersOf({ hubs }: World): readonly SimulatedHub[] {
  return hubs.filter(({ isLeading, replica }) => isLeading && replica.federation !== undefined);
}

/** Why the clusters are not what they should be by now; undefined: they are, and nobody wants to change anything. */
export function differenceOf(world: World): string | undefined {
  const leaders = leadersOf(world);
  const [leader] = leaders;
  if (leader === undefined) return 'nobody leads';
  for (const one of leaders) {
    const status = one.replica.status();
    const busy = status.clusters.find(({ plan, connection }) => connection !== 'up' || changesOf(plan) > 0);
    if (busy !== undefined) return `${one.name} is not done with ${busy.name}`;
    const pending = status.clusters.flatMap(({ held }) => held).find(({ reason }) => reason === 'pending-delete');
    if (pending !== undefined) return `${pending.name} is about to go`;
  }
  for (const cluster of world.clusters) {
    const found = clusterDifference(world, cluster, leader);
    if (found !== undefined) return found;
  }
  return undefined;
}

function changesOf({ create, update, mark, delete: removed }: FederationStatus['clusters'][number]['plan']): number {
  return create + update + mark + removed;
}

function clusterDifference(world: World, cluster: SimulatedCluster, leader: SimulatedHub): string | undefined {
  const status = leader.replica.status().clusters.find(({ name }) => name === cluster.name);
  const held = new Set(status?.held.map(({ host }) => host));
  const wanted = wantedHosts(world, cluster.name, leader.generation);
  const live = new Map<string, ObjectView>();
  for (const object of cluster.objects) {
    const view = viewObject(object, cluster.name);
    if (view?.isOurs === true) live.set(view.host, view);
  }
  for (const host of new Set([...wanted.keys(), ...live.keys()])) {
    if (held.has(host)) continue;
    const want = [...(wanted.get(host) ?? [])].toSorted().join(' ');
    const have = [...(live.get(host)?.addresses ?? [])].toSorted().join(' ');
    if (want !== have) return `${host} in ${cluster.name} should hold [${want}] and holds [${have}]`;
  }
  return undefined;
}

/** Host → addresses, by the truth of this moment. */
function wantedHosts(world: World, cluster: string, generation: number): ReadonlyMap<string, ReadonlySet<string>> {
  const hosts = new Map<string, Set<string>>();
  for (const service of world.estate.truth.live) {
    const isElsewhere = cluster === 'beta' && service.region !== 'eu-west-1';
    const isDropped = generation === 2 && service.name === DROPPED_SERVICE;
    if (isElsewhere || isDropped || REFUSED.has(service.name)) continue;
    const host = `${service.name}.shop`;
    hosts.set(host, new Set([...(hosts.get(host) ?? []), ...service.serving]));
  }
  return hosts;
}

/** Endpoints that the leader cannot explain. */
export function unexplainedIn(world: World): string | undefined {
  const [leader] = leadersOf(world);
  const federation = leader?.replica.federation;
  if (federation === undefined) return undefined;
  const explanations = new Map<string, string>();
  for (const cluster of world.clusters) {
    for (const object of cluster.objects) {
      const view = viewObject(object, cluster.name);
      if (view?.isOurs !== true || !view.isIntact) continue;
      const explained = explanations.get(view.host) ?? JSON.stringify(federation.explain(view.host));
      explanations.set(view.host, explained);
      const missing = [...view.addresses].find((address) => !explained.includes(address));
      if (missing !== undefined) return `${missing} of ${view.host} in ${cluster.name}`;
    }
  }
  return undefined;
}
