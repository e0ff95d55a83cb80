import type { ErrorReport, RedisSettings } from '@isthmus/model';
import { IsthmusError } from '@isthmus/model';
import type { LeaseStore, SnapshotCodec } from '@isthmus/ports';

import type { Purpose } from './client-options.js';
import { keysOf } from './keys.js';
import { RedisConnection } from './redis-connection.js';
import type { RedisObservers } from './redis-health.js';
import { RedisHealth } from './redis-health.js';
import { RedisLeaseStore } from './redis-lease-store.js';
import { RedisSnapshotStore } from './redis-snapshot-store.js';

export interface OpenRedisOptions extends RedisObservers {
  readonly settings: RedisSettings;
  /** `hub.name`: it is part of every key. */
  readonly hub: string;
  readonly codec: SnapshotCodec;
}

/** All that one hub keeps in Redis. */
export interface RedisBackend {
  readonly snapshots: RedisSnapshotStore;
  /** Connects when it is asked for the first time. */
  readonly lease: LeaseStore;
  /** Why Redis cannot be used now; undefined: it can. */
  readonly error: () => ErrorReport | undefined;
  /** Looks whether Redis answers, unless it is known that something is wrong: then only the next real work can tell. */
  readonly probe: () => Promise<void>;
  close(): void;
}

/** Connects to Redis, which need not answer yet; throws when a file of the settings cannot be read. */
export function openRedis({ settings, hub, codec, ...observers }: OpenRedisOptions): RedisBackend {
  const { clock, metrics } = observers;
  const health = new RedisHealth(observers);
  const connect = (purpose: Purpose): RedisConnection => new RedisConnection({ settings, purpose, health, clock });
  const keys = keysOf(settings.keyPrefix, hub);
  const data = connect('data');
  let leaseConnection: RedisConnection | undefined;
  let lease: LeaseStore | undefined;
  const openNews = (): RedisConnection => {
    try {
      return connect('news');
    } catch (cause) {
      // A file that is being replaced is there again with the next attempt.
      const { code: reason = 'unknown' } = cause as { readonly code?: string };
      const error = new IsthmusError('store-refused', `reading a file of store.redis: ${reason}`);
      health.failed('news', error);
      throw error;
    }
  };
  return {
    snapshots: new RedisSnapshotStore({ keys, data, openNews, codec, clock, metrics }),
    get lease() {
      leaseConnection ??= connect('lease');
      lease ??= new RedisLeaseStore(leaseConnection, keys.lease, settings.waitReplicas);
      return lease;
    },
    error: () => health.error,
    probe: async () => {
      // Its failure is told by `error`.
      if (health.error === undefined) await data.call('ping').catch(() => undefined);
    },
    close: () => {
      data.close();
      leaseConnection?.close();
    },
  };
}
