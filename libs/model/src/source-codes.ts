import type { CodeEntry } from './code-entry.js';
import { row } from './code-entry.js';

/** Codes of reading Cloud Map. */
export const SOURCE_CODES = {
  throttled: row(
    'retry',
    'the other side asked us to slow down',
    'Lower the limits of the source or cluster, or ask for a higher quota.',
  ),
  'access-denied': row(
    'hold',
    'the identity of the hub may not make this call',
    'Grant the read-only Cloud Map permissions named in the message.',
  ),
  'credentials-missing': row(
    'hold',
    'no usable AWS credentials were found, or they have expired',
    'Give the hub an identity (IRSA, Pod Identity, environment) and restart it.',
  ),
  'wrong-account': row(
    'hold',
    'the answer comes from another account or region than the source names',
    'Correct `account` or the credentials of the source.',
  ),
  'service-not-found': row(
    'hold',
    'Cloud Map does not know the service on this plane',
    'Nothing, if the service is new or was just deleted.',
  ),
  'namespace-not-found': row(
    'hold',
    'Cloud Map does not know the namespace on this plane',
    'Nothing, if the namespace is new or was just deleted.',
  ),
  truncated: row(
    'hold',
    'the answer was as long as the limit and could not be confirmed',
    'Nothing: it is read again. The quota of a service is 1,000 instances.',
  ),
  'invalid-answer': row(
    'hold',
    'the answer could not be understood',
    'Look for a proxy between the hub and the other side.',
  ),
  'revision-went-back': row(
    'hold',
    'the answer is older than one that was accepted before',
    'Nothing: it is accepted after three in a row over 60 s.',
  ),
} as const satisfies Record<string, CodeEntry>;

/** Codes of talking to anything over the network. */
export const TRANSPORT_CODES = {
  timeout: row('retry', 'no answer came in time', 'Check the route to the endpoint; other sources and clusters go on.'),
  network: row('retry', 'the connection failed or was cut', 'Check DNS, routes and firewalls to the endpoint.'),
  tls: row('retry', 'the TLS handshake failed', 'Check the CA and the server name in the kubeconfig.'),
  'server-error': row(
    'retry',
    'the other side failed while answering',
    'Nothing, if it passes; else look at the logs of the other side.',
  ),
  'not-ready': row('retry', 'the other side is starting or shutting down', 'Wait.'),
  aborted: row('abort', 'the work was stopped because the hub shuts down or lost its term', 'Nothing.'),
  'internal-error': row('retry', 'the hub met a case it did not expect', 'Report it with the log line.'),
} as const satisfies Record<string, CodeEntry>;
