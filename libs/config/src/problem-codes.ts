/** One row of the table: what a code of the configuration means and what to do about it. */
export interface ProblemCodeEntry {
  /** An `error` keeps the configuration from being used; a `warning` does not. */
  readonly severity: 'error' | 'warning';
  readonly meaning: string;
  readonly remedy: string;
}

const error = (meaning: string, remedy: string): ProblemCodeEntry => ({ severity: 'error', meaning, remedy });
const warning = (meaning: string, remedy: string): ProblemCodeEntry => ({ severity: 'warning', meaning, remedy });

/** The file as YAML and as fields. */
const FORM_CODES = {
  CFG001: error('The file is not readable YAML.', 'correct the YAML at this place'),
  CFG002: error('A field is given twice.', 'remove one of the two'),
  CFG003: error('The file is larger, deeper or more repetitive than a configuration is.', 'make the file simpler'),
  CFG004: error('A field is unknown.', 'remove it, or correct its name'),
  CFG006: error('A required field is missing.', 'add it'),
  CFG007: error('A value is of the wrong type.', 'write a value of the expected type'),
  CFG008: error('A value is not one of those that are allowed.', 'write one of the allowed values'),
  CFG009: error('A number or a list is too small or too large.', 'write a value inside the limits'),
} as const satisfies Record<string, ProblemCodeEntry>;

/** Single values. */
const VALUE_CODES = {
  CFG010: error(
    'A duration is not a whole number with a unit, more than zero and at most seven days.',
    'write it as 500ms, 5s, 10m or 1h',
  ),
  CFG011: error('A share is not a percentage from 0% to 100%.', 'write it as 20%'),
  CFG012: error(
    'A name is not a DNS label.',
    'use at most 63 lower-case letters, digits and "-", with a letter or digit at both ends',
  ),
  CFG013: error('An AWS account is not 12 digits in quotes.', 'write all 12 digits in quotes, as "111122223333"'),
  CFG014: error('A region is not an AWS region.', 'write it as us-east-1'),
  CFG015: error(
    'An endpoint is not a plain http or https URL.',
    'write scheme, host and port only, without user, query or fragment, as https://vpce-1.example.com',
  ),
  CFG016: error(
    'A glob is empty or holds blanks.',
    'write a name in which "*" stands for any characters and "?" for one',
  ),
  CFG017: error(
    'A host template is not usable.',
    'use {service} and, as needed, {namespace}, {region} and {account}, with lower-case letters, digits, "-" and "."',
  ),
  CFG018: error(
    'A port is not free for a service.',
    'choose a port from 1 to 65535 except 10250 (kubelet) and 15000 to 15090 (sidecar)',
  ),
  CFG019: error(
    'A port name is not a DNS label.',
    'use at most 63 lower-case letters, digits and "-", with a letter or digit at both ends',
  ),
  CFG021: error(
    'An exportTo list is not legal.',
    'write "*" or "~" alone, or "." and namespace names, each of them once',
  ),
  CFG022: error('A time is not an ISO time with a zone.', 'write it as 2030-01-31T18:00:00Z'),
  CFG023: error('A hash of removals is not one that status shows.', 'copy it from status'),
  CFG024: error('The apiVersion is not one that this version reads.', 'write apiVersion: isthmus.dev/v1'),
  CFG025: error('A file path is not usable.', "write a path; a relative one starts at this file's folder"),
  CFG026: error('A network is not in canonical CIDR notation.', 'write it as "10.0.0.0/8" or "fd00::/8"'),
  CFG027: error(
    'A label or its value is not legal.',
    'use a key without an istio.io, istio- or kubernetes.io prefix, and values of letters, digits, "-", "_" and "."',
  ),
  CFG028: error('The name of an instance attribute is not legal.', 'copy it from Cloud Map'),
  CFG029: error(
    'The credentials of a source do not fit together.',
    'name one of assumeRole, with the account of the source, webIdentity and static',
  ),
  CFG041: error(
    'A part of the address of Redis is not usable.',
    'write the url as redis://host:6379/0 or rediss://host:6379, without a password, which goes into passwordFile',
  ),
  CFG046: error(
    'A Secret, a key of its data or a label selector is not legal.',
    'write the name as kubectl shows it, and a selector as isthmus.dev/cluster=true',
  ),
  CFG047: error(
    'The auth of a cluster is not usable.',
    'write eks: { clusterName, region }, aks: { tenantId, clientId } or gke: {}, one of them',
  ),
  CFG048: error('The name of a Lease is not legal.', 'write it in lower case, with letters, digits, dashes and dots'),
  CFG040: error('A host suffix is not a domain.', 'write it as shop.internal, without a dot at its start'),
} as const satisfies Record<string, ProblemCodeEntry>;

