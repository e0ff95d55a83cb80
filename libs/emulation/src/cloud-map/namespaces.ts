import { CloudMapError } from './cloud-map-error.js';
import type { CloudMapState } from './cloud-map-state.js';
import { passes, readFilters } from './filters.js';
import type { Filter } from './filters.js';
import { arnOf } from './identity.js';
import type { Caller } from './identity.js';
import { invalid, optionalText, requiredText } from './input.js';
import type { JsonObject } from './input.js';
import type { Operation, OperationContext } from './operation.js';
import { pageOf } from './paging.js';
import type { CloudMapQuotas } from './quotas.js';
import type { NamespaceRecord, NamespaceType } from './records.js';
import { namespaceDetail, namespaceSummary, resourceOwner } from './shapes.js';

const FILTERS = {
  TYPE: ['EQ', 'IN'],
  NAME: ['EQ', 'BEGINS_WITH'],
  HTTP_NAME: ['EQ', 'BEGINS_WITH'],
  RESOURCE_OWNER: ['EQ'],
} as const;

const NAMES: Readonly<Record<NamespaceType, RegExp>> = {
  HTTP: /^[!-~]{1,1024}$/,
  DNS_PRIVATE: /^[!-~]{1,253}$/,
  DNS_PUBLIC: /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/,
};

/** What a new namespace is made of. */
export interface NewNamespace {
  readonly name: string;
  readonly type: NamespaceType;
  readonly description?: string | undefined;
  readonly vpc?: string | undefined;
  readonly creatorRequestId?: string | undefined;
  readonly id?: string | undefined;
  readonly httpName?: string | undefined;
  readonly createdAtMs: number;
  readonly publishedAtMs: number;
}

/** ListNamespaces. */
export const listNamespaces: Operation = ({ state, caller }, input) => {
  const filters = readFilters(input, FILTERS);
  const scope = `ListNamespaces|${caller.account}|${caller.region}|${JSON.stringify(filters)}`;
  const items = state.visibleNamespaces(caller);
  const page = pageOf(input, { scope, items, keyOf: (namespace) => namespace.sequence });
  const passing = page.items.filter((namespace) => filters.every((filter) => isWanted(namespace, filter, caller)));
  return {
    Namespaces: passing.map((namespace) => namespaceSummary(namespace, state.servicesOf(namespace).length)),
    ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
  };
};

/** GetNamespace. */
export const getNamespace: Operation = ({ state, caller }, input) => {
  const namespace = state.namespace(caller, requiredText(input, 'Id'));
  return { Namespace: namespaceDetail(namespace, state.servicesOf(namespace).length) };
};

/** CreateHttpNamespace; its operation has succeeded when the answer arrives. */
export const createHttpNamespace: Operation = (context, input) => create(context, input, 'HTTP');

/** CreatePrivateDnsNamespace; its operation has succeeded when the answer arrives. */
export const createPrivateDnsNamespace: Operation = (context, input) => create(context, input, 'DNS_PRIVATE');

/** CreatePublicDnsNamespace; its operation has succeeded when the answer arrives. */
export const createPublicDnsNamespace: Operation = (context, input) => create(context, input, 'DNS_PUBLIC');

/** DeleteNamespace; its operation has succeeded when the answer arrives. */
export const deleteNamespace: Operation = ({ state, caller, nowMs }, input) => {
  const namespace = state.namespace(caller, requiredText(input, 'Id'));
  if (state.servicesOf(namespace).length > 0) {
    throw new CloudMapError('ResourceInUse', `Namespace ${namespace.id} has services`);
  }
  state.removeNamespace(namespace);
  const targets = { NAMESPACE: namespace.id };
  return { OperationId: state.addOperation(caller, { type: 'DELETE_NAMESPACE', atMs: nowMs, targets }) };
};

/** Adds a namespace to a world after the checks that hold for seeds too: name, uniqueness, HttpName. */
export function addNamespace(
  place: { readonly state: CloudMapState; readonly caller: Caller; readonly quotas: CloudMapQuotas },
  wanted: NewNamespace,
): NamespaceRecord {
  const { state, caller } = place;
  if (!NAMES[wanted.type].test(wanted.name))
    throw invalid(`${wanted.name} is not a name of a ${wanted.type} namespace`);
  const twin = state.ownNamespaces(caller).find((namespace) => isTwin(namespace, wanted));
  if (twin !== undefined) {
    throw new CloudMapError('NamespaceAlreadyExists', `Namespace ${wanted.name} exists`, { NamespaceId: twin.id });
  }
  const httpName = wanted.httpName ?? state.newHttpName(caller, wanted.name);
  const id = wanted.id ?? state.newId('ns', `${caller.account}/${caller.region}/namespace/${wanted.name}`);
  if (state.isIdTaken(caller, id)) throw invalid(`id ${id} is taken`);
  const namespace: NamespaceRecord = {
    sequence: state.nextSequence(),
    id,
    arn: arnOf(caller, 'namespace', id),
    account: caller.account,
    region: caller.region,
    name: wanted.name,
    httpName,
    type: wanted.type,
    description: wanted.description,
    vpc: wanted.vpc,
    creatorRequestId: wanted.creatorRequestId,
    createdAtMs: wanted.createdAtMs,
    publishedAtMs: wanted.publishedAtMs,
    instancesQuota: place.quotas.instancesPerNamespace,
    sharedWith: new Set(),
  };
  state.addNamespace(namespace);
  return namespace;
}

function create(context: OperationContext, input: JsonObject, type: NamespaceType): JsonObject {
  const { state, caller, nowMs, quotas } = context;
  const name = requiredText(input, 'Name');
  if (state.ownNamespaces(caller).length >= quotas.namespaces) {
    throw new CloudMapError('ResourceLimitExceeded', `More than ${quotas.namespaces} namespaces`);
  }
  const namespace = addNamespace(context, {
    name,
    type,
    description: optionalText(input, 'Description'),
    vpc: type === 'DNS_PRIVATE' ? requiredText(input, 'Vpc') : undefined,
    creatorRequestId: optionalText(input, 'CreatorRequestId'),
    createdAtMs: nowMs,
    publishedAtMs: nowMs + context.dataPlaneLagMs,
  });
  const targets = { NAMESPACE: namespace.id };
  return { OperationId: state.addOperation(caller, { type: 'CREATE_NAMESPACE', atMs: nowMs, targets }) };
}

/** Two namespaces of one name live side by side only as zones of different networks. */
function isTwin(namespace: NamespaceRecord, wanted: NewNamespace): boolean {
  const isSameName = namespace.name === wanted.name && namespace.type === wanted.type;
  return isSameName && namespace.vpc === wanted.vpc;
}

function isWanted(namespace: NamespaceRecord, filter: Filter<keyof typeof FILTERS>, caller: Caller): boolean {
  switch (filter.name) {
    case 'TYPE':
      return passes(filter, namespace.type);
    case 'NAME':
      return passes(filter, namespace.name);
    case 'HTTP_NAME':
      return passes(filter, namespace.httpName);
    case 'RESOURCE_OWNER':
      return passes(filter, resourceOwner(namespace, caller));
  }
}
