import type { LiveHost } from '@isthmus/desired';
import { LiveHosts, endpointsOf, hostOfLive } from '@isthmus/desired';
import type { ComponentRecord, Snapshot } from '@isthmus/model';
import { OBJECT } from '@isthmus/model';
import type { DecisionInput } from './decision.js';
import { viewLive } from './live-view.js';
import { atOnce } from './slices.js';

/** What `/api/v1/clusters/{name}/components` answers: which Cloud Map services stand on the hub's objects in a cluster. */
export interface ClusterComponents {
  readonly cluster: string;
  readonly hosts: readonly HostComponents[];
}

/** One host: its entries, read as one. */
export interface HostComponents {
  readonly host: string;
  /** Of its first entry. */
  readonly name: string;
  /** Entries over which it is split. */
  readonly objects: number;
  readonly namespace: string;
  /** The names of hub and cluster that its first entry carries: who counts it as its own. */
  readonly owner: { readonly hub: string; readonly cluster: string };
  readonly components: readonly LiveComponent[];
}

/** One Cloud Map service on a live host, by the names that stand on the object. */
export interface LiveComponent {
  readonly component: string;
  /** The source that wrote it there. */
  readonly source: string;
  /** The sources that see it now. */
  readonly seenBy: readonly string[];
  readonly namespace: string;
  readonly httpName: string;
  readonly service: string;
  readonly endpoints: number;
}

/** The components on the live objects of one cluster, by host. */
export function viewComponents({
  observed,
  memory,
  hub,
  cluster,
  snapshots,
}: Pick<DecisionInput, 'observed' | 'memory' | 'hub' | 'cluster' | 'snapshots'>): ClusterComponents {
  const live = new LiveHosts(atOnce(viewLive(observed, memory.live, { hub, cluster })).live);
  const hosts = [...live.names].flatMap((name): readonly HostComponents[] => {
    const host = live.get(name);
    const [first] = host?.parts.values() ?? [];
    if (host === undefined || first === undefined) return [];
    const { labels, annotations, movesFrom } = first.observed;
    return [
      {
        host: hostOfLive(name, host),
        name,
        objects: host.parts.size,
        namespace: movesFrom ?? cluster.namespace,
        owner: { hub: labels[OBJECT.hub] ?? '', cluster: annotations[OBJECT.cluster] ?? '' },
        components: host.components.map((record) => componentOf(record, host, snapshots)),
      },
    ];
  });
  return { cluster: cluster.name, hosts };
}

function componentOf(
  { key, source, namespace, httpName, service }: ComponentRecord,
  host: LiveHost,
  snapshots: readonly Snapshot[],
): LiveComponent {
  const seenBy = snapshots.filter(({ services }) => services.has(key)).map((snapshot) => snapshot.source);
  return { component: key, source, seenBy, namespace, httpName, service, endpoints: endpointsOf(host, key).length };
}
