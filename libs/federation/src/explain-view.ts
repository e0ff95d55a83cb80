import type {
  ClusterMode,
  Code,
  ErrorStatus,
  HeldRemoval,
  InstanceHealth,
  PortProtocol,
  Resolution,
  SourceStateName,
  WritesStopped,
} from '@isthmus/model';

import type { ChangeView } from './plan-view.js';

/** What `/api/v1/hosts/{host}` answers: one host from Cloud Map to every cluster. Times are ISO 8601 or null. */
export interface HostExplanation {
  readonly host: string;
  readonly hub: string;
  /** The hub's time: ages are counted from it. */
  readonly answeredAt: string;
  /** Clusters that map the host, refuse a service for it, or hold an object of it. */
  readonly clusters: readonly ClusterExplanation[];
  /** Services that have this host in another cluster, or by the default template, and why not here. */
  readonly notMapped: readonly NotMappedExplanation[];
}

/** A code with its words. */
export interface ReasonView {
  readonly reason: Code;
  readonly meaning: string;
  readonly remedy: string;
}

/**
 * How the host stands in one cluster: `synced`, `out-of-sync` (a change is planned), `held`, `refused` (no service may
 * have the host), `absent` (no service has an endpoint yet), `unknown` (the cluster was never read).
 */
export type HostState = 'synced' | 'out-of-sync' | 'held' | 'refused' | 'absent' | 'unknown';

export interface ClusterExplanation {
  readonly name: string;
  readonly mode: ClusterMode;
  readonly connection: 'up' | 'down' | 'unknown';
  readonly state: HostState;
  /** Why the cluster cannot be reached or written to. */
  readonly error: ErrorStatus | null;
  readonly writesStopped: WritesStopped;
  readonly namespace: string;
  /** Name of the ServiceEntry; further parts of a large host end in `--p1`, `--p2`, … */
  readonly entry: string;
  /** The route of the host as it stands in the configuration: `isthmus.yaml:31`; null: nothing maps it any more. */
  readonly route: string | null;
  readonly components: readonly ComponentExplanation[];
  readonly rejections: readonly RejectionExplanation[];
  readonly holds: readonly (ReasonView & { readonly name: string; readonly detail: string })[];
  readonly heldRemovals: readonly HeldRemoval[];
  readonly plan: readonly ChangeView[];
  readonly live: readonly LiveExplanation[];
}

/** What one Cloud Map service contributes to the host. */
export interface ComponentExplanation {
  /** `partition/region/account/namespace id/service id`. */
  readonly component: string;
  readonly source: SourceExplanation;
  readonly account: string;
  readonly region: string;
  readonly namespace: string;
  readonly service: string;
  readonly route: string | null;
  /** Of the accepted reading; null: unread since the start. */
  readonly revision: number | null;
  readonly observedAt: string | null;
  /**
   * What the facts prove: `replace` the endpoints are those of the reading, `add` those and the live ones, `keep` the
   * live ones, `empty` none, proven, `mark` the live ones, and to be removed, `due` none: the removal is over.
   */
  readonly verdict: string;
  readonly reason: ReasonView | null;
  readonly proof: ProofExplanation;
  readonly instances: readonly InstanceExplanation[];
}

/** The state of the source behind a component. */
export interface SourceExplanation {
  readonly name: string;
  readonly state: SourceStateName;
  readonly lastCompleteReadAt: string | null;
  readonly error: ErrorStatus | null;
}

/** What speaks for a removal, and what it still waits for. */
export interface ProofExplanation {
  readonly empty: {
    readonly reads: number;
    readonly since: string;
    /** ListInstances lists nothing either. */
    readonly isConfirmed: boolean;
    readonly isProven: boolean;
  } | null;
  readonly gone: {
    /** Complete catalogue passes without the service. */
    readonly passesAt: readonly string[];
    readonly notFoundAt: string | null;
    readonly isProven: boolean;
  } | null;
  /** When the removal was marked on the object, and when its grace ends. */
  readonly markedAt: string | null;
  readonly graceEndsAt: string | null;
}

/** One instance, or one live endpoint whose instance is not known any more. */
export interface InstanceExplanation {
  /** Null: the endpoint is kept from the live object, and no reading says whose it is. */
  readonly id: string | null;
  readonly address: string | null;
  readonly port: string | null;
  readonly health: InstanceHealth | null;
  readonly outcome: 'in' | 'kept' | 'left-out';
  /** Of an instance that is in: what of it is missing (`label-illegal`). */
  readonly reason: Code | null;
  readonly meaning: string | null;
  /** Whether the address stands on a live object of ours. */
  readonly isLive: boolean;
}

/** A service that cannot have the host. */
export interface RejectionExplanation extends ReasonView {
  readonly component: string;
  readonly source: string;
  readonly host: string;
  readonly detail: string;
}

/** A ServiceEntry of the host as it stands in the cluster. */
export interface LiveExplanation {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly isOurs: boolean;
  /** Whether the object is what this hub wrote; null: it is not ours to tell. */
  readonly isIntact: boolean | null;
  readonly resolution: Resolution | null;
  readonly ports: readonly { readonly number: number; readonly name: string; readonly protocol?: PortProtocol }[];
  /** `address name=port,…`, sorted as on the object. */
  readonly endpoints: readonly string[];
}

/** A service that a cluster does not have under this host. */
export interface NotMappedExplanation {
  readonly cluster: string;
  readonly component: string;
  readonly source: string;
  readonly account: string;
  readonly region: string;
  readonly namespace: string;
  readonly service: string;
  readonly reason: Code;
  readonly meaning: string;
  /** Each route with what does not match, or the host that the service has there. */
  readonly details: readonly string[];
}

/** What is close to a host that nobody knows. */
export interface UnknownHost {
  readonly host: string;
  /** Hosts that may have been meant, the nearest first. */
  readonly near: readonly string[];
  /** Services whose host was refused and looks like it. */
  readonly refused: readonly RejectionExplanation[];
}
