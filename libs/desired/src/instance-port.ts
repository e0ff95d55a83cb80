import type { Attributes, LeftOutReason, PortProtocol } from '@isthmus/model';
import { ATTRIBUTES, PORT_PROTOCOLS } from '@isthmus/model';

/** What an instance says about its port. */
export interface InstancePort {
  /** At the instance's own address; undefined when it names none. */
  readonly number: number | undefined;
  /** The number under which callers should reach it. */
  readonly servicePort: number | undefined;
  /** A legal port name; never without a number. */
  readonly name: string | undefined;
  /** The name as it was registered. */
  readonly givenName: string | undefined;
  readonly protocol: PortProtocol | undefined;
}

/** Istio allows 63 characters in a port name, the CRD 62 where an endpoint repeats it. Source: istio.io, ServiceEntry; its CRD. */
const MAX_NAME_LENGTH = 62;

/** What Kubernetes calls a protocol is the transport below the mesh's protocols. */
const UNROUTED = new Set(['UDP', 'SCTP']);
const PROTOCOLS: ReadonlyMap<string, PortProtocol> = new Map(
  PORT_PROTOCOLS.filter((protocol) => protocol !== 'TCP').map((protocol) => [protocol, protocol]),
);

/** Whether a port belongs to the sidecar (15000 to 15090) or the kubelet (10250): an endpoint there reaches the wrong process. */
export function isDeniedPort(port: number): boolean {
  return (port >= 15_000 && port <= 15_090) || port === 10_250;
}

/** A port in decimal digits, or why it cannot be used. */
export function parsePort(text: string): number | LeftOutReason {
  const port = /^[1-9][0-9]{0,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) return 'port-illegal';
  return isDeniedPort(port) ? 'port-denied' : port;
}

/**
 * The port of an instance, or why it cannot be used. `located` is the port that stood beside its address.
 *
 * The number is that one, else AWS_INSTANCE_PORT, else SERVICE_TARGET_PORT where it is a number; the name is
 * ENDPOINT_PORT_NAME, else SERVICE_PORT_NAME. TCP as protocol is what a Kubernetes Service says of every port that is
 * not UDP, so it says nothing about the protocol inside.
 */
export function instancePort(attributes: Attributes, located?: number): InstancePort | LeftOutReason {
  const number = located ?? numberOf(attributes);
  if (typeof number === 'string') return number;
  const servicePort = parsed(given(attributes, ATTRIBUTES.servicePort));
  if (typeof servicePort === 'string') return servicePort;
  const protocol = protocolOf(attributes);
  if (protocol === 'protocol-unsupported') return protocol;
  const at = number ?? servicePort;
  const givenName = given(attributes, ATTRIBUTES.endpointPortName) ?? given(attributes, ATTRIBUTES.servicePortName);
  if (givenName === undefined || at === undefined) {
    return { number: at, servicePort, name: undefined, givenName: undefined, protocol };
  }
  const name = legalName(givenName);
  return name === '' ? 'port-name-illegal' : { number: at, servicePort, name, givenName, protocol };
}

function numberOf(attributes: Attributes): number | undefined | LeftOutReason {
  const own = attributes.get(ATTRIBUTES.port);
  if (own !== undefined) return parsePort(own);
  const target = attributes.get(ATTRIBUTES.serviceTargetPort);
  return target !== undefined && /^[0-9]+$/.test(target) ? parsePort(target) : undefined;
}

function protocolOf(attributes: Attributes): PortProtocol | 'protocol-unsupported' | undefined {
  for (const key of [ATTRIBUTES.endpointProtocol, ATTRIBUTES.serviceProtocol]) {
    const text = given(attributes, key)?.toUpperCase();
    if (text === undefined) continue;
    if (UNROUTED.has(text)) return 'protocol-unsupported';
    const protocol = PROTOCOLS.get(text);
    if (protocol !== undefined) return protocol;
  }
  return undefined;
}

/** A DNS label from any text; empty when nothing of it can stand in one. */
function legalName(text: string): string {
  return text
    .slice(0, 1024)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_NAME_LENGTH + 1)
    .replace(/^-/, '')
    .slice(0, MAX_NAME_LENGTH)
    .replace(/-$/, '');
}

function parsed(text: string | undefined): number | undefined | LeftOutReason {
  return text === undefined ? undefined : parsePort(text);
}

/** Writers leave attributes empty that do not apply: an unnamed Kubernetes port has the name “”. */
function given(attributes: Attributes, key: string): string | undefined {
  const text = attributes.get(key);
  return text === '' ? undefined : text;
}
