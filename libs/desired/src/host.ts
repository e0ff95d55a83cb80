import type { Host, LeftOutReason, Result, ServiceRecord } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import { isIP } from 'node:net';

/** Why a service cannot have the host that its route asks for. */
export interface HostRefusal {
  readonly reason: LeftOutReason & ('host-illegal' | 'host-denied');
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

/** The host of a service by a route's template (`{service}.{namespace}`), lower case and legal, or why not. */
export function hostOf(template: string, service: ServiceRecord): Result<Host, HostRefusal> {
  const values: Readonly<Record<string, string>> = {
    service: service.serviceName,
    namespace: service.namespaceName,
    region: service.identity.region,
    account: service.identity.ownerAccount,
  };
  // One pass: a name that looks like a placeholder is not read as one.
  const host = template
    .replace(/\{(service|namespace|region|account)\}/g, (_, placeholder: string) => values[placeholder] ?? '')
    .toLowerCase()
    .replace(/\.$/, '');
  const illegal = illegality(host);
  if (illegal !== undefined) return err({ reason: 'host-illegal', host: printable(host), detail: illegal });
  const owner = DENIED_SUFFIXES.find((suffix) => host === suffix || host.endsWith(`.${suffix}`));
  if (owner !== undefined || host.includes('.svc.')) {
    return err({ reason: 'host-denied', host, detail: `“${owner ?? '.svc.'}” belongs to Kubernetes or to a cloud` });
  }
  return ok(host as Host);
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
