import type { ClusterSettings } from '@isthmus/model';
import { remembered } from '@isthmus/model';
import ipaddr from 'ipaddr.js';
import type { InstanceAddress } from './instance-address.js';

/** Whether a cluster wants an address among its endpoints. */
export type CidrPolicy = (address: InstanceAddress) => boolean;

/** Whether an IP lies in one network. */
type Network = (address: string) => boolean;

const EVERYTHING: CidrPolicy = () => true;

/**
 * The address policy of a cluster: in none of `deniedCidrs`, and in one of `allowedCidrs` if there are any.
 *
 * What a host name resolves to is known to the proxy alone, so it lies in no CIDR: an allow list leaves every name out,
 * because a name would be the way around it; a deny list lets names pass.
 */
export const cidrPolicyOf: (cluster: ClusterSettings) => CidrPolicy = remembered(compile);

function compile({ allowedCidrs, deniedCidrs }: ClusterSettings): CidrPolicy {
  if (allowedCidrs.length + deniedCidrs.length === 0) return EVERYTHING;
  const allowed = allowedCidrs.map(networkOf);
  const denied = deniedCidrs.map(networkOf);
  return ({ kind, address }) => {
    if (kind === 'name') return allowed.length === 0;
    const liesIn = (network: Network): boolean => network(address);
    return !denied.some(liesIn) && (allowed.length === 0 || allowed.some(liesIn));
  };
}

function networkOf(cidr: string): Network {
  const [network, bits] = ipaddr.parseCIDR(cidr);
  if (network instanceof ipaddr.IPv6) {
    return (address) => address.includes(':') && ipaddr.IPv6.parse(address).match(network, bits);
  }
  const shift = 2 ** (32 - bits);
  const prefix = Math.floor(numberOf(network.toString()) / shift);
  return (address) => !address.includes(':') && Math.floor(numberOf(address) / shift) === prefix;
}

/** A canonical IPv4 address as a number. */
function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
