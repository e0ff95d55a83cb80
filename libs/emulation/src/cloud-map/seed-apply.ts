import { CloudMapError } from './cloud-map-error.js';
import type { Caller } from './identity.js';
import { addInstance } from './instances.js';
import { hasSameAttributes } from './membership.js';
import { addNamespace } from './namespaces.js';
import type { OperationContext } from './operation.js';
import { CloudMapProblems } from './problems.js';
import type { NamespaceRecord, ServiceRecord } from './records.js';
import type { CloudMapSeed, InstanceSeed, NamespaceSeed, ServiceSeed } from './seed.js';
import { addService } from './services.js';

/** What a seed is applied to. */
export type SeedContext = Omit<OperationContext, 'caller' | 'revisionsBack'>;

/**
 * Adds what a seed names to what is there: namespaces and services by name, instances by id; nothing is taken away, and an instance
 * with equal attributes is left alone. What is seeded is on both planes at once. Quotas that AWS raises on request are raised as far as
 * the seed needs. Throws CloudMapProblems with the place of the first value that Cloud Map refuses; what came before it stays.
 */
export function applySeed(context: SeedContext, seed: CloudMapSeed): void {
  for (const { account, region, namespaces } of seed.regions) {
    const caller = { account, region };
    context.state.addWorld(caller);
    for (const namespace of namespaces) applyNamespace(context, caller, namespace);
  }
}

function applyNamespace(context: SeedContext, caller: Caller, seed: NamespaceSeed): void {
  const existing = context.state.ownNamespaces(caller).find(({ name }) => name === seed.name);
  const namespace = existing ?? at(seed.place, () => newNamespace(context, caller, seed));
  if (seed.sharedWith !== undefined) namespace.sharedWith = new Set(seed.sharedWith);
  for (const service of seed.services) applyService(context, namespace, service);
  const count = context.state.servicesOf(namespace).reduce((sum, { instances }) => sum + instances.size, 0);
  if (count >= namespace.instancesQuota) namespace.instancesQuota = count + context.quotas.instancesPerNamespace;
}

function newNamespace(context: SeedContext, caller: Caller, seed: NamespaceSeed): NamespaceRecord {
  return addNamespace(
    { ...context, caller },
    { ...seed, createdAtMs: seed.createdAtMs ?? context.nowMs, publishedAtMs: Number.NEGATIVE_INFINITY },
  );
}

function applyService(context: SeedContext, namespace: NamespaceRecord, seed: ServiceSeed): void {
  const existing = context.state.serviceNamed(namespace, seed.name);
  const service = existing ?? at(seed.place, () => newService(context, namespace, seed));
  for (const instance of seed.instances) {
    at(instance.place, () => {
      applyInstance(context, { namespace, service }, instance);
    });
  }
  service.changes.length = 0;
}

function newService(context: SeedContext, namespace: NamespaceRecord, seed: ServiceSeed): ServiceRecord {
  const records = seed.recordTypes.map((Type) => ({ Type, TTL: 60 }));
  return addService(context.state, namespace, {
    name: seed.name,
    createdByAccount: namespace.account,
    description: seed.description,
    dnsConfig: records.length === 0 ? undefined : { DnsRecords: records, RoutingPolicy: 'MULTIVALUE' },
    healthCheck: seed.healthCheck,
    healthCheckConfig: seed.healthCheck === 'route53' ? { FailureThreshold: 1, Type: 'TCP' } : undefined,
    id: seed.id,
    createdAtMs: seed.createdAtMs ?? context.nowMs,
    publishedAtMs: Number.NEGATIVE_INFINITY,
  });
}

function applyInstance(
  context: SeedContext,
  place: { readonly namespace: NamespaceRecord; readonly service: ServiceRecord },
  seed: InstanceSeed,
): void {
  const { service } = place;
  const instance = { id: seed.id, attributes: seed.attributes, createdByAccount: place.namespace.account };
  const before = service.instances.get(seed.id);
  const most = context.quotas.instancesPerService;
  if (before === undefined && service.instances.size >= most) {
    throw new CloudMapError('ResourceLimitExceeded', `Service ${service.name} has ${most} instances`);
  }
  if (before === undefined || !hasSameAttributes(before, instance)) {
    addInstance(place, instance, { nowMs: context.nowMs, repeated: context.repeatedRegistration });
  }
  if (seed.health === undefined) return;
  if (service.healthCheck === 'none')
    throw new CloudMapError('InvalidInput', 'health needs a service with a health check');
  service.health.set(seed.id, { status: seed.health });
}

function at<Value>(place: string, apply: () => Value): Value {
  try {
    return apply();
  } catch (error) {
    if (error instanceof CloudMapError) throw new CloudMapProblems('The seed', [{ place, message: error.message }]);
    throw error;
  }
}
