import type { CodeEntry } from './code-entry.js';
import { row } from './code-entry.js';

/** Codes of writing to a cluster. */
export const CLUSTER_CODES = {
  unauthorized: row(
    'hold',
    'the API server refused the credential',
    'Renew the token in the kubeconfig, which is taken up within 10 s; with auth, let the API server know the identity.',
  ),
  forbidden: row('hold', 'the credential may not do this', 'Apply the Role of deploy/rbac to the cluster.'),
  'api-missing': row('hold', 'the cluster does not serve ServiceEntry', 'Install the Istio CRDs.'),
  'namespace-missing': row('hold', 'the namespace does not exist', 'Create it.'),
  'namespace-terminating': row('hold', 'the namespace is being deleted', 'Wait, or create it again.'),
  conflict: row('retry', 'the object changed since it was read', 'Nothing: it is read and decided again.'),
  'already-exists': row('retry', 'an object of that name exists', 'Nothing: it is read and decided again.'),
  'not-found': row('retry', 'the object does not exist any more', 'Nothing: it is read and decided again.'),
  expired: row('retry', 'the position in the list is too old', 'Nothing: the list starts again.'),
  'invalid-object': row(
    'reject',
    'the API server refused the object',
    'Report it with the message; it is not sent again until it changes.',
  ),
  'too-large': row(
    'reject',
    'the object is too large for the API server',
    'Split the service, or map fewer regions to one host.',
  ),
  'webhook-failed': row(
    'retry',
    'an admission webhook did not answer',
    'Look at istiod: its validating webhook is down.',
  ),
  'higher-epoch': row(
    'retry',
    'another leader with a higher epoch has written to the cluster',
    'Nothing: a higher epoch is taken with the next renewal, and nothing is written before.',
  ),
  'absurd-epoch': row(
    'hold',
    'an object carries an epoch far above that of the lease',
    'Correct the annotation isthmus.dev/epoch of the object that the message names a value of; nothing is written before.',
  ),
  'kubeconfig-refused': row('reject', 'the kubeconfig is not safe or not complete', 'Write one as the message says.'),
  'kubeconfig-unreadable': row(
    'retry',
    'the kubeconfig cannot be read',
    'Check the path and its rights, or that the Secret is there, with its label and its key.',
  ),
  'token-unavailable': row(
    'hold',
    'no token for the cluster could be had',
    'Look at the message: it says who was asked and what is missing; it is asked again by itself.',
  ),
} as const satisfies Record<string, CodeEntry>;
