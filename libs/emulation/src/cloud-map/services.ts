import { CloudMapError } from './cloud-map-error.js';
import type { CloudMapState } from './cloud-map-state.js';
import { passes, readFilters } from './filters.js';
import type { Filter } from './filters.js';
import { arnOf, idOf } from './identity.js';
import type { Caller } from './identity.js';
import { invalid, isJsonObject, oneOf, optionalList, optionalObject, optionalText, requiredText } from './input.js';
import type { JsonObject } from './input.js';
import type { Operation } from './operation.js';
import { pageOf } from './paging.js';
import type { HealthCheckKind, NamespaceRecord, ServiceRecord } from './records.js';
import { resourceOwner, serviceDetail, serviceSummary } from './shapes.js';

const FILTERS = { NAMESPACE_ID: ['EQ', 'IN'], RESOURCE_OWNER: ['EQ'] } as const;
const RECORD_TYPES = ['A', 'AAAA', 'CNAME', 'SRV'] as const;
const LABEL = '(?:[a-zA-Z0-9_][a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_]|[a-zA-Z0-9])';
const NAME = new RegExp(`^(?=.{1,127}$)${LABEL}(?:\\.${LABEL})*$`);

/** What a new service is made of. */
export interface NewService {
  readonly name: string;
  readonly createdByAccount: string;
  readonly description?: string | undefined;
  readonly creatorRequestId?: string | undefined;
  readonly dnsConfig?: JsonObject | undefined;
  readonly healthCheck: HealthCheckKind;
  readonly healthCheckConfig?: JsonObject | undefined;
  /** An API-only service in a DNS namespace. */
  readonly isHttpOnly?: boolean;
  readonly id?: string | undefined;
  readonly createdAtMs: number;
  readonly publishedAtMs: number;
}

/** ListServices: filters apply to each page after it was cut. */
export const listServices: Operation = ({ state, caller }, input) => {
  const filters = readFilters(input, FILTERS);
  const scope = `ListServices|${caller.account}|${caller.region}|${JSON.stringify(filters)}`;
  const namespaces = new Map(state.visibleNamespaces(caller).map((namespace) => [namespace.id, namespace]));
  const items = state.visibleServices(caller);
  const page = pageOf(input, { scope, items, keyOf: (service) => service.sequence });
  const summaries = page.items.flatMap((service) => {
    const namespace = namespaces.get(service.namespaceId);
    if (namespace === undefined || !filters.every((filter) => isWanted(namespace, filter, caller))) return [];
    return [serviceSummary(service, namespace)];
  });
  return { Services: summaries, ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }) };
};

/** GetService: the only answer that names the namespace of a service. */
export const getService: Operation = ({ state, caller }, input) => {
  const { namespace, service } = state.service(caller, requiredText(input, 'Id'));
  return { Service: serviceDetail(service, namespace) };
};

/** CreateService; synchronous, as at AWS. */
export const createService: Operation = (context, input) => {
  const { state, caller, nowMs } = context;
  const dnsConfig = optionalObject(input, 'DnsConfig');
  const namespaceId = optionalText(input, 'NamespaceId') ?? optionalText(dnsConfig ?? {}, 'NamespaceId');
  if (namespaceId === undefined) throw invalid('NamespaceId is required');
  const namespace = state.namespace(caller, namespaceId);
  const type = optionalText(input, 'Type');
  const service = addService(state, namespace, {
    name: requiredText(input, 'Name'),
    createdByAccount: caller.account,
    description: optionalText(input, 'Description'),
    creatorRequestId: optionalText(input, 'CreatorRequestId'),
    dnsConfig: dnsConfig === undefined ? undefined : dnsConfigOf(dnsConfig),
    isHttpOnly: type !== undefined && oneOf(type, ['HTTP'], 'Type') === 'HTTP',
    ...healthCheckOf(input),
    createdAtMs: nowMs,
    publishedAtMs: nowMs + context.dataPlaneLagMs,
  });
  return { Service: serviceDetail(service, namespace) };
};

/** DeleteService: ResourceInUse while it has instances. */
export const deleteService: Operation = ({ state, caller }, input) => {
  const { namespace, service } = state.service(caller, requiredText(input, 'Id'));
  if (service.instances.size > 0) throw new CloudMapError('ResourceInUse', `Service ${service.id} has instances`);
  state.removeService(namespace, service);
  return {};
};

