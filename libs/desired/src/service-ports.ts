import type { PortProtocol, RouteTarget, ServicePort } from '@isthmus/model';
import type { Candidate } from './candidates.js';
import type { NamedPort } from './named-ports.js';
import { namedServicePorts } from './named-ports.js';
import { FIRST_DYNAMIC_PORT, agreedProtocol, protocolOf } from './port-protocol.js';

/** What of a candidate says where it serves. */
export type PortsOfCandidate = Pick<Candidate, 'port' | 'servicePort' | 'protocol' | 'ports'>;

/**
 * The service ports of a host:
 *
 * | instances | ports |
 * |---|---|
 * | all name their ports | one for each name (`named-ports.ts`) |
 * | some name their ports | the published ones if there are any, else one for each name |
 * | none gives a port | the route's `ports` |
 * | all are on one port below 32768 | that port |
 * | otherwise (ECS dynamic ports, a rollout from one port to another) | the published port if there is one, else the route's first |
 *
 * SERVICE_PORT stands for the instance's own port where it is given. A route's `servicePort` wins over everything.
 */
export function servicePorts(
  candidates: readonly PortsOfCandidate[],
  to: RouteTarget,
  published: readonly ServicePort[] | undefined,
): readonly ServicePort[] {
  const { named, agreed, given } = sayingsOf(candidates);
  if (to.servicePort !== 'auto') return [portOf(to.servicePort, agreed, to)];
  if (named.length === 0) return unnamedServicePorts({ agreed, given }, to, published);
  if (named.length < candidates.length && published !== undefined) return published;
  return namedServicePorts(named, to, published ?? []);
}

/** What the candidates say together. */
interface Sayings {
  /** Names of ports, of each that has any. */
  readonly named: readonly (readonly NamedPort[])[];
  readonly agreed: PortProtocol | undefined;
  /** Numbers under which callers should reach them; undefined: one does not say. */
  readonly given: ReadonlySet<number | undefined>;
}

function sayingsOf(candidates: readonly PortsOfCandidate[]): Sayings {
  return {
    named: candidates.filter(({ ports }) => ports.length > 0).map(({ ports }) => ports),
    agreed: agreedProtocol(candidates.map(({ protocol }) => protocol)),
    given: new Set(candidates.map(({ port, servicePort }) => servicePort ?? port)),
  };
}

function unnamedServicePorts(
  { agreed, given }: Pick<Sayings, 'agreed' | 'given'>,
  to: RouteTarget,
  published: readonly ServicePort[] | undefined,
): readonly ServicePort[] {
  const [only] = given;
  if (given.size === 0) return published ?? to.ports;
  if (given.size === 1 && only === undefined) return to.ports;
  if (given.size === 1 && only !== undefined && only < FIRST_DYNAMIC_PORT) return [portOf(only, agreed, to)];
  return published ?? to.ports.slice(0, 1);
}

/** A port without a registered name, with the name and protocol that its number, instances and route suggest. */
function portOf(number: number, agreed: PortProtocol | undefined, to: RouteTarget): ServicePort {
  const configured = to.ports.find((port) => port.number === number);
  const isSaid = agreed !== undefined || to.protocol !== 'auto';
  if (configured !== undefined && !isSaid) return configured;
  const protocol = protocolOf({ number, name: undefined, agreed }, to);
  return { name: portName(number, protocol), number, ...(protocol === undefined ? {} : { protocol }) };
}

function portName(number: number, protocol: PortProtocol | undefined): string {
  if (protocol === 'HTTP') return 'http';
  if (protocol === 'HTTPS') return 'https';
  return protocol === undefined ? `port-${number}` : `${protocol.toLowerCase()}-${number}`;
}

/**
 * Where each service port is served at one address. Every service port is named, because an endpoint that lacks a
 * name still gets that port's traffic, on the service port's number. Source: istio.io, WorkloadEntry `ports`.
 *
 * A port of the candidate is found by its name, else by the number under which callers should reach it; one that fits
 * none serves the first.
 */
export function endpointPorts(ports: readonly ServicePort[], candidate: PortsOfCandidate): Record<string, number> {
  if (candidate.ports.length === 0 && candidate.servicePort === undefined) return portsWithFirst(ports, candidate.port);
  const own = portsAt(ports, candidate);
  if (own.size === 0) return portsWithFirst(ports, candidate.ports[0]?.number ?? candidate.port);
  return Object.fromEntries(ports.map(({ name, number }) => [name, own.get(name) ?? number]));
}

function portsWithFirst(ports: readonly ServicePort[], first: number | undefined): Record<string, number> {
  return Object.fromEntries(ports.map(({ name, number }, index) => [name, index === 0 ? (first ?? number) : number]));
}

function portsAt(
  ports: readonly ServicePort[],
  { port, servicePort, ports: named }: PortsOfCandidate,
): ReadonlyMap<string, number> {
  const own = new Map<string, number>();
  for (const { name, number } of ports) {
    const fitting =
      named.find((one) => one.name === name) ?? named.find((one) => (one.servicePort ?? one.number) === number);
    if (fitting !== undefined) own.set(name, fitting.number);
    else if (named.length === 0 && port !== undefined && servicePort === number) own.set(name, port);
  }
  return own;
}

/** Whether two lists of service ports are the same in number, name, protocol and order. */
export function samePorts(a: readonly ServicePort[], b: readonly ServicePort[]): boolean {
  return (
    a.length === b.length &&
    a.every((port, i) => port.number === b[i]?.number && port.name === b[i]?.name && port.protocol === b[i]?.protocol)
  );
}
