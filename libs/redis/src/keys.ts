import type { SourceName } from '@isthmus/model';

/** The keys of one hub. The braces put all of them into one slot, so that a Redis Cluster runs scripts over several. */
export interface Keys {
  readonly lease: string;
  readonly changes: string;
  /** Which sources replicas work with, and when they said so. */
  readonly sources: string;
  readonly snapshot: (source: SourceName) => SnapshotKeys;
}

export interface SnapshotKeys {
  readonly head: string;
  readonly history: string;
  readonly documents: string;
}

/** `prefix`: `store.redis.keyPrefix`; `hub`: its name, a DNS label. */
export function keysOf(prefix: string, hub: string): Keys {
  const base = `${prefix}:{${hub}}`;
  return {
    lease: `${base}:lease`,
    changes: `${base}:changes`,
    sources: `${base}:sources`,
    snapshot: (source) => ({
      head: `${base}:snapshot:${source}:head`,
      history: `${base}:snapshot:${source}:history`,
      documents: `${base}:snapshot:${source}:documents`,
    }),
  };
}
