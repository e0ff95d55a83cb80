import type { PortProtocol, RouteTarget, ServicePort } from '@isthmus/model';
import type { Candidate } from './candidates.js';

/** From here on Linux hands out ephemeral ports, which ECS uses for dynamic host ports. */
const FIRST_DYNAMIC_PORT = 32_768;

const HTTP_PORTS = new Set([80, 8080]);
const HTTPS_PORTS = new Set([443, 8443]);
/** Databases and brokers whose servers speak first or are no HTTP: Istio must not wait for their first bytes. */
const TCP_PORTS = new Set([1433, 1521, 2181, 3306, 4222, 5432, 5671, 5672, 6379, 9042, 9092, 9094, 11211, 27017]);

/**
 * The service ports of a host whose instances name their ports by number only:
 *
 * | instances | ports |
 * |---|---|
 * | none names a port | the route's `ports` |
 * | all on one port below 32768 | that port |
 * | otherwise (ECS dynamic ports, a rollout from one port to another) | the published port if there is one, else the route's first |
 *
 * A route's `servicePort` wins over all three.
 */
export function servicePorts(
  candidates: readonly Candidate[],
  to: RouteTarget,
  published: readonly ServicePort[] | undefined,
): readonly ServicePort[] {
  if (to.servicePort !== 'auto') return [portOf(to.servicePort, to)];
  const given = new Set(candidates.map(({ port }) => port));
  const [only] = given;
  if (given.size === 0) return published ?? to.ports;
  if (given.size === 1 && only === undefined) return to.ports;
  if (given.size === 1 && only !== undefined && only < FIRST_DYNAMIC_PORT) return [portOf(only, to)];
  return published ?? to.ports.slice(0, 1);
}

/** A port with the name and protocol that its number and route suggest; without a protocol Istio detects it. */
function portOf(number: number, to: RouteTarget): ServicePort {
  const configured = to.ports.find((port) => port.number === number);
  if (configured !== undefined && to.protocol === 'auto') return configured;
  const protocol = to.protocol === 'auto' ? wellKnown(number) : to.protocol;
  return { number, name: portName(number, protocol), ...(protocol === undefined ? {} : { protocol }) };
}

function wellKnown(number: number): PortProtocol | undefined {
  if (HTTP_PORTS.has(number)) return 'HTTP';
  if (HTTPS_PORTS.has(number)) return 'HTTPS';
  return TCP_PORTS.has(number) ? 'TCP' : undefined;
}

function portName(number: number, protocol: PortProtocol | undefined): string {
  if (protocol === 'HTTP') return 'http';
  if (protocol === 'HTTPS') return 'https';
  return protocol === undefined ? `port-${number}` : `${protocol.toLowerCase()}-${number}`;
}

/**
 * Where each service port is served at one address. Every service port is named, because an endpoint that lacks a
 * name still gets that port's traffic, on the service port's number. Source: istio.io, WorkloadEntry `ports`.
 */
export function endpointPorts(ports: readonly ServicePort[], instancePort: number | undefined): Record<string, number> {
  return Object.fromEntries(
    ports.map(({ name, number }, index) => [name, index === 0 ? (instancePort ?? number) : number]),
  );
}

/** Whether two lists of service ports are the same in number, name, protocol and order. */
export function samePorts(a: readonly ServicePort[], b: readonly ServicePort[]): boolean {
  return (
    a.length === b.length &&
    a.every((port, i) => port.number === b[i]?.number && port.name === b[i]?.name && port.protocol === b[i]?.protocol)
  );
}
