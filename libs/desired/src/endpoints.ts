import type { ComponentRecord, Endpoint, Lineage, ServicePort } from '@isthmus/model';
import { canonicalJson, compareText } from '@isthmus/model';
import type { Contribution, Resolved } from './resolution.js';
import { endpointPorts } from './service-ports.js';

/** The endpoints of an entry, sorted by component, with the records from which their owners can be read back. */
export interface Assembled {
  readonly endpoints: readonly Endpoint[];
  readonly components: readonly ComponentRecord[];
  readonly lineage: readonly Lineage[];
}

/**
 * Puts the contributions together. An address with the same ports that several components name is one endpoint with
 * several owners: it stands with the first of them, and the others point at it, so that it goes when all drop it.
 */
export function assembleEndpoints(resolved: Resolved, ports: readonly ServicePort[]): Assembled {
  const endpoints: Endpoint[] = [];
  const indexOf = new Map<string, number>();
  const components: ComponentRecord[] = [];
  const lineage: Lineage[] = [...resolved.leftOut];
  resolved.parts.forEach((part, position) => {
    const strays = position === 0 ? resolved.strays : [];
    const start = endpoints.length;
    const also: number[] = [];
    for (const [id, endpoint] of sortedEndpoints(part, strays, ports)) {
      const index = indexOf.get(id);
      if (index === undefined) indexOf.set(id, endpoints.push(endpoint) - 1);
      else if (index < start) also.push(index);
    }
    if (part.record !== undefined) {
      components.push({ ...part.record, endpoints: endpoints.length - start, also: also.toSorted((a, b) => a - b) });
    }
    lineage.push(...lineageOf(part));
  });
  return { endpoints, components, lineage };
}

function sortedEndpoints(
  part: Contribution,
  strays: readonly Endpoint[],
  ports: readonly ServicePort[],
): readonly (readonly [string, Endpoint])[] {
  const fresh = part.fresh.map(({ address, port, locality }): Endpoint => ({
    address,
    ports: endpointPorts(ports, port),
    ...(locality === '' ? {} : { locality }),
  }));
  const byId = new Map<string, Endpoint>();
  const old = [...part.kept, ...strays].map((endpoint) => conformed(endpoint, ports));
  for (const endpoint of [...fresh.toSorted(byLocality), ...old]) {
    const id = `${endpoint.address} ${canonicalJson(endpoint.ports ?? {})}`;
    if (!byId.has(id)) byId.set(id, endpoint);
  }
  return [...byId].toSorted(([a], [b]) => compareText(a, b));
}

/** A live endpoint with exactly the names of the service ports: Istio refuses others. */
function conformed(endpoint: Endpoint, ports: readonly ServicePort[]): Endpoint {
  return {
    ...endpoint,
    ports: Object.fromEntries(ports.map(({ name, number }) => [name, endpoint.ports?.[name] ?? number])),
  };
}

/** Two instances on one address may name different zones: the smaller name wins, whatever their order. */
function byLocality(a: Endpoint, b: Endpoint): number {
  return compareText(a.locality ?? '', b.locality ?? '');
}

function lineageOf({ key, fresh, kept, keptFor }: Contribution): readonly Lineage[] {
  const placed = fresh.map(
    ({ instance, address }) => ({ kind: 'endpoint', component: key, instance, address }) as const,
  );
  if (keptFor === undefined) return placed;
  return [
    ...placed,
    ...kept.map(({ address }) => ({ kind: 'kept', component: key, address, reason: keptFor }) as const),
  ];
}
