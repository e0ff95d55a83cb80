import type { LeftOutReason, PortProtocol, RouteTarget, ServicePort } from '@isthmus/model';
import { compareText } from '@isthmus/model';
import type { InstancePort } from './instance-port.js';
import { FIRST_DYNAMIC_PORT, agreedProtocol, protocolOf } from './port-protocol.js';

/** A port that an address serves under a name. */
export interface NamedPort {
  readonly name: string;
  /** At the address. */
  readonly number: number;
  /** The number under which callers should reach it; undefined: the writer does not say. */
  readonly servicePort: number | undefined;
  readonly protocol: PortProtocol | undefined;
}

/** Every endpoint repeats every port name, and the CRD allows this many there. */
const MAX_NAMES = 128;

/**
 * What the instances of one address serve together, one list per instance: aws-cloud-map-mcs-controller registers a pod
 * once per port. Where a name stands for several numbers of one address (tasks on one host), the first instance of each
 * name goes with the first of the others, by number.
 */
export function shareNames(ports: readonly InstancePort[]): readonly (readonly NamedPort[])[] {
  const byName = new Map<string, readonly NamedPort[]>();
  for (const port of ports) {
    const named = namedPort(port);
    const known = named === undefined ? [] : (byName.get(named.name) ?? []);
    if (named === undefined || known.some(({ number }) => number === named.number)) continue;
    byName.set(
      named.name,
      [...known, named].toSorted((a, b) => a.number - b.number),
    );
  }
  const lists = [...byName].toSorted(([a], [b]) => compareText(a, b)).map(([, list]) => list);
  return ports.map(({ name, number }) => {
    const rank = byName.get(name ?? '')?.findIndex((port) => port.number === number) ?? -1;
    return rank < 0 ? [] : lists.flatMap((list) => list[Math.min(rank, list.length - 1)] ?? []);
  });
}

/** Why the port names of one address cannot stand beside each other. */
export function conflictAt(ports: readonly InstancePort[]): LeftOutReason | undefined {
  const given = new Map<string, InstancePort>();
  const nameOf = new Map<number | undefined, string>();
  for (const port of ports) {
    const { name, number, servicePort } = port;
    if (name === undefined) continue;
    const same = given.get(name);
    if (same !== undefined && same.givenName !== port.givenName && same.number !== number) return 'port-conflict';
    if ((nameOf.get(servicePort ?? number) ?? name) !== name) return 'port-conflict';
    given.set(name, port);
    nameOf.set(servicePort ?? number, name);
  }
  return given.size > MAX_NAMES ? 'too-many-ports' : undefined;
}

/** Whether a service has more port names than an endpoint can repeat. */
export function hasTooManyNames(ports: readonly InstancePort[]): boolean {
  return new Set(ports.flatMap(({ name }) => name ?? [])).size > MAX_NAMES;
}

/**
 * The service ports of instances that name theirs. The number of a name is, in this order:
 *
 * | number | when |
 * |---|---|
 * | SERVICE_PORT | all that give one agree; else the published one of those given, else the lowest |
 * | the instances' own | all agree on one below 32768 |
 * | the published one | the name is published |
 * | the route's | it has a port of that name; else its first port, if free |
 * | the lowest of the instances' own | |
 *
 * Two names for one number (a port that is being renamed) give one port under the published name, else the lower.
 */
export function namedServicePorts(
  named: readonly (readonly NamedPort[])[],
  to: RouteTarget,
  published: readonly ServicePort[],
): readonly ServicePort[] {
  const byName = new Map<string, NamedPort[]>();
  for (const port of named.flat()) byName.set(port.name, [...(byName.get(port.name) ?? []), port]);
  const publishedOf = new Map(published.map((port) => [port.name, port]));
  const wanted = [...byName]
    .map(([name, ports]) => ({ name, ports, live: publishedOf.get(name) }))
    .map((one) => ({ ...one, number: agreedNumber(one.ports, one.live) }))
    .toSorted(
      (a, b) =>
        Number(a.number === undefined) - Number(b.number === undefined) ||
        Number(b.live !== undefined) - Number(a.live !== undefined) ||
        compareText(a.name, b.name),
    );
  const chosen = new Map<number, ServicePort>();
  for (const { name, ports, live, number } of wanted) {
    const options = number === undefined ? numbersFor(name, { ports, live, to }) : [number];
    const free = options.find((option) => !chosen.has(option));
    if (free === undefined) continue;
    const protocol = protocolOf({ number: free, name, agreed: agreedProtocol(ports.map((port) => port.protocol)) }, to);
    chosen.set(free, { name, number: free, ...(protocol === undefined ? {} : { protocol }) });
  }
  return [...chosen.values()].toSorted((a, b) => a.number - b.number);
}

function agreedNumber(ports: readonly NamedPort[], live: ServicePort | undefined): number | undefined {
  const asked = new Set(ports.flatMap(({ servicePort }) => servicePort ?? []));
  if (asked.size > 0) return live !== undefined && asked.has(live.number) ? live.number : Math.min(...asked);
  const [own, ...others] = new Set(ports.map(({ number }) => number));
  return own !== undefined && others.length === 0 && own < FIRST_DYNAMIC_PORT ? own : undefined;
}

function numbersFor(
  name: string,
  from: { readonly ports: readonly NamedPort[]; readonly live: ServicePort | undefined; readonly to: RouteTarget },
): readonly number[] {
  const { ports, live, to } = from;
  const ofRoute = to.ports.find((port) => port.name === name) ?? to.ports[0];
  const own = ports.map(({ number }) => number).toSorted((a, b) => a - b);
  return [live?.number ?? [], ofRoute?.number ?? [], own].flat();
}

function namedPort({ name, number, servicePort, protocol }: InstancePort): NamedPort | undefined {
  return name === undefined || number === undefined ? undefined : { name, number, servicePort, protocol };
}
