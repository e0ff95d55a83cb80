import { Elector } from '@isthmus/election';
import { MemorySnapshotStore, snapshotCodec } from '@isthmus/federation';
import type { Configuration } from '@isthmus/model';
import type { Clock, LeaderElector, Logger, Metrics, Random, SnapshotStore } from '@isthmus/ports';
import type { RedisBackend } from '@isthmus/redis';
import { openRedis } from '@isthmus/redis';

import type { Runtime } from './runtime.js';

export interface StoreObservers {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Where this replica keeps snapshots, and what decides whether it leads. */
export interface OpenedStore {
  readonly snapshots: SnapshotStore;
  readonly elector: LeaderElector | undefined;
  readonly view: Runtime['store'];
}

/** Opens the store of a configuration; `replica` is unique to this process. Throws when one of its files cannot be read. */
export function openStore(
  { hub, store, election }: Configuration,
  replica: string,
  observers: StoreObservers,
): OpenedStore {
  if (store.kind === 'memory') {
    const view = { kind: store.kind, error: () => undefined, close: () => undefined };
    return { snapshots: new MemorySnapshotStore(), elector: undefined, view };
  }
  const backend: RedisBackend = openRedis({ settings: store, hub: hub.name, codec: snapshotCodec, ...observers });
  const electorOptions = { store: backend.lease, holder: replica, timings: election, ...observers };
  return {
    snapshots: backend.snapshots,
    elector: election.backend === 'none' ? undefined : new Elector(electorOptions),
    view: { kind: store.kind, error: backend.error, close: backend.close },
  };
}
