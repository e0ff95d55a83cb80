import type { Attributes, LeftOutReason } from '@isthmus/model';
import { ATTRIBUTES } from '@isthmus/model';
import ipaddr from 'ipaddr.js';
import { isArn, parseLocation } from './address-attribute.js';
import { isDnsName } from './host.js';

/** Where an instance can be reached. */
export interface InstanceAddress {
  readonly kind: 'ip' | 'name';
  readonly address: string;
  /** Given together with the address; undefined: the address alone was. */
  readonly port: number | undefined;
}

/** Four decimal numbers without leading zeros. ipaddr.js takes twenty times as long, and every instance comes by here. */
const CANONICAL_V4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/;
/** What must never be an endpoint, because it means the proxy itself or the cloud's metadata service: “this” network, loopback, link-local, multicast, broadcast. */
const DENIED_V4 = /^(?:0|127|169\.254|22[4-9]|23\d)\.|^255\.255\.255\.255$/;
/** The same of IPv6, as ipaddr.js calls it, and the ranges that lead to IPv4 addresses. */
const DENIED_V6 = new Set([
  'unspecified',
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

/**
 * The address of an instance: its `addressAttribute` if it has one, else IPv4, IPv6, CNAME, alias; or why it has none
 * that may be used.
 */
export function instanceAddress(attributes: Attributes, addressAttribute?: string): InstanceAddress | LeftOutReason {
  const own = addressAttribute === undefined ? undefined : attributes.get(addressAttribute);
  if (own !== undefined) return locatedAddress(own);
  const ip = attributes.get(ATTRIBUTES.ipv4) ?? attributes.get(ATTRIBUTES.ipv6);
  if (ip !== undefined) return ipAddress(ip);
  const name = attributes.get(ATTRIBUTES.cname) ?? attributes.get(ATTRIBUTES.alias);
  if (name !== undefined) return hostAddress(name);
  return attributes.has(ATTRIBUTES.ec2InstanceId) ? 'address-unresolved' : 'no-address';
}

function locatedAddress(text: string): InstanceAddress | LeftOutReason {
  const location = parseLocation(text);
  if (typeof location === 'string') return location;
  const found = hostAddress(location.host);
  return typeof found === 'string' ? found : { ...found, port: location.port };
}

/** A host name attribute may hold an IP: it is judged as one, so that it cannot pass as a name. */
function hostAddress(text: string): InstanceAddress | LeftOutReason {
  if (CANONICAL_V4.test(text) || ipaddr.isValid(text)) return ipAddress(text);
  if (!isDnsName(text)) return illegal(text);
  return { kind: 'name', address: text.toLowerCase().replace(/\.$/, ''), port: undefined };
}

/** Canonical notation only: octal, hexadecimal, short and padded forms mean different things to different readers. */
function ipAddress(text: string): InstanceAddress | LeftOutReason {
  if (CANONICAL_V4.test(text)) {
    return DENIED_V4.test(text) ? 'address-denied' : { kind: 'ip', address: text, port: undefined };
  }
  if (!ipaddr.IPv6.isValid(text)) return illegal(text);
  if (text.includes('%') || text.includes('.')) return 'address-denied';
  const parsed = ipaddr.IPv6.parse(text);
  const address = parsed.toString();
  const isDenied = DENIED_V6.has(parsed.range()) || address === AWS_METADATA_V6;
  return isDenied ? 'address-denied' : { kind: 'ip', address, port: undefined };
}

function illegal(text: string): LeftOutReason {
  return isArn(text) ? 'address-arn' : 'address-illegal';
}
