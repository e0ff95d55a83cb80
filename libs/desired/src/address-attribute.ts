import type { LeftOutReason } from '@isthmus/model';
import ipaddr from 'ipaddr.js';
import { parsePort } from './instance-port.js';

/** A host and perhaps a port, not judged yet. */
export interface Location {
  readonly host: string;
  readonly port: number | undefined;
}

/** Schemes whose servers are reached by host and port alone, with the port that the scheme stands for. */
const SCHEMES: ReadonlyMap<string, number | undefined> = new Map([
  ['http', 80],
  ['https', 443],
  ['ws', 80],
  ['wss', 443],
  ['grpc', undefined],
  ['tcp', undefined],
  ['tls', undefined],
]);

const URL_HEAD = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i;
/** `host`, `host:port`, `[IPv6]` or `[IPv6]:port`. */
const AUTHORITY = /^(?:\[([^[\]]+)\]|([^:[\]]+))(?::([^:@]*))?$/;

/**
 * Reads the value of an `addressAttribute`: a URL, a host or host:port; IPv6 with a port stands in brackets.
 *
 * Split by hand, because the URL class would turn `0x7f.1` into `127.0.0.1`. The path of a URL is no part of where its
 * server is; user names are refused.
 */
export function parseLocation(text: string): Location | LeftOutReason {
  if (/[^\x21-\x7e]/.test(text)) return 'address-illegal';
  if (isArn(text)) return 'address-arn';
  const url = URL_HEAD.exec(text);
  if (url === null)
    return ipaddr.IPv6.isValid(text) ? { host: text, port: undefined } : parseAuthority(text, undefined);
  const [, scheme = '', authority = ''] = url;
  const name = scheme.toLowerCase();
  return SCHEMES.has(name) ? parseAuthority(authority, SCHEMES.get(name)) : 'address-scheme';
}

/** Whether a text is an ARN: the name of something in AWS, not a place in a network. */
export function isArn(text: string): boolean {
  return text.startsWith('arn:');
}

function parseAuthority(text: string, defaultPort: number | undefined): Location | LeftOutReason {
  const match = AUTHORITY.exec(text);
  if (match === null) return 'address-illegal';
  const [, bracketed, plain = '', portText] = match;
  if (bracketed !== undefined && !ipaddr.IPv6.isValid(bracketed)) return 'address-illegal';
  const port = portText === undefined ? defaultPort : parsePort(portText);
  return typeof port === 'string' ? port : { host: bracketed ?? plain, port };
}
