import type { CodeEntry } from './code-entry.js';
import { row } from './code-entry.js';

/** Reasons for which the endpoints of one component stay although no reading backs them. */
export const KEEP_CODES = {
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
  unshared: row(
    'hold',
    'the namespace is no longer shared with the account that reads it, which does not say whether the service still exists',
    'Share it again, or remove its route; a source of the owner account can prove that it is gone.',
  ),
  'successor-unread': row(
    'hold',
    'the service was created anew, and the instances of the new one are not known yet',
    'Nothing: the new one takes its place with its first complete reading.',
  ),
  'store-away': row(
    'hold',
    'the store is away while this replica leads without it, and nothing is removed before it is back',
    'Bring Redis back; what was proven meanwhile leaves then.',
  ),
} as const satisfies Record<string, CodeEntry>;

/** Reasons for which an instance or a service is not in a cluster. */
export const LEFT_OUT_CODES = {
  unhealthy: row('reject', 'the instance is unhealthy while others are healthy', 'Repair the instance.'),
  'instance-not-ready': row(
    'reject',
    'the instance says READY=false while others are healthy',
    'Nothing: it returns when its pod is ready.',
  ),
  filtered: row(
    'reject',
    'the attributes of the instance are not those that the route’s `where` asks for',
    'Change `where`, or the attributes.',
  ),
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
  'address-unresolved': row(
    'reject',
    'the instance is registered by its EC2 instance id, and Cloud Map answers no address for it',
    'Check that the EC2 instance exists, or register its IP.',
  ),
  'address-arn': row(
    'reject',
    'the address is an ARN, and what it names cannot be reached as a host',
    'Register the host name of its endpoint.',
  ),
  'address-scheme': row(
    'reject',
    'the address is a URL of a scheme that is not served by host and port',
    'Register an http, https, ws, wss, grpc, tcp or tls URL, or a host name.',
  ),
  'address-denied': row(
    'reject',
    'the address is loopback, link-local, multicast or unspecified',
    'Register a routable address.',
  ),
  'address-not-allowed': row(
    'reject',
    'the address lies in `deniedCidrs`, or not in `allowedCidrs`, in which no host name lies',
    'Register another address, or change the lists of the cluster.',
  ),
  'port-illegal': row(
    'reject',
    'the port is not a number from 1 to 65535',
    'Correct AWS_INSTANCE_PORT, SERVICE_PORT, or the port in the address.',
  ),
  'port-denied': row('reject', 'the port belongs to the sidecar or the kubelet', 'Move the service to another port.'),
  'port-name-illegal': row(
    'reject',
    'nothing of the port’s name is left in a legal one',
    'Correct ENDPOINT_PORT_NAME: letters, digits and dashes.',
  ),
  'port-conflict': row(
    'reject',
    'two port names of the service stand for one port, or become one legal name',
    'Correct the port names or numbers of its instances.',
  ),
  'too-many-ports': row('reject', 'the service names more ports than an endpoint may carry', 'Name at most 128 ports.'),
  'protocol-unsupported': row(
    'reject',
    'Istio does not route the protocol of the port',
    'Nothing: UDP and SCTP do not pass the mesh.',
  ),
  'label-illegal': row(
    'reject',
    'the value of the attribute is not a legal label value, so the endpoint lacks the label',
    'Use at most 63 letters, digits, “-”, “_” and “.”, with a letter or digit at both ends.',
  ),
  'static-only': row(
    'reject',
    'the route asks for STATIC, which takes IPs only',
    'Register an IP, or set `resolution: auto`.',
  ),
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
  'host-not-allowed': row(
    'reject',
    'the host ends in none of the suffixes that the route allows',
    'Add the suffix to `hostSuffixes`, or set `to.host`.',
  ),
  'host-conflict': row(
    'reject',
    'another service already has this host',
    'Give one of them another host by its route.',
  ),
  'not-mapped': row('reject', 'no route of the cluster maps the service', 'Add a route.'),
} as const satisfies Record<string, CodeEntry>;
