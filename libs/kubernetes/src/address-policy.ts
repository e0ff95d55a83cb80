import type { LookupAddress, LookupOptions } from 'node:dns';
import { lookup as dnsLookup } from 'node:dns';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Ranges where no API server is and where secrets of the hub's own machine may be. */
const REFUSED_RANGES: ReadonlySet<string> = new Set(['linkLocal', 'unspecified', 'multicast', 'broadcast']);

/** Metadata services outside the link-local range: AWS over IPv6, Alibaba Cloud, Azure's host. */
const METADATA_ADDRESSES: ReadonlySet<string> = new Set(['fd00:ec2::254', '100.100.100.200', '168.63.129.16']);

/** Names of metadata services. */
const METADATA_NAMES: ReadonlySet<string> = new Set(['metadata.google.internal', 'metadata', 'instance-data']);

/**
 * Why an API server may not be at this host (a name or an IP literal without brackets); undefined when it may.
 * Loopback literals and `localhost` are allowed, because the kubeconfigs of kind, minikube and the emulator point there.
 */
export function refusedHost(host: string): string | undefined {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (METADATA_NAMES.has(name)) return 'it names a metadata service';
  return isIP(name) === 0 ? undefined : refusedAddress(name);
}

/** Resolves names as the system does, and fails on an address that no API server may have. */
export function guardedLookup(
  hostname: string,
  options: LookupOptions,
  callback: (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void,
): void {
  dnsLookup(hostname, options, (error, resolved, family) => {
    const addresses = typeof resolved === 'string' ? [resolved] : (resolved ?? []).map(({ address }) => address);
    const refused = error ? undefined : addresses.find((address) => refusedResolution(hostname, address) !== undefined);
    if (refused === undefined) callback(error, resolved, family);
    else callback(new AddressRefused(hostname), []);
  });
}

/** Why a name may not resolve to this address: as a literal, and no name but `localhost` may mean loopback. */
export function refusedResolution(hostname: string, address: string): string | undefined {
  const refusal = refusedAddress(address);
  if (refusal !== undefined) return refusal;
  const isLoopback = ipaddr.process(address).range() === 'loopback';
  return isLoopback && hostname.toLowerCase() !== 'localhost' ? 'the name resolves to loopback' : undefined;
}

/** The name resolved to an address where no API server may be. */
export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED';

  constructor(hostname: string) {
    super(`${hostname} resolves to an address that is not allowed for an API server`);
    this.name = 'AddressRefused';
  }
}

function refusedAddress(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return 'it is not an address';
  const parsed = ipaddr.process(address);
  if (METADATA_ADDRESSES.has(parsed.toString())) return 'it is the address of a metadata service';
  const range = parsed.range();
  return REFUSED_RANGES.has(range) ? `it is a ${range} address` : undefined;
}
