import type { Endpoint, ServicePort } from '@isthmus/model';
import type { Candidate } from './candidates.js';
import { endpointPorts } from './service-ports.js';

/** The service ports of a host, and where each endpoint serves them: port name → number at its address. */
export interface PortScheme {
  readonly ports: readonly ServicePort[];
  readonly ofCandidate: (candidate: Candidate) => Readonly<Record<string, number>>;
  readonly ofLive: (endpoint: Endpoint) => Readonly<Record<string, number>>;
  /** Equal for schemes that give every candidate the same ports; undefined: no other scheme is known to. */
  readonly id: string | undefined;
}

/** Every endpoint carries exactly the names of the service ports: one it lacked would be served all the same, others Istio refuses. */
export function everyPort(ports: readonly ServicePort[]): PortScheme {
  const made = new Map<number | undefined, Readonly<Record<string, number>>>();
  return {
    ports,
    ofCandidate: (candidate) => {
      if (candidate.ports.length > 0 || candidate.servicePort !== undefined) return endpointPorts(ports, candidate);
      const known = made.get(candidate.port) ?? endpointPorts(ports, candidate);
      made.set(candidate.port, known);
      return known;
    },
    ofLive: (endpoint) => {
      const own = new Map(Object.entries(endpoint.ports ?? {}));
      return Object.fromEntries(ports.map(({ name, number }) => [name, own.get(name) ?? number]));
    },
    id: ports.map(({ name, number }) => `${name}=${number}`).join(' '),
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
