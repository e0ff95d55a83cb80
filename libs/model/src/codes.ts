/**
 * What the caller does about an error.
 * `retry` back off and try again; `hold` the data is not trusted, keep the last good; `reject` no retry until the
 * input changes; `abort` leadership was lost; `fatal` the start configuration is bad.
 */
export type Disposition = 'retry' | 'hold' | 'reject' | 'abort' | 'fatal';

/** One row of the catalogue: what a code means and what an operator can do about it. */
export interface CodeEntry {
  readonly disposition: Disposition;
  /** Completes the sentence “This code says that …”. */
  readonly meaning: string;
  readonly remedy: string;
}

const row = (disposition: Disposition, meaning: string, remedy: string): CodeEntry => ({
  disposition,
  meaning,
  remedy,
});

/** Codes of reading Cloud Map. */
const SOURCE_CODES = {
  'source-unread': row(
    'hold',
    'this source was not read since the start',
    'Wait for its first poll, or look at the error of the source.',
  ),
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
const TRANSPORT_CODES = {
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

/** Codes of writing to a cluster. */
const CLUSTER_CODES = {
  unauthorized: row(
    'hold',
    'the API server refused the credential',
    'Renew the token in the kubeconfig; it is re-read every 10 s.',
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
  'circuit-open': row(
    'retry',
    'the cluster failed several times in a row and is left alone for a while',
    'Look at the error before it.',
  ),
  'kubeconfig-refused': row('reject', 'the kubeconfig is not safe or not complete', 'Write one as the message says.'),
  'kubeconfig-unreadable': row('retry', 'the kubeconfig file cannot be read', 'Check the path and its rights.'),
} as const satisfies Record<string, CodeEntry>;

/** Reasons for which something on a cluster is left as it is. */
const HOLD_CODES = {
  'foreign-owner': row(
    'hold',
    'an object of that name belongs to somebody else',
    'Rename or remove that object, or give the host another name.',
  ),
  'other-cluster': row(
    'hold',
    'the object was written for another entry of `clusters`',
    'Two entries reach one API server: give each its own namespace.',
  ),
  'host-taken': row(
    'hold',
    'a ServiceEntry of somebody else in this namespace has the same host',
    'Remove that entry, or give the host another name.',
  ),
  'istio-cloud-map-present': row(
    'hold',
    'istio-cloud-map still writes to this namespace and would delete our entries',
    'Stop it, then remove its owner references.',
  ),
  'newer-schema': row('hold', 'the object was written by a newer version', 'Upgrade this hub.'),
  terminating: row('hold', 'the object is being deleted', 'Wait for its finalizers.'),
  'brake-objects': row(
    'hold',
    'too many objects of one source would go',
    'Look at the source; approve the removals if they are meant.',
  ),
  'brake-endpoints': row(
    'hold',
    'too many endpoints of one source would go',
    'Look at the source; approve the removals if they are meant.',
  ),
  'source-empty': row(
    'hold',
    'everything of one source would go',
    'Look at the source; approve the removals if they are meant.',
  ),
  'config-removal': row(
    'hold',
    'the configuration no longer maps more than one object',
    'Approve the removals, or map them again.',
  ),
  'pending-delete': row(
    'hold',
    'it is proven gone and waits for its grace period',
    'Nothing: it leaves when the proof is given again.',
  ),
  'mode-upsert-only': row('hold', 'mode upsert-only never deletes objects', 'Delete it by hand, or set mode: sync.'),
  'waiting-for-reading': row(
    'hold',
    'a port or name would change while a part of the host is unread',
    'Wait for the source to be read again.',
  ),
  'live-not-intact': row(
    'hold',
    'the object was edited by hand, so nothing is dropped from it before every part is read',
    'Wait for the source to be read again.',
  ),
  'too-many-endpoints': row(
    'hold',
    'the host has more endpoints than one ServiceEntry may hold',
    'Map fewer regions to one host.',
  ),
} as const satisfies Record<string, CodeEntry>;

/** Reasons for which the endpoints of one component stay although no reading backs them. */
const KEEP_CODES = {
  'component-unread': row(
    'hold',
    'this service was not read since the start',
    'Nothing: it is read soon, or look at the error of the source.',
  ),
  'older-reading': row(
    'hold',
    'the object holds a newer state than this hub has read',
    'Nothing: the next reading settles it.',
  ),
  'revision-not-advanced': row(
    'hold',
    'instances are missing from an answer whose revision did not move',
    'Nothing: the next revision settles it.',
  ),
  'partial-reading': row('hold', 'only a part of the service could be read', 'Look at the error of the source.'),
  'empty-unproven': row('hold', 'the service answers empty, which is not proven yet', 'Nothing: it is read again.'),
  'absence-unproven': row(
    'hold',
    'the service is missing from the catalogue, which is not proven yet',
    'Nothing: it is looked for again.',
  ),
  'all-rejected': row(
    'hold',
    'no instance of the service is usable, so the last good endpoints stay',
    'Correct the instances; each says why it was left out.',
  ),
} as const satisfies Record<string, CodeEntry>;

/** Reasons for which an instance or a service is not in a cluster. */
const LEFT_OUT_CODES = {
  unhealthy: row('reject', 'the instance is unhealthy while others are healthy', 'Repair the instance.'),
  'no-address': row(
    'reject',
    'the instance has no IP address and no host name',
    'Register it with AWS_INSTANCE_IPV4 or another address.',
  ),
  'address-illegal': row(
    'reject',
    'the address is neither a canonical IP nor a legal host name',
    'Correct the address.',
  ),
  'address-denied': row(
    'reject',
    'the address is loopback, link-local, multicast or unspecified',
    'Register a routable address.',
  ),
  'port-illegal': row('reject', 'the port is not a number from 1 to 65535', 'Correct AWS_INSTANCE_PORT.'),
  'port-denied': row('reject', 'the port belongs to the sidecar or the kubelet', 'Move the service to another port.'),
  'mixed-resolution': row(
    'reject',
    'a host name cannot join an entry whose other endpoints are IPs',
    'Register IPs, or host names only.',
  ),
  'host-illegal': row(
    'reject',
    'the host is not a legal DNS name with at least two labels',
    'Rename the service, or set `to.host`.',
  ),
  'host-denied': row(
    'reject',
    'the host belongs to Kubernetes or to a cloud API',
    'Rename the service, or set `to.host`.',
  ),
  'host-conflict': row(
    'reject',
    'another service already has this host',
    'Give one of them another host by its route.',
  ),
  'not-mapped': row('reject', 'no route of the cluster maps the service', 'Add a route.'),
} as const satisfies Record<string, CodeEntry>;

/** Every code and reason, in one place: the same words in logs, metrics, status, lineage and docs. */
export const CODES = {
  ...SOURCE_CODES,
  ...TRANSPORT_CODES,
  ...CLUSTER_CODES,
  ...HOLD_CODES,
  ...KEEP_CODES,
  ...LEFT_OUT_CODES,
} as const satisfies Record<string, CodeEntry>;

/** A code of the catalogue. */
export type Code = keyof typeof CODES;
/** Why something on a cluster is left as it is. */
export type HoldReason = keyof typeof HOLD_CODES;
/** Why endpoints stay although no reading backs them. */
export type KeepReason = keyof typeof KEEP_CODES;
/** Why an instance or service is not in a cluster. */
export type LeftOutReason = keyof typeof LEFT_OUT_CODES;
