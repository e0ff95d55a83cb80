import { CloudMapError } from './cloud-map-error.js';
import { discoverInstances, discoverInstancesRevision } from './discover.js';
import { requiredText } from './input.js';
import {
  deregisterInstance,
  getInstancesHealthStatus,
  listInstances,
  registerInstance,
  updateInstanceCustomHealthStatus,
} from './instances.js';
import * as namespaces from './namespaces.js';
import type { Operation } from './operation.js';
import { createService, deleteService, getService, listServices } from './services.js';
import { epochSeconds } from './shapes.js';

/** The two halves of Cloud Map: `data` discovers by name, `control` does everything else. */
export type Plane = 'control' | 'data';

const getOperation: Operation = ({ state, caller }, input) => {
  const id = requiredText(input, 'OperationId');
  const operation = state.operation(caller, id);
  if (operation === undefined) throw new CloudMapError('OperationNotFound', `No operation with id ${id}`);
  const date = epochSeconds(operation.atMs);
  return {
    Operation: {
      CreateDate: date,
      Id: id,
      OwnerAccount: operation.account,
      Status: 'SUCCESS',
      Targets: operation.targets,
      Type: operation.type,
      UpdateDate: date,
    },
  };
};

const OPERATIONS = {
  CreateHttpNamespace: namespaces.createHttpNamespace,
  CreatePrivateDnsNamespace: namespaces.createPrivateDnsNamespace,
  CreatePublicDnsNamespace: namespaces.createPublicDnsNamespace,
  CreateService: createService,
  DeleteNamespace: namespaces.deleteNamespace,
  DeleteService: deleteService,
  DeregisterInstance: deregisterInstance,
  DiscoverInstances: discoverInstances,
  DiscoverInstancesRevision: discoverInstancesRevision,
  GetInstancesHealthStatus: getInstancesHealthStatus,
  GetNamespace: namespaces.getNamespace,
  GetOperation: getOperation,
  GetService: getService,
  ListInstances: listInstances,
  ListNamespaces: namespaces.listNamespaces,
  ListServices: listServices,
  RegisterInstance: registerInstance,
  UpdateInstanceCustomHealthStatus: updateInstanceCustomHealthStatus,
} as const satisfies Record<string, Operation>;

/** An action of the Cloud Map API that is emulated. */
export type CloudMapOperation = keyof typeof OPERATIONS;

/** Names of the emulated actions. */
export const CLOUD_MAP_OPERATIONS = Object.keys(OPERATIONS) as readonly CloudMapOperation[];

/** What runs an action; nothing for actions that are not emulated. */
export function operationNamed(name: string): Operation | undefined {
  const known = CLOUD_MAP_OPERATIONS.find((operation) => operation === name);
  return known === undefined ? undefined : OPERATIONS[known];
}

/** The plane that an action belongs to. Source: host prefix `data-` in the Cloud Map service model. */
export function planeOf(operation: string): Plane {
  return operation === 'DiscoverInstances' || operation === 'DiscoverInstancesRevision' ? 'data' : 'control';
}

/** True for actions that answer page by page. */
export function isPaged(operation: string): boolean {
  return operation.startsWith('List') || operation === 'GetInstancesHealthStatus';
}
