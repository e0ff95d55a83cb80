import type { PortProtocol, RouteTarget } from '@isthmus/model';
import { PORT_PROTOCOLS } from '@isthmus/model';

/** From here on Linux hands out ephemeral ports, which ECS uses for dynamic host ports. */
export const FIRST_DYNAMIC_PORT = 32_768;

const HTTP_PORTS = new Set([80, 8080]);
const HTTPS_PORTS = new Set([443, 8443]);
/** Databases and brokers whose servers speak first or are no HTTP: Istio must not wait for their first bytes. */
const TCP_PORTS = new Set([1433, 1521, 2181, 3306, 4222, 5432, 5671, 5672, 6379, 9042, 9092, 9094, 11211, 27017]);

/** Longest first, so that `grpc-web-api` is not read as `grpc`. */
const BY_LENGTH = PORT_PROTOCOLS.toSorted((a, b) => b.length - a.length);

/** What is known of a service port beside the route. */
export interface PortFacts {
  readonly number: number;
  /** As it was registered; undefined: the instances name none. */
  readonly name: string | undefined;
  /** What its instances say of its protocol; undefined: they do not agree, or say nothing. */
  readonly agreed: PortProtocol | undefined;
}

/**
 * The protocol of a service port: what its instances say if they agree, else the route's (`protocol`, or its port of
 * that name), else what a registered name says (`<protocol>` or `<protocol>-<suffix>`: istio.io, “Protocol Selection”),
 * else that of a well-known number; undefined: Istio detects it.
 */
export function protocolOf({ number, name, agreed }: PortFacts, to: RouteTarget): PortProtocol | undefined {
  if (agreed !== undefined) return agreed;
  if (to.protocol !== 'auto') return to.protocol;
  if (name === undefined) return wellKnown(number);
  return to.ports.find((port) => port.name === name)?.protocol ?? protocolInName(name) ?? wellKnown(number);
}

/** What all instances say of their protocol; undefined when one says nothing or another thing. */
export function agreedProtocol(given: readonly (PortProtocol | undefined)[]): PortProtocol | undefined {
  const [first, ...others] = new Set(given);
  return others.length === 0 ? first : undefined;
}

function wellKnown(number: number): PortProtocol | undefined {
  if (HTTP_PORTS.has(number)) return 'HTTP';
  if (HTTPS_PORTS.has(number)) return 'HTTPS';
  return TCP_PORTS.has(number) ? 'TCP' : undefined;
}

function protocolInName(name: string): PortProtocol | undefined {
  return BY_LENGTH.find((protocol) => {
    const prefix = protocol.toLowerCase();
    return name === prefix || name.startsWith(`${prefix}-`);
  });
}