/** Entries that do not fit each other. */
const CROSS_CODES = {
  CFG030: error('Two sources have the same name.', 'give each source its own name'),
  CFG031: error('Two clusters have the same name.', 'give each cluster its own name'),
  CFG032: error('The primary of a remote cannot serve it.', 'name a cluster of this file whose role is not remote'),
  CFG033: error(
    'Two clusters write to the same namespace of the same API server.',
    'remove one of them, or give it another namespace',
  ),
  CFG034: error('An approval names a cluster that is not configured.', 'name a cluster of this file'),
  CFG035: error('Two ports of a route have the same number or name.', 'give each port its own number and name'),
  CFG036: error('A source has both region and regions.', 'keep one of them'),
  CFG037: error('A source would be frozen before it is stale.', 'make frozenAfter longer than staleAfter'),
  CFG038: error(
    'A former name or a previous namespace is in use, or is given twice.',
    'name only what is not used any more, once in the file',
  ),
  CFG042: error(
    'The times of the election are not safe together.',
    'keep lease at 1.25 times renewDeadline or more, and renewDeadline at three times retry or more',
  ),
  CFG043: error('The election has no place for its lease.', 'add store.redis, or remove backend'),
  CFG049: error('A Lease is named that nothing would use.', 'write backend: kubernetes, or remove it'),
  CFG044: error('The store names no place, or two.', 'name one of them'),
  CFG045: error('The kubeconfig of a cluster is named in two ways.', 'keep file, or secret with its key'),
  CFG039: error('A field contradicts the preset beside it.', 'remove it, or remove the preset'),
} as const satisfies Record<string, ProblemCodeEntry>;

/** What is legal but probably not meant. */
const WARNING_CODES = {
  CFG060: warning('No source is configured.', 'add one to sources; until then nothing is read'),
  CFG061: warning('No cluster is configured.', 'add one to clusters; until then nothing is written'),
  CFG062: warning('A cluster that may be written to has no route.', 'add a route, or set mode: observe'),
  CFG063: warning(
    'A remote is written to, but istiod reads ServiceEntries from its config cluster only.',
    'set push: false, or map the services on its primary',
  ),
  CFG064: warning('The routes of a remote have no effect on its mesh.', 'move them to its primary'),
  CFG065: warning('A selector matches none of the configured sources.', 'correct it, or add the source'),
  CFG066: warning(
    'A route is never reached, because a route before it takes every service.',
    'put it first, or remove it',
  ),
  CFG067: warning(
    'Signed requests would cross the network in clear text.',
    'use https for every endpoint that is not on this machine',
  ),
  CFG068: warning(
    'Whoever may create a Cloud Map namespace can choose hosts of the mesh.',
    'set to.hostSuffixes, or name the namespaces',
  ),
  CFG069: warning(
    'With health: HEALTHY a service without a healthy instance has no endpoints.',
    'use HEALTHY_OR_ELSE_ALL, unless no answer is better than a bad one',
  ),
  CFG080: warning(
    'PreferClose alone does not fail over from a dead near endpoint.',
    'give the host a DestinationRule with outlierDetection',
  ),
  CFG081: warning('A pause or an approval is over.', 'remove it, or write a later time'),
} as const satisfies Record<string, ProblemCodeEntry>;

/** What the world around the file says: found by whoever reads the kubeconfigs. */
const KUBECONFIG_CODES = {
  CFG070: warning(
    'A kubeconfig file cannot be read.',
    'put it there before the hub starts; the hub looks again every 10 s',
  ),
  CFG071: error('A kubeconfig is not safe or not complete.', 'write one as the message says'),
} as const satisfies Record<string, ProblemCodeEntry>;

/** Every code of the configuration. A code keeps its meaning for good; a retired one is not given out again. */
export const PROBLEM_CODES = {
  ...FORM_CODES,
  ...VALUE_CODES,
  ...CROSS_CODES,
  ...WARNING_CODES,
  ...KUBECONFIG_CODES,
} as const satisfies Record<string, ProblemCodeEntry>;

/** A code of the table. */
export type ProblemCode = keyof typeof PROBLEM_CODES;
