import type { Endpoint, ServicePort } from '@isthmus/model';
import type { Candidate } from './candidates.js';
import { endpointPorts } from './service-ports.js';

/** The service ports of a host, and where each endpoint serves them: port name → number at its address. */
export interface PortScheme {
  readonly ports: readonly ServicePort[];
  readonly ofCandidate: (candidate: Candidate) => Readonly<Record<string, number>>;
  readonly ofLive: (endpoint: Endpoint) => Readonly<Record<string, number>>;
}

/** Every endpoint carries exactly the names of the service ports: one it lacked would be served all the same, others Istio refuses. */
export function everyPort(ports: readonly ServicePort[]): PortScheme {
  return {
    ports,
    ofCandidate: (candidate) => endpointPorts(ports, candidate),
    ofLive: (endpoint) => {
      const own = new Map(Object.entries(endpoint.ports ?? {}));
      return Object.fromEntries(ports.map(({ name, number }) => [name, own.get(name) ?? number]));
    },
  };
}

/** What is live stays as it is, where no route says what it should be; a name that is no service port's goes, because Istio refuses it. */
export function livePorts(ports: readonly ServicePort[]): PortScheme {
  const names = new Set(ports.map(({ name }) => name));
  return {
    ...everyPort(ports),
    ofLive: (endpoint) => Object.fromEntries(Object.entries(endpoint.ports ?? {}).filter(([name]) => names.has(name))),
  };
}
