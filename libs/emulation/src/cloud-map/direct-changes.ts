import { CloudMapError } from './cloud-map-error.js';
import type { CloudMapState } from './cloud-map-state.js';
import type { Caller } from './identity.js';
import { requireInstance } from './instances.js';
import type { NamespaceRecord, ServiceRecord } from './records.js';

/** A service by the names that people know. */
export interface ServicePlace extends Caller {
  /** Name of the namespace; its HttpName where two share the Name. */
  readonly namespace: string;
  readonly service: string;
}

/** One instance by the names that people know. */
export interface InstancePlace extends ServicePlace {
  readonly id: string;
}

/** The service at a place; NamespaceNotFound or ServiceNotFound. */
export function serviceAt(
  state: CloudMapState,
  place: ServicePlace,
): { namespace: NamespaceRecord; service: ServiceRecord } {
  const own = state.ownNamespaces(place);
  const namespace =
    own.find(({ httpName }) => httpName === place.namespace) ?? own.find(({ name }) => name === place.namespace);
  if (namespace === undefined) {
    throw new CloudMapError('NamespaceNotFound', `No namespace named ${place.namespace} in ${place.region}`);
  }
  const service = state.serviceNamed(namespace, place.service);
  if (service !== undefined) return { namespace, service };
  throw new CloudMapError('ServiceNotFound', `No service named ${place.service} in namespace ${place.namespace}`);
}

/** Sets the health of an instance at once, whatever checks it; a service without a health check has none to set. */
export function setHealthAt(state: CloudMapState, place: InstancePlace, status: 'HEALTHY' | 'UNHEALTHY'): void {
  const { service } = serviceAt(state, place);
  requireInstance(service, place.id);
  if (service.healthCheck === 'none') {
    throw new CloudMapError('CustomHealthNotFound', `Service ${place.service} has no health check`);
  }
  service.health.set(place.id, { status });
}
