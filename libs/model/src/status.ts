import type { ErrorReport } from './error.js';
import type { ClusterMode, ClusterRole } from './configuration.js';

/** What `/api/v1/status` answers. Times are ISO 8601 or null. */
export interface HubStatus extends FederationStatus {
  readonly replica: string;
  readonly leader: { readonly isLeader: boolean; readonly holder: string; readonly epoch: number };
  readonly store: StoreStatus;
  /** The Secrets with kubeconfigs; null when none are read. */
  readonly clusterSecrets: ClusterSecretsStatus | null;
}

export interface ClusterSecretsStatus {
  readonly namespace: string;
  /** Why they are not watched now; what was known stays. */
  readonly error: ErrorStatus | null;
  /** Clusters of which there is a Secret and no entry in the configuration: nothing is read or written there. */
  readonly unconfigured: readonly { readonly name: string; readonly secret: string }[];
  readonly warnings: readonly string[];
}

/** How the work stands; of a replica that stands by, what it knows from the store. */
export interface FederationStatus {
  readonly hub: string;
  readonly readOnly: boolean;
  readonly sources: readonly SourceStatus[];
  readonly clusters: readonly ClusterStatus[];
}

export interface StoreStatus {
  readonly kind: 'memory' | 'redis';
  /** Why it cannot be used now. */
  readonly error: ErrorStatus | null;
}

export type SourceStateName = 'fresh' | 'stale' | 'frozen' | 'throttled' | 'denied' | 'unread';

export interface SourceStatus {
  readonly name: string;
  readonly account: string | null;
  readonly region: string;
  /** ARN of the caller that AWS sees; null while that is not known. */
  readonly identity: string | null;
  readonly state: SourceStateName;
  readonly lastCompleteReadAt: string | null;
  readonly services: number;
  readonly instances: number;
  readonly error: ErrorStatus | null;
  readonly paused: PauseStatus | null;
  readonly warnings: readonly string[];
}

/** A pause that is not over. */
export interface PauseStatus {
  readonly reason: string;
  readonly until: string;
}

export interface ErrorStatus {
  readonly code: ErrorReport['code'];
  readonly message: string;
  readonly since: string;
}

/** Why nothing is written to a cluster although changes may be planned; null: writes go out. */
export type WritesStopped = 'observe' | 'read-only' | 'push-off' | 'paused' | null;

export interface ClusterStatus {
  readonly name: string;
  readonly role: ClusterRole;
  readonly mode: ClusterMode;
  readonly connection: 'up' | 'down' | 'unknown';
  readonly sync: 'synced' | 'out-of-sync' | 'held' | 'unknown';
  /** Objects that should exist. */
  readonly desired: number;
  readonly liveObjects: number;
  readonly liveEndpoints: number;
  readonly held: readonly HeldStatus[];
  readonly plan: {
    readonly create: number;
    readonly update: number;
    readonly mark: number;
    readonly delete: number;
    readonly hash: string;
    readonly removals: string | null;
  };
  readonly lastAppliedAt: string | null;
  readonly error: ErrorStatus | null;
  readonly writesStopped: WritesStopped;
  readonly paused: PauseStatus | null;
  readonly warnings: readonly string[];
}

export interface HeldStatus {
  readonly name: string;
  readonly host: string;
  readonly reason: string;
  readonly detail: string;
}
