import type { Endpoint, ServicePort } from '@isthmus/model';
import { compareText } from '@isthmus/model';
import { isIPv4 } from 'node:net';
import type { Candidate } from './candidates.js';
import type { LiveHost } from './live-host.js';
import type { PortScheme } from './port-scheme.js';
import type { Gathered } from './resolution.js';

/** What istio-cloud-map gives an instance without a port. */
const DEFAULT_PORTS = [80, 443];

/**
 * The ports of istio-cloud-map: every number that an instance serves is a service port, named by the number, and an
 * endpoint names its own only. Two numbers would both be named `tcp`, which Istio refuses: then each is `tcp-<number>`.
 * Source: github.com/tetratelabs/istio-cloud-map, pkg/infer.
 */
export function presetPorts({ contributions, strays }: Gathered, published: readonly ServicePort[]): PortScheme {
  const numbers = new Set([
    ...contributions.flatMap(({ fresh, kept }) => [...fresh.flatMap(numbersOf), ...kept.flatMap(numbersOfLive)]),
    ...strays.flatMap(numbersOfLive),
  ]);
  const sorted = [...numbers].toSorted((a, b) => a - b);
  const others = sorted.filter((number) => number !== 80 && number !== 443);
  const ports = sorted.map((number) => portOf(number, others.length > 1));
  const nameOf = new Map(ports.map(({ number, name }) => [number, name]));
  const named = (of: readonly number[]): Record<string, number> =>
    Object.fromEntries(of.map((number) => [nameOf.get(number) ?? '', number]));
  return {
    ports: ports.length === 0 ? published : ports,
    ofCandidate: (candidate) => named(numbersOf(candidate)),
    ofLive: (endpoint) => named(numbersOfLive(endpoint)),
    id: undefined,
  };
}

/** `addresses` of istio-cloud-map: the first IP. It stays while that endpoint does, because a change is a full push. */
export function presetAddresses(
  endpoints: readonly Endpoint[],
  live: LiveHost | undefined,
): readonly string[] | undefined {
  const ips = new Set(endpoints.map(({ address }) => address).filter((address) => isIPv4(address)));
  const [published] = live?.addresses ?? [];
  if (published !== undefined && ips.has(published)) return [published];
  const [first] = [...ips].toSorted(compareText);
  return first === undefined ? undefined : [first];
}

function numbersOf({ port }: Candidate): readonly number[] {
  return port === undefined ? DEFAULT_PORTS : [port];
}

function numbersOfLive({ ports }: Endpoint): readonly number[] {
  return ports === undefined ? DEFAULT_PORTS : Object.values(ports);
}

function portOf(number: number, isOneOfMany: boolean): ServicePort {
  if (number === 80) return { name: 'http', number, protocol: 'HTTP' };
  if (number === 443) return { name: 'https', number, protocol: 'HTTPS' };
  return { name: isOneOfMany ? `tcp-${number}` : 'tcp', number, protocol: 'TCP' };
}
