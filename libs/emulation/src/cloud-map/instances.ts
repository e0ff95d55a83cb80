import { attributeProblems, storedAttributes } from './attributes.js';
import type { AttributeDemand } from './attributes.js';
import { CloudMapError } from './cloud-map-error.js';
import { healthAt, updateHealth } from './health.js';
import { invalid, oneOf, optionalTextList, optionalTexts, requiredText } from './input.js';
import { deregister, register } from './membership.js';
import type { Registration } from './membership.js';
import type { Operation, OperationContext } from './operation.js';
import { pageOf } from './paging.js';
import type { InstanceRecord, NamespaceRecord, ServiceRecord } from './records.js';
import { recordTypesOf } from './services.js';
import { instanceSummary } from './shapes.js';

const INSTANCE_ID = /^[0-9a-zA-Z_/:.@-]{1,64}$/;

/** ListInstances: membership from the control plane, without health. */
export const listInstances: Operation = ({ state, caller }, input) => {
  const { service } = state.service(caller, requiredText(input, 'ServiceId'));
  const items = [...service.instances.values()];
  const page = pageOf(input, { scope: `ListInstances|${service.id}`, items, keyOf: ({ sequence }) => sequence });
  return {
    Instances: page.items.map(instanceSummary),
    ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
  };
};

/** GetInstancesHealthStatus: UNKNOWN for every instance of a service without a health check. */
export const getInstancesHealthStatus: Operation = ({ state, caller, nowMs }, input) => {
  const { service } = state.service(caller, requiredText(input, 'ServiceId'));
  const asked = optionalTextList(input, 'Instances');
  for (const id of asked) requireInstance(service, id);
  const items = [...service.instances.values()].filter(({ id }) => asked.length === 0 || asked.includes(id));
  const scope = `GetInstancesHealthStatus|${service.id}|${asked.join(',')}`;
  const page = pageOf(input, { scope, items, keyOf: ({ sequence }) => sequence });
  const statuses = page.items.map(({ id }) => [id, healthAt(service, id, nowMs)]);
  return {
    Status: Object.fromEntries(statuses),
    ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
  };
};

/** RegisterInstance: adds, or replaces the instance of the same id; its operation has succeeded when the answer arrives. */
export const registerInstance: Operation = (context, input) => {
  const { state, caller, nowMs } = context;
  const { namespace, service } = state.service(caller, requiredText(input, 'ServiceId'));
  const id = requiredText(input, 'InstanceId');
  if (!service.instances.has(id)) rejectBeyondQuota(context, namespace, service);
  addInstance(
    { namespace, service },
    { id, attributes: optionalTexts(input, 'Attributes'), createdByAccount: caller.account },
    { nowMs, repeated: context.repeatedRegistration },
  );
  const targets = { INSTANCE: id, SERVICE: service.id };
  return { OperationId: state.addOperation(caller, { type: 'REGISTER_INSTANCE', atMs: nowMs, targets }) };
};

/** DeregisterInstance; its operation has succeeded when the answer arrives. */
export const deregisterInstance: Operation = ({ state, caller, nowMs }, input) => {
  const { service } = state.service(caller, requiredText(input, 'ServiceId'));
  const id = requiredText(input, 'InstanceId');
  requireInstance(service, id);
  deregister(service, id, nowMs);
  const targets = { INSTANCE: id, SERVICE: service.id };
  return { OperationId: state.addOperation(caller, { type: 'DEREGISTER_INSTANCE', atMs: nowMs, targets }) };
};

/** UpdateInstanceCustomHealthStatus: takes effect after 30 s. */
export const updateInstanceCustomHealthStatus: Operation = ({ state, caller, nowMs }, input) => {
  const { service } = state.service(caller, requiredText(input, 'ServiceId'));
  const id = requiredText(input, 'InstanceId');
  const status = oneOf(requiredText(input, 'Status'), ['HEALTHY', 'UNHEALTHY'], 'Status');
  requireInstance(service, id);
  if (service.healthCheck !== 'custom') {
    throw new CloudMapError('CustomHealthNotFound', `Service ${service.id} has no HealthCheckCustomConfig`);
  }
  updateHealth(service, id, { status, nowMs });
  return {};
};

/** Registers an instance after the checks that hold for seeds too. */
export function addInstance(
  place: { readonly namespace: NamespaceRecord; readonly service: ServiceRecord },
  instance: Registration,
  change: Parameters<typeof register>[2],
): void {
  if (!INSTANCE_ID.test(instance.id)) throw invalid(`${instance.id} is not an instance id`);
  const problems = attributeProblems(instance.attributes, demandOf(place.namespace, place.service));
  if (problems.length > 0) throw invalid(problems.join('; '));
  register(place.service, { ...instance, attributes: storedAttributes(instance.attributes) }, change);
}

/** The instance with this id; InstanceNotFound when the service has none. */
export function requireInstance(service: ServiceRecord, id: string): InstanceRecord {
  const instance = service.instances.get(id);
  if (instance !== undefined) return instance;
  throw new CloudMapError('InstanceNotFound', `No instance with id ${id} in service ${service.id}`);
}

function demandOf(namespace: NamespaceRecord, service: ServiceRecord): AttributeDemand {
  const hasRoute53Check = service.healthCheck === 'route53';
  return { recordTypes: recordTypesOf(service), hasRoute53Check, namespaceType: namespace.type };
}

function rejectBeyondQuota(context: OperationContext, namespace: NamespaceRecord, service: ServiceRecord): void {
  const most = context.quotas.instancesPerService;
  if (service.instances.size >= most) {
    throw new CloudMapError('ResourceLimitExceeded', `Service ${service.id} has ${most} instances`);
  }
  const count = context.state.servicesOf(namespace).reduce((sum, { instances }) => sum + instances.size, 0);
  if (count >= namespace.instancesQuota) {
    throw new CloudMapError('ResourceLimitExceeded', `Namespace ${namespace.id} has ${count} instances`);
  }
}
