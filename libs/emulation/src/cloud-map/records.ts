import type { JsonObject } from './input.js';

/** Kinds of namespaces that Cloud Map knows. */
export type NamespaceType = 'HTTP' | 'DNS_PRIVATE' | 'DNS_PUBLIC';

/** How the health of a service's instances comes about; `none` means that every instance is UNKNOWN. */
export type HealthCheckKind = 'none' | 'custom' | 'route53';

/** Health of one instance as Cloud Map reports it. */
export type HealthStatus = 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN';

/** A namespace as the model keeps it. */
export interface NamespaceRecord {
  /** Rises with each creation in the whole model: the order of listings. */
  readonly sequence: number;
  readonly id: string;
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly httpName: string;
  readonly type: NamespaceType;
  readonly description: string | undefined;
  readonly vpc: string | undefined;
  readonly creatorRequestId: string | undefined;
  readonly createdAtMs: number;
  /** When the data plane begins to know it. */
  readonly publishedAtMs: number;
  /** Adjustable quota of this namespace, in instances. */
  instancesQuota: number;
  /** Accounts that it is shared with. */
  sharedWith: ReadonlySet<string>;
}

/** A service as the model keeps it, with its instances. */
export interface ServiceRecord {
  readonly sequence: number;
  readonly id: string;
  readonly arn: string;
  readonly namespaceId: string;
  /** Account that created it: the owner's, or a consumer's in a shared namespace. */
  readonly createdByAccount: string;
  readonly name: string;
  readonly type: 'HTTP' | 'DNS_HTTP' | 'DNS';
  readonly description: string | undefined;
  readonly creatorRequestId: string | undefined;
  readonly dnsConfig: JsonObject | undefined;
  readonly healthCheck: HealthCheckKind;
  readonly healthCheckConfig: JsonObject | undefined;
  readonly createdAtMs: number;
  readonly publishedAtMs: number;
  /** Grows with every registration and deregistration, never with health. */
  revision: number;
  readonly instances: Map<string, InstanceRecord>;
  readonly health: Map<string, HealthState>;
  /** Latest changes of membership, oldest first: what an older view is rebuilt from. */
  readonly changes: MembershipChange[];
}

/** A registered instance; a new registration makes a new record. */
export interface InstanceRecord {
  /** Rises with each new instance of the service: the order of listings. */
  readonly sequence: number;
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly createdByAccount: string;
}

/** Health of one instance, and the status that takes its place later. */
export interface HealthState {
  readonly status: HealthStatus;
  readonly pending?: { readonly status: HealthStatus; readonly effectiveAtMs: number };
}

/** What undoes one registration or deregistration. */
export interface MembershipChange {
  readonly atMs: number;
  readonly instanceId: string;
  readonly before: InstanceRecord | undefined;
  readonly revisionBefore: number;
}
