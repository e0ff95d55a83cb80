import { Elector } from '@isthmus/election';
import { MemorySnapshotStore, snapshotCodec } from '@isthmus/federation';
import type { LeaseTransport } from '@isthmus/kubernetes';
import { KubernetesLeaseStore } from '@isthmus/kubernetes';
import type { Configuration } from '@isthmus/model';
import type { Clock, LeaderElector, LeaseStore, Logger, Metrics, Random, SnapshotStore } from '@isthmus/ports';
import type { RedisBackend } from '@isthmus/redis';
import { openRedis } from '@isthmus/redis';

import type { Runtime } from './runtime.js';

/** What a store needs of the world. */
export interface StoreSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Unique to this process. */
  readonly replica: string;
  /** Opens the hub's own cluster, where the lease may be. */
  readonly openOwnCluster: () => Promise<LeaseTransport>;
}

/** Where this replica keeps snapshots, and what decides whether it leads. */
export interface OpenedStore {
  readonly snapshots: SnapshotStore;
  readonly elector: LeaderElector | undefined;
  readonly view: Runtime['store'];
}

/** Opens the store of a configuration, and the place of its lease. Throws when one of its files cannot be read. */
export function openStore(configuration: Configuration, surroundings: StoreSurroundings): OpenedStore {
  const { hub, store, election } = configuration;
  const redis =
    store.kind === 'memory'
      ? undefined
      : openRedis({ settings: store, hub: hub.name, codec: snapshotCodec, ...surroundings });
  const apart = election.backend === 'kubernetes' ? openKubernetesLease(configuration, surroundings) : undefined;
  const lease = election.backend === 'redis' ? redis?.lease : apart;
  return {
    snapshots: redis?.snapshots ?? new MemorySnapshotStore(),
    elector: lease === undefined ? undefined : openElector(lease, configuration, surroundings),
    view: {
      kind: store.kind,
      holdsLease: election.backend === 'redis',
      error: () => redis?.error(),
      leaseError: () => apart?.error,
      probe: () => redis?.probe() ?? Promise.resolve(),
      close: () => closeBoth(redis, apart),
    },
  };
}

function openKubernetesLease(
  { hub, election }: Configuration,
  { openOwnCluster, clock, logger, metrics }: StoreSurroundings,
): KubernetesLeaseStore {
  const { namespace, leaseName: name = `isthmus-${hub.name}` } = election.kubernetes;
  const { leaseMs } = election;
  return new KubernetesLeaseStore({
    open: openOwnCluster,
    namespace,
    name,
    hub: hub.name,
    leaseMs,
    clock,
    logger,
    metrics,
  });
}

function openElector(store: LeaseStore, { election }: Configuration, surroundings: StoreSurroundings): Elector {
  const { clock, random, logger, metrics, replica: holder } = surroundings;
  return new Elector({ store, holder, timings: election, clock, random, logger, metrics });
}

async function closeBoth(redis: RedisBackend | undefined, lease: KubernetesLeaseStore | undefined): Promise<void> {
  redis?.close();
  await lease?.close();
}
