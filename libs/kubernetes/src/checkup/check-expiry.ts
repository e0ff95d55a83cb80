import type { Check } from '@isthmus/model';
import { broken, fine, warned } from '@isthmus/model';
import type { Kubeconfig } from '../kubeconfig/kubeconfig.js';
import { credentialExpiryMs } from '../tokens/credential-expiry.js';

const DAY_MS = 86_400_000;
/** A credential that ends sooner is warned of, as the alert IsthmusCredentialExpiring does. */
const SOON_MS = 7 * DAY_MS;

/** Whether the credential that stands in a kubeconfig ends soon, as far as it says so itself. */
export function checkExpiry(cluster: string, kubeconfig: Kubeconfig, nowMs: number): Check {
  const endMs = credentialExpiryMs(kubeconfig);
  if (endMs === undefined) return fine('expiry', 'the credential does not say that it ends');
  const date = new Date(endMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const fix = [
    'Make one that does not end, put it into the Secret of the cluster, and try it, all before the old one goes:',
    `  isthmus cluster add ${cluster} --context CONTEXT_OF_THE_CLUSTER --hub-context CONTEXT_OF_THE_HUB`,
    'It is safe to run again. On EKS, AKS and GKE `auth` of the cluster lets the hub make its own tokens instead.',
  ].join('\n');
  if (endMs <= nowMs) return broken('expiry', `the credential ended at ${date}`, fix);
  const message = `the credential ends at ${date}, in ${lengthOf(endMs - nowMs)}`;
  return endMs - nowMs < SOON_MS ? warned('expiry', message, fix) : fine('expiry', message);
}

function lengthOf(ms: number): string {
  const [count, unit] = ms < 2 * DAY_MS ? [Math.floor((ms / DAY_MS) * 24), 'hour'] : [Math.floor(ms / DAY_MS), 'day'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
