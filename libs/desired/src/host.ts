import type { Host, LeftOutReason, Result, RouteTarget, ServiceRecord } from '@isthmus/model';
import { err, matchesAny, ok } from '@isthmus/model';
import { isIP } from 'node:net';

/** Why a service cannot have the host that its route asks for. */
export interface HostRefusal {
  readonly reason: LeftOutReason & ('host-illegal' | 'host-denied' | 'host-not-allowed');
  /** The text as far as it could be built. */
  readonly host: string;
  readonly detail: string;
}

const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * Suffixes that a mesh or a cloud owns: an entry for one of them would take over traffic that is not ours.
 * A host is refused when it equals a suffix or ends with a dot and the suffix.
 */
const DENIED_SUFFIXES = [
  'cluster.local',
  'svc',
  'localhost',
  'amazonaws.com',
  'amazonaws.com.cn',
  'api.aws',
  'googleapis.com',
  'metadata.google.internal',
  'windows.net',
  'azure.com',
  'azure.cn',
  'microsoftonline.com',
];

/** What of a route decides about hosts. */
export type HostPolicy = Pick<RouteTarget, 'host' | 'hostSuffixes' | 'allowHosts'>;

/** The host of a service by a route's template (`{service}.{namespace}`), lower case, legal and allowed, or why not. */
export function hostOf(policy: HostPolicy, service: ServiceRecord): Result<Host, HostRefusal> {
  const host = filledIn(policy.host, service);
  const illegal = illegality(host);
  if (illegal !== undefined) return err({ reason: 'host-illegal', host: printable(host), detail: illegal });
  const owner = ownerOf(host);
  if (owner !== undefined && !isAllowed(policy, host)) {
    return err({ reason: 'host-denied', host, detail: `“${owner}” belongs to Kubernetes or to a cloud` });
  }
  if (!hasSuffix(policy, host)) {
    return err({ reason: 'host-not-allowed', host, detail: `it ends in none of ${policy.hostSuffixes.join(', ')}` });
  }
  return ok(host as Host);
}

/** One pass: a name that looks like a placeholder is not read as one. */
function filledIn(template: string, service: ServiceRecord): string {
  const values: Readonly<Record<string, string>> = {
    service: service.serviceName,
    namespace: service.namespaceName,
    region: service.identity.region,
    account: service.identity.ownerAccount,
  };
  return template
    .replace(/\{(service|namespace|region|account)\}/g, (_, placeholder: string) => values[placeholder] ?? '')
    .toLowerCase()
    .replace(/\.$/, '');
}

/** Who owns the host in every mesh or cloud; undefined: nobody. */
function ownerOf(host: string): string | undefined {
  return DENIED_SUFFIXES.find((suffix) => endsIn(host, suffix)) ?? (host.includes('.svc.') ? '.svc.' : undefined);
}

function isAllowed({ allowHosts }: HostPolicy, host: string): boolean {
  return matchesAny(allowHosts, host);
}

/** Suffixes count at label boundaries: `shop.internal` takes `a.shop.internal` and not `a.myshop.internal`. */
function hasSuffix({ hostSuffixes }: HostPolicy, host: string): boolean {
  if (hostSuffixes.length === 0) return true;
  return hostSuffixes.some((suffix) => endsIn(host, suffix.toLowerCase().replace(/^\.|\.$/g, '')));
}

function endsIn(host: string, suffix: string): boolean {
  return host === suffix || host.endsWith(`.${suffix}`);
}

/** Istio's rule for hosts, without wildcards. Source: istio.io, ServiceEntry; RFC 1123. */
function illegality(host: string): string | undefined {
  if (host.length > 253) return 'it is longer than 253 characters';
  if (isIP(host) !== 0) return 'it is an IP address';
  const labels = host.split('.');
  if (labels.length < 2) return 'it has a single label';
  const wrong = labels.find((label) => !LABEL.test(label));
  if (wrong !== undefined) return `“${printable(wrong)}” is not a DNS label`;
  return /^[0-9]+$/.test(labels.at(-1) ?? '') ? 'its last label is a number' : undefined;
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 300);
}

/** Whether a text is a legal DNS name, for CNAMEs and aliases: a trailing dot is allowed. */
export function isDnsName(text: string): boolean {
  const name = text.toLowerCase().replace(/\.$/, '');
  return illegality(name) === undefined;
}
