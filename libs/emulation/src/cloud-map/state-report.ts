import type { CloudMapState } from './cloud-map-state.js';
import { healthAt } from './health.js';
import type { HealthStatus, ServiceRecord } from './records.js';

/** The whole state of a model for a person or a test to look at, in order of creation. */
export interface CloudMapReport {
  readonly nowMs: number;
  readonly namespaces: readonly NamespaceReport[];
}

/** One namespace with all that is in it. */
export interface NamespaceReport {
  readonly account: string;
  readonly region: string;
  readonly id: string;
  readonly name: string;
  readonly httpName: string;
  readonly type: string;
  readonly sharedWith: readonly string[];
  readonly services: readonly ServiceReport[];
}

/** One service with its instances. */
export interface ServiceReport {
  readonly id: string;
  readonly name: string;
  readonly revision: number;
  readonly instances: readonly {
    readonly id: string;
    readonly health: HealthStatus;
    readonly attributes: Readonly<Record<string, string>>;
  }[];
}

/** Reports what the control plane knows at a time. */
export function reportState(state: CloudMapState, nowMs: number): CloudMapReport {
  const namespaces = state.allNamespaces().map((namespace): NamespaceReport => ({
    account: namespace.account,
    region: namespace.region,
    id: namespace.id,
    name: namespace.name,
    httpName: namespace.httpName,
    type: namespace.type,
    sharedWith: [...namespace.sharedWith],
    services: state.servicesOf(namespace).map((service) => reportService(service, nowMs)),
  }));
  return { nowMs, namespaces };
}

function reportService(service: ServiceRecord, nowMs: number): ServiceReport {
  const instances = [...service.instances.values()].map(({ id, attributes }) => ({
    id,
    health: healthAt(service, id, nowMs),
    attributes,
  }));
  return { id: service.id, name: service.name, revision: service.revision, instances };
}
