import type { Caller } from './identity.js';
import type { JsonObject } from './input.js';
import type { InstanceRecord, NamespaceRecord, ServiceRecord } from './records.js';

/** A time as JSON 1.1 carries it: seconds since the epoch, with a fraction. */
export function epochSeconds(atMs: number): number {
  return atMs / 1000;
}

/** NamespaceSummary, as ListNamespaces answers it. */
export function namespaceSummary(namespace: NamespaceRecord, serviceCount: number): JsonObject {
  const isDns = namespace.type !== 'HTTP';
  return {
    Arn: namespace.arn,
    CreateDate: epochSeconds(namespace.createdAtMs),
    ...(namespace.description === undefined ? {} : { Description: namespace.description }),
    Id: namespace.id,
    Name: namespace.name,
    Properties: {
      ...(isDns
        ? { DnsProperties: { HostedZoneId: `Z${namespace.id.slice(3).toUpperCase()}`, SOA: { TTL: 15 } } }
        : {}),
      HttpProperties: { HttpName: namespace.httpName },
    },
    ResourceOwner: namespace.account,
    ServiceCount: serviceCount,
    Type: namespace.type,
  };
}

/** Namespace, as GetNamespace answers it. */
export function namespaceDetail(namespace: NamespaceRecord, serviceCount: number): JsonObject {
  return { ...namespaceSummary(namespace, serviceCount), ...creator(namespace) };
}

/** ServiceSummary, as ListServices answers it: without NamespaceId. */
export function serviceSummary(service: ServiceRecord, namespace: NamespaceRecord): JsonObject {
  return {
    Arn: service.arn,
    CreateDate: epochSeconds(service.createdAtMs),
    CreatedByAccount: service.createdByAccount,
    ...(service.description === undefined ? {} : { Description: service.description }),
    ...(service.dnsConfig === undefined ? {} : { DnsConfig: service.dnsConfig }),
    ...healthCheckOf(service),
    Id: service.id,
    InstanceCount: service.instances.size,
    Name: service.name,
    ResourceOwner: namespace.account,
    Type: service.type,
  };
}

/** Service, as GetService answers it. */
export function serviceDetail(service: ServiceRecord, namespace: NamespaceRecord): JsonObject {
  return { ...serviceSummary(service, namespace), ...creator(service), NamespaceId: namespace.id };
}

/** InstanceSummary, as ListInstances answers it: without health. */
export function instanceSummary(instance: InstanceRecord): JsonObject {
  return { Attributes: instance.attributes, CreatedByAccount: instance.createdByAccount, Id: instance.id };
}

/** RESOURCE_OWNER of a namespace, from the caller's point of view. */
export function resourceOwner(namespace: NamespaceRecord, caller: Caller): 'SELF' | 'OTHER_ACCOUNTS' {
  return namespace.account === caller.account ? 'SELF' : 'OTHER_ACCOUNTS';
}

function creator(record: { readonly creatorRequestId: string | undefined }): JsonObject {
  return record.creatorRequestId === undefined ? {} : { CreatorRequestId: record.creatorRequestId };
}

function healthCheckOf(service: ServiceRecord): JsonObject {
  switch (service.healthCheck) {
    case 'none':
      return {};
    case 'custom':
      return { HealthCheckCustomConfig: { FailureThreshold: 1 } };
    case 'route53':
      return { HealthCheckConfig: service.healthCheckConfig ?? {} };
  }
}