/** Adds a service to a namespace after the checks that hold for seeds too. */
export function addService(state: CloudMapState, namespace: NamespaceRecord, wanted: NewService): ServiceRecord {
  if (!NAME.test(wanted.name) && wanted.name !== '.') throw invalid(`${wanted.name} is not a service name`);
  rejectTwin(state, namespace, wanted.name);
  rejectUnfitConfig(namespace, wanted);
  const purpose = `${namespace.account}/${namespace.region}/service/${namespace.id}/${wanted.name}`;
  const id = wanted.id ?? state.newId('srv', purpose);
  if (state.isIdTaken(namespace, id)) throw invalid(`id ${id} is taken`);
  const service: ServiceRecord = {
    sequence: state.nextSequence(),
    id,
    arn: arnOf(namespace, 'service', id),
    namespaceId: namespace.id,
    createdByAccount: wanted.createdByAccount,
    name: wanted.name,
    type: wanted.dnsConfig === undefined ? 'HTTP' : 'DNS_HTTP',
    description: wanted.description,
    creatorRequestId: wanted.creatorRequestId,
    dnsConfig: wanted.dnsConfig,
    healthCheck: wanted.healthCheck,
    healthCheckConfig: wanted.healthCheckConfig,
    createdAtMs: wanted.createdAtMs,
    publishedAtMs: wanted.publishedAtMs,
    revision: 0,
    instances: new Map(),
    health: new Map(),
    changes: [],
  };
  state.addService(namespace, service);
  return service;
}

/** Record types of a service's DnsConfig; empty for an API-only service. */
export function recordTypesOf(service: { readonly dnsConfig: JsonObject | undefined }): readonly string[] {
  if (service.dnsConfig === undefined) return [];
  return optionalList(service.dnsConfig, 'DnsRecords').map((record) => requiredText(recordOf(record), 'Type'));
}

function recordOf(record: unknown): JsonObject {
  if (isJsonObject(record)) return record;
  throw new CloudMapError('SerializationException', 'DnsRecords must be a list of objects');
}

/** In a DNS namespace names that differ only by case collide; in an HTTP namespace only equal ones do. */
function rejectTwin(state: CloudMapState, namespace: NamespaceRecord, name: string): void {
  const isTwin = (other: string): boolean => other.toLowerCase() === name.toLowerCase();
  const exact = state.serviceNamed(namespace, name);
  const twin = namespace.type === 'HTTP' ? exact : (exact ?? state.servicesOf(namespace).find((s) => isTwin(s.name)));
  if (twin === undefined) return;
  const members = { ServiceId: twin.id, ServiceArn: twin.arn };
  throw new CloudMapError('ServiceAlreadyExists', `Service ${name} exists in namespace ${namespace.id}`, members);
}

function rejectUnfitConfig(namespace: NamespaceRecord, wanted: NewService): void {
  if (wanted.dnsConfig !== undefined && (namespace.type === 'HTTP' || wanted.isHttpOnly === true)) {
    throw invalid('DnsConfig is not for HTTP namespaces and not for services of type HTTP');
  }
  if (wanted.healthCheck === 'route53' && namespace.type === 'DNS_PRIVATE') {
    throw invalid('HealthCheckConfig is for public DNS and HTTP namespaces only');
  }
  if (wanted.healthCheck === 'route53' && recordTypesOf({ dnsConfig: wanted.dnsConfig }).includes('CNAME')) {
    throw invalid('HealthCheckConfig does not go with CNAME records');
  }
}

function dnsConfigOf(input: JsonObject): JsonObject {
  const records = optionalList(input, 'DnsRecords').map(recordOf);
  if (records.length === 0) throw invalid('DnsConfig.DnsRecords must not be empty');
  for (const record of records) oneOf(requiredText(record, 'Type'), RECORD_TYPES, 'DnsRecords.Type');
  const routing = oneOf(
    optionalText(input, 'RoutingPolicy') ?? 'MULTIVALUE',
    ['MULTIVALUE', 'WEIGHTED'],
    'RoutingPolicy',
  );
  return { DnsRecords: records, RoutingPolicy: routing };
}

function healthCheckOf(input: JsonObject): Pick<NewService, 'healthCheck' | 'healthCheckConfig'> {
  const route53 = optionalObject(input, 'HealthCheckConfig');
  const custom = optionalObject(input, 'HealthCheckCustomConfig');
  if (route53 !== undefined && custom !== undefined) {
    throw invalid('HealthCheckConfig and HealthCheckCustomConfig exclude each other');
  }
  if (route53 !== undefined) return { healthCheck: 'route53', healthCheckConfig: route53 };
  return { healthCheck: custom === undefined ? 'none' : 'custom' };
}

function isWanted(namespace: NamespaceRecord, filter: Filter<keyof typeof FILTERS>, caller: Caller): boolean {
  switch (filter.name) {
    case 'NAMESPACE_ID':
      return filter.values.some((value) => value === namespace.arn || idOf(value) === namespace.id);
    case 'RESOURCE_OWNER':
      return passes(filter, resourceOwner(namespace, caller));
  }
}
