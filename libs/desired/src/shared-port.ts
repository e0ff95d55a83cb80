import type { ServiceEntrySpec, ServicePort } from '@isthmus/model';

/** Protocols whose traffic bears no host, by which a proxy could tell services on one port apart. */
const HOSTLESS = new Set<ServicePort['protocol']>([undefined, 'TCP', 'MONGO', 'MYSQL', 'REDIS']);

/**
 * Whether an entry without a VIP has a port that a proxy can know by its number alone: unless the mesh captures DNS, it
 * listens on that number for every host. Source: istio.io, “DNS Proxying”, on external TCP services without VIPs.
 */
export function sharesPort({ addresses = [], ports }: Pick<ServiceEntrySpec, 'addresses' | 'ports'>): boolean {
  return addresses.length === 0 && ports.some(({ protocol }) => HOSTLESS.has(protocol));
}
