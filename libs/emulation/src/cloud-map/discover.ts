import { CloudMapError } from './cloud-map-error.js';
import { healthAt } from './health.js';
import { maxResults, oneOf, optionalText, optionalTexts, requiredText } from './input.js';
import type { JsonObject } from './input.js';
import { viewOf } from './membership.js';
import type { MembershipView } from './membership.js';
import type { Operation, OperationContext } from './operation.js';
import type { HealthStatus, InstanceRecord, NamespaceRecord, ServiceRecord } from './records.js';

const HEALTH_FILTERS = ['HEALTHY', 'UNHEALTHY', 'ALL', 'HEALTHY_OR_ELSE_ALL'] as const;
type HealthFilter = (typeof HEALTH_FILTERS)[number];

/** An instance with the health that it has now. */
interface Candidate {
  readonly instance: InstanceRecord;
  readonly health: HealthStatus;
}

/**
 * DiscoverInstances: at most MaxResults instances (100 unless the request says more, 1000 at most), in random order, without paging.
 * AWS does not document which health filter holds when a request names none; here it is ALL.
 */
export const discoverInstances: Operation = (context, input) => {
  const { namespace, service, view } = discover(context, input);
  const most = maxResults(input, { absent: 100, most: 1000 });
  const filter = oneOf(optionalText(input, 'HealthStatus') ?? 'ALL', HEALTH_FILTERS, 'HealthStatus');
  const matching = matchingInstances(view.instances, input);
  const candidates = matching.map((instance) => ({ instance, health: healthAt(service, instance.id, context.nowMs) }));
  const wanted = service.healthCheck === 'none' ? candidates : byHealth(candidates, filter);
  return {
    Instances: shuffled(wanted, context.random)
      .slice(0, most)
      .map(({ instance, health }) => ({
        Attributes: instance.attributes,
        HealthStatus: health,
        InstanceId: instance.id,
        NamespaceName: namespace.httpName,
        ServiceName: service.name,
      })),
    InstancesRevision: view.revision,
  };
};

/** DiscoverInstancesRevision: the revision that DiscoverInstances would answer with. */
export const discoverInstancesRevision: Operation = (context, input) => ({
  InstancesRevision: discover(context, input).view.revision,
});

/** A list in an order drawn from `random` (Fisher–Yates). */
export function shuffled<Item>(items: readonly Item[], random: () => number): readonly Item[] {
  const left = [...items];
  const drawn: Item[] = [];
  while (left.length > 0) {
    const place = Math.floor(random() * left.length);
    const last = left.pop();
    if (last === undefined) break;
    if (place === left.length) drawn.push(last);
    else drawn.push(...left.splice(place, 1, last));
  }
  return drawn;
}

function discover(
  context: OperationContext,
  input: JsonObject,
): { namespace: NamespaceRecord; service: ServiceRecord; view: MembershipView } {
  const namespace = namespaceByHttpName(context, input);
  const name = requiredText(input, 'ServiceName');
  const service = context.state.serviceNamed(namespace, name);
  if (service === undefined || context.nowMs < service.publishedAtMs) {
    throw new CloudMapError('ServiceNotFound', `No service named ${name} in namespace ${namespace.httpName}`);
  }
  const notAfterMs = context.nowMs - context.dataPlaneLagMs;
  const view = viewOf(service, { revisionsBack: context.revisionsBack, notAfterMs });
  return { namespace, service, view };
}

/** A shared namespace is found under its owner's account only; without OwnerAccount the caller's own are searched. */
function namespaceByHttpName(context: OperationContext, input: JsonObject): NamespaceRecord {
  const { state, caller, nowMs } = context;
  const name = requiredText(input, 'NamespaceName');
  const owner = optionalText(input, 'OwnerAccount') ?? caller.account;
  const found = state
    .visibleNamespaces(caller)
    .find((namespace) => namespace.httpName === name && namespace.account === owner);
  if (found !== undefined && nowMs >= found.publishedAtMs) return found;
  throw new CloudMapError('NamespaceNotFound', `No namespace named ${name}`);
}

/** QueryParameters must all match; OptionalParameters apply only if something matches them. */
function matchingInstances(instances: readonly InstanceRecord[], input: JsonObject): readonly InstanceRecord[] {
  const required = Object.entries(optionalTexts(input, 'QueryParameters'));
  const optional = Object.entries(optionalTexts(input, 'OptionalParameters'));
  const having = (pairs: readonly [string, string][]) => (instance: InstanceRecord) =>
    pairs.every(([key, value]) => instance.attributes[key] === value);
  const matching = instances.filter(having(required));
  const preferred = matching.filter(having(optional));
  return preferred.length > 0 ? preferred : matching;
}

function byHealth(candidates: readonly Candidate[], filter: HealthFilter): readonly Candidate[] {
  const healthy = candidates.filter(({ health }) => health === 'HEALTHY');
  switch (filter) {
    case 'ALL':
      return candidates;
    case 'HEALTHY':
      return healthy;
    case 'UNHEALTHY':
      return candidates.filter(({ health }) => health === 'UNHEALTHY');
    case 'HEALTHY_OR_ELSE_ALL':
      return healthy.length > 0 ? healthy : candidates;
  }
}
