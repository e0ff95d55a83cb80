/** Where snapshots are kept. */
export type StoreSettings = { readonly kind: 'memory' } | ({ readonly kind: 'redis' } & RedisSettings);

/** How Redis is reached. Files are absolute paths. */
export interface RedisSettings {
  /** A server, or the Sentinels that know which one is the primary. */
  readonly address: RedisServer | RedisSentinels;
  /** Number of the database; 0 but for a server that has several. */
  readonly database: number;
  readonly username: string | undefined;
  /** Read again whenever a connection is made. */
  readonly passwordFile: string | undefined;
  readonly tls: { readonly caFile: string | undefined; readonly serverName: string | undefined } | undefined;
  /** Every key begins with it. */
  readonly keyPrefix: string;
  /** How many replicas must have confirmed a renewal of the lease. */
  readonly waitReplicas: number;
}

export interface RedisServer {
  readonly kind: 'server';
  readonly host: string;
  readonly port: number;
}

export interface RedisSentinels {
  readonly kind: 'sentinel';
  /** What they call the primary. */
  readonly name: string;
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /** Of the Sentinels themselves, which are not the server's. */
  readonly username: string | undefined;
  /** Read again whenever a connection is made. */
  readonly passwordFile: string | undefined;
}

/** Who leads, and how fast that changes. */
export interface ElectionSettings extends ElectionTimings {
  /** Where the lease is; `none`: there is one replica, and it leads. */
  readonly backend: 'redis' | 'kubernetes' | 'none';
  /** The Lease, in the hub's own cluster, of the backend `kubernetes`; its name follows from `hub.name` unless it is given. */
  readonly kubernetes: { readonly namespace: string; readonly leaseName: string | undefined };
}

/** Times of a lease; `parseConfig` refuses those that are not safe together. */
export interface ElectionTimings {
  /** For how long a follower sees the record unchanged before it takes over. */
  readonly leaseMs: number;
  /** How long after its last renewal a leader still writes. */
  readonly renewDeadlineMs: number;
  /** Between two looks at the record. */
  readonly retryMs: number;
}
