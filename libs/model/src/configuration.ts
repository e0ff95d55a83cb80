import type { ClusterName, SourceName } from './brand.js';
import type { RouteSettings } from './route-settings.js';

/** What `isthmus.yaml` says, with every default filled in. Durations are milliseconds. */
export interface Configuration {
  readonly hub: HubSettings;
  readonly store: StoreSettings;
  readonly election: ElectionSettings;
  readonly sources: readonly SourceSettings[];
  readonly clusters: readonly ClusterSettings[];
  readonly approvals: readonly Approval[];
  /** Where the Secrets with kubeconfigs are; undefined: none is read. */
  readonly clusterSecrets: ClusterSecretsSettings | undefined;
  /** What a cluster is of which there is a Secret and no entry; undefined: it is not served. */
  readonly unlistedCluster: UnlistedCluster | undefined;
}

export interface HubSettings {
  /** Stamped on every object; two hubs must not share it. */
  readonly name: string;
  /** Earlier names: their objects count as ours and get the present name with their next write. */
  readonly formerNames: readonly string[];
  readonly readOnly: boolean;
  readonly http: { readonly host: string; readonly port: number };
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

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
  /** `none`: there is one replica, and it leads. */
  readonly backend: 'redis' | 'none';
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

/** Secrets of the hub's own cluster, whose data is cluster name → kubeconfig. */
export interface ClusterSecretsSettings {
  readonly namespace: string;
  readonly labelSelector: string;
}

/** The settings that `defaults.cluster` gives to a cluster without an entry; its mode is `observe`. */
export type UnlistedCluster = Omit<ClusterSettings, 'name' | 'kubeconfig'>;

/** Globs: a name is selected when one of `include` and none of `exclude` matches it. */
export interface NameFilter {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export interface SourceSettings {
  readonly name: SourceName;
  readonly region: string;
  /** Expected account, 12 digits; absent: whatever the ARNs say. */
  readonly account: string | undefined;
  /** Other endpoints than AWS's own, per plane: an emulator, or VPC endpoints. */
  readonly endpoint: { readonly control: string; readonly data: string } | undefined;
  readonly credentials: SourceCredentials;
  readonly namespaces: NameFilter;
  readonly services: NameFilter;
  readonly health: HealthPolicy;
  readonly poll: PollSettings;
  readonly limits: SourceLimits;
  /** Age of the last complete read from which the source is `stale` and `frozen`; nothing is removed by age. */
  readonly staleAfterMs: number;
  readonly frozenAfterMs: number;
  readonly paused: Pause | undefined;
}

/** Where the identity comes from that reads a source. Files hold secrets and are absolute paths. */
export type SourceCredentials =
  | { readonly kind: 'chain' }
  | { readonly kind: 'web-identity'; readonly roleArn: string; readonly tokenFile: string }
  | {
      readonly kind: 'assume-role';
      readonly roleArn: string;
      readonly externalId: string | undefined;
      readonly sessionName: string;
    }
  | {
      readonly kind: 'static';
      readonly accessKeyIdFile: string;
      readonly secretAccessKeyFile: string;
      readonly sessionTokenFile: string | undefined;
    };

/**
 * Which instances get traffic. `HEALTHY_OR_ELSE_ALL`: the healthy ones, or all when none is; `HEALTHY`: the healthy
 * ones, or none on a complete reading; `ALL`: health is ignored. UNKNOWN counts as healthy.
 */
export type HealthPolicy = 'HEALTHY_OR_ELSE_ALL' | 'HEALTHY' | 'ALL';

/** A person's word that a source is not polled, or a cluster not written to. It ends by itself. */
export interface Pause {
  readonly reason: string;
  readonly untilMs: number;
}

/** How often a service is polled: `hot` after a change, `warm` within a day of one, else `cold`; and the catalogue. */
export interface PollSettings {
  readonly hotMs: number;
  readonly warmMs: number;
  readonly coldMs: number;
  readonly catalogueMs: number;
}

export interface SourceLimits {
  readonly discoverPerSecond: number;
  readonly listServicesPerSecond: number;
  readonly listNamespacesPerSecond: number;
  readonly getPerSecond: number;
}

/** `primary`: its istiod reads the entries; `remote`: another cluster's istiod does; `external-config`: read by an istiod outside. */
export type ClusterRole = 'primary' | 'remote' | 'external-config';
/** `observe` plans only; `upsert-only` never deletes an object; `sync` does everything. */
export type ClusterMode = 'observe' | 'upsert-only' | 'sync';

/** Where the kubeconfig of a cluster is. */
export type KubeconfigPlace =
  /** `file`: absolute path. */
  | { readonly kind: 'file'; readonly file: string }
  /** `key`: key of its data. `secret`: undefined is the oldest Secret that has the key. */
  | { readonly kind: 'secret'; readonly secret: string | undefined; readonly key: string };

/** Who gives the tokens for a cluster: its kubeconfig, or a cloud, asked by the hub itself. */
export type ClusterAuth =
  | { readonly kind: 'kubeconfig' }
  | {
      readonly kind: 'eks';
      readonly clusterName: string;
      readonly region: string;
      readonly roleArn: string | undefined;
      readonly externalId: string | undefined;
    }
  /** Undefined: what AKS's workload identity says in the environment. */
  | { readonly kind: 'aks'; readonly tenantId: string | undefined; readonly clientId: string | undefined }
  | { readonly kind: 'gke' };

export interface ClusterSettings {
  readonly name: ClusterName;
  /** Earlier names of this entry: their objects count as ours. */
  readonly formerNames: readonly string[];
  readonly role: ClusterRole;
  /** Of a remote: the cluster whose istiod serves it. */
  readonly primary: ClusterName | undefined;
  /** False: planned and shown, never written to. */
  readonly push: boolean;
  readonly kubeconfig: KubeconfigPlace;
  readonly auth: ClusterAuth;
  /** Namespace in which the entries live. */
  readonly namespace: string;
  /** Create the namespace when it does not exist. */
  readonly createNamespace: boolean;
  /** Namespaces from which our entries move: created here first, then deleted there. */
  readonly previousNamespaces: readonly string[];
  readonly mode: ClusterMode;
  readonly routes: readonly RouteSettings[];
  /** AWS region → the mesh's own name of it, in localities. */
  readonly localities: ReadonlyMap<string, string>;
  /** Addresses that may be endpoints; empty: all. */
  readonly allowedCidrs: readonly string[];
  readonly deniedCidrs: readonly string[];
  readonly limits: { readonly writesPerSecond: number; readonly burst: number; readonly inFlight: number };
  readonly brake: BrakeSettings;
  readonly deletes: DeleteSettings;
  readonly sweepMs: number;
  readonly paused: Pause | undefined;
}

/** Shares (0 to 1) of one source in one cluster that may go within the window. */
export interface BrakeSettings {
  readonly objectsShare: number;
  readonly endpointsShare: number;
  readonly windowMs: number;
}

export interface DeleteSettings {
  /** Grace between the mark and the removal. */
  readonly pendingMs: number;
  /** How many empty readings, over how long, prove that the last instance is gone. */
  readonly emptyReads: number;
  readonly emptyAfterMs: number;
}

/** A person's word that what is held on a cluster may go. */
export interface Approval {
  readonly cluster: ClusterName;
  /** The hash that status shows as `removals`. */
  readonly removals: string;
  readonly untilMs: number;
}
