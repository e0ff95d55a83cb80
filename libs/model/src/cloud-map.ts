import type { Attributes } from './attributes.js';
import type { ComponentIdentity, ComponentKey } from './component.js';

/** Health as Cloud Map reports it; UNKNOWN means that the service has no health check, and counts as healthy. */
export type InstanceHealth = 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN';

/**
 * Names of the instance attributes that Isthmus reads. Sources: Cloud Map API reference, RegisterInstance; ECS developer
 * guide, service discovery; for the last group aws-cloud-map-mcs-controller-for-k8s, pkg/model/types.go.
 */
export const ATTRIBUTES = {
  ipv4: 'AWS_INSTANCE_IPV4',
  ipv6: 'AWS_INSTANCE_IPV6',
  cname: 'AWS_INSTANCE_CNAME',
  alias: 'AWS_ALIAS_DNS_NAME',
  ec2InstanceId: 'AWS_EC2_INSTANCE_ID',
  port: 'AWS_INSTANCE_PORT',
  zone: 'AVAILABILITY_ZONE',
  endpointPortName: 'ENDPOINT_PORT_NAME',
  endpointProtocol: 'ENDPOINT_PROTOCOL',
  servicePort: 'SERVICE_PORT',
  servicePortName: 'SERVICE_PORT_NAME',
  serviceTargetPort: 'SERVICE_TARGET_PORT',
  serviceProtocol: 'SERVICE_PROTOCOL',
  ready: 'READY',
} as const;

/** One registered instance of a service. */
export interface Instance {
  /** InstanceId, unique inside its service. */
  readonly id: string;
  readonly health: InstanceHealth;
  readonly attributes: Attributes;
}

/** One namespace, as ListNamespaces gives it. */
export interface NamespaceRecord {
  readonly id: string;
  readonly arn: string;
  /** Name as people write it; may be reused after a deletion. */
  readonly name: string;
  /** Name that the data plane wants; differs from `name` where the name was reused. */
  readonly httpName: string;
  readonly partition: string;
  readonly region: string;
  readonly ownerAccount: string;
  /** True when another account shared it with the reader (ResourceOwner OTHER_ACCOUNTS). */
  readonly isShared: boolean;
}

/** One service with the namespace it lives in. */
export interface ServiceRecord {
  readonly key: ComponentKey;
  readonly identity: ComponentIdentity;
  readonly namespaceName: string;
  readonly httpName: string;
  readonly serviceName: string;
  /** CreateDate; 0 when it is only known from an object that does not tell. */
  readonly createdAtMs: number;
  readonly isShared: boolean;
}

/** One service as ListServices gives it: without its namespace. */
export interface ServiceSummary {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly createdAtMs: number;
}

/** What DiscoverInstances answered for one service. */
export interface InstancesAnswer {
  readonly instances: readonly Instance[];
  /** InstancesRevision: grows with each registration and deregistration, not with health. */
  readonly revision: number;
}
