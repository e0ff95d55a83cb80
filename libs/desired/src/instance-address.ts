import type { Attributes, LeftOutReason } from '@isthmus/model';
import { ATTRIBUTES } from '@isthmus/model';
import ipaddr from 'ipaddr.js';
import { isDnsName } from './host.js';

/** Where an instance can be reached. */
export interface InstanceAddress {
  readonly kind: 'ip' | 'name';
  readonly address: string;
}

/** What ipaddr.js calls the ranges that must never be an endpoint: they mean the proxy itself, or the cloud's metadata service. */
const DENIED_RANGES = new Set([
  'unspecified',
  'broadcast',
  'multicast',
  'linkLocal',
  'loopback',
  'ipv4Mapped',
  'rfc6145',
  'rfc6052',
  '6to4',
  'teredo',
]);
const AWS_METADATA_V6 = 'fd00:ec2::254';

/** The address of an instance: IPv4, else IPv6, CNAME, alias; or why it has none that may be used. */
export function instanceAddress(attributes: Attributes): InstanceAddress | LeftOutReason {
  const ip = attributes.get(ATTRIBUTES.ipv4) ?? attributes.get(ATTRIBUTES.ipv6);
  if (ip !== undefined) return ipAddress(ip);
  const name = attributes.get(ATTRIBUTES.cname) ?? attributes.get(ATTRIBUTES.alias);
  if (name === undefined) return 'no-address';
  // A host name attribute may hold an IP: it is judged as one, so that it cannot pass as a name.
  if (ipaddr.isValid(name)) return ipAddress(name);
  return isDnsName(name) ? { kind: 'name', address: name.toLowerCase().replace(/\.$/, '') } : 'address-illegal';
}

/** Canonical notation only: octal, hexadecimal, short and padded forms mean different things to different readers. */
function ipAddress(text: string): InstanceAddress | LeftOutReason {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) {
    const parsed = ipaddr.IPv4.parse(text);
    if (parsed.toString() !== text) return 'address-illegal';
    return DENIED_RANGES.has(parsed.range()) || text.startsWith('0.')
      ? 'address-denied'
      : { kind: 'ip', address: text };
  }
  if (!ipaddr.IPv6.isValid(text) || text.includes('%') || text.includes('.')) {
    return ipaddr.IPv6.isValid(text) ? 'address-denied' : 'address-illegal';
  }
  const parsed = ipaddr.IPv6.parse(text);
  const address = parsed.toString();
  return DENIED_RANGES.has(parsed.range()) || address === AWS_METADATA_V6 ? 'address-denied' : { kind: 'ip', address };
}
