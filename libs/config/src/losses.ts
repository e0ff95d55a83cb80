import type { ClusterSettings, Configuration, RouteSettings, SourceSettings } from '@isthmus/model';
import { covers, narrowedFilter } from './glob-cover.js';
import type { Capture } from './route-captures.js';
import { findCaptures, successorOf } from './route-captures.js';

/** Something that an older configuration mapped and a newer one does not, or no longer surely does. */
export interface Loss {
  /** `hub`, `source shop`, `cluster eks-us`, `cluster eks-us, route isthmus.yaml:31` (of the older file). */
  readonly subject: string;
  readonly message: string;
}

/**
 * What a new configuration stops mapping, as far as the two configurations alone can tell: neither Cloud Map nor a
 * cluster is asked, so a loss may concern nothing, and names decide. A list of globs counts as narrower unless each of
 * its old entries is covered by one new entry. That another route takes a service first is found by trying names.
 */
export function findLosses(old: Configuration, next: Configuration): readonly Loss[] {
  return [
    ...hubLosses(old, next),
    ...old.sources.flatMap((source) => sourceLosses(source, next.sources)),
    ...old.clusters.flatMap((cluster) => clusterLosses(cluster, { from: old, to: next })),
  ];
}

/** What two configurations cannot tell, whatever they say. */
export const UNDECIDED: readonly string[] = [
  'which services exist, and so which of this concerns any',
  'what their instances mean for other ports, labels and address attributes',
  'whether two services want one host now',
];

function hubLosses({ hub: old }: Configuration, { hub: next }: Configuration): readonly Loss[] {
  const known = new Set([next.name, ...next.formerNames]);
  return [old.name, ...old.formerNames]
    .filter((name) => !known.has(name))
    .map((name) => ({ subject: 'hub', message: `objects of the hub name ${name} would not count as ours any more` }));
}

function sourceLosses(old: SourceSettings, sources: readonly SourceSettings[]): readonly Loss[] {
  const subject = `source ${old.name}`;
  const place = placeOf(old);
  const next = successorOf(old, sources);
  if (next === undefined) return [{ subject, message: `${place} is not read any more` }];
  const isElsewhere = next.region !== old.region || (next.account ?? old.account) !== (old.account ?? next.account);
  if (isElsewhere) return [{ subject, message: `${place} is not read any more, but ${placeOf(next)}` }];
  return [
    ...narrowedFilter('namespaces', old.namespaces, next.namespaces),
    ...narrowedFilter('services', old.services, next.services),
  ].map((message) => ({ subject, message }));
}

function placeOf({ account, region }: SourceSettings): string {
  return account === undefined ? region : `account ${account}, ${region}`;
}

interface Comparison {
  readonly from: Configuration;
  readonly to: Configuration;
}

function clusterLosses(old: ClusterSettings, comparison: Comparison): readonly Loss[] {
  const subject = `cluster ${old.name}`;
  const next = comparison.to.clusters.find(
    ({ name, formerNames }) => name === old.name || formerNames.includes(old.name),
  );
  if (next === undefined) {
    return [{ subject, message: 'is not configured any more: its objects stay as they are, and nobody updates them' }];
  }
  const captures = findCaptures(old, next, comparison);
  const isLeft = ![next.namespace, ...next.previousNamespaces].includes(old.namespace);
  const left = `objects in the namespace ${old.namespace} stay there, unless previousNamespaces names it`;
  return [
    ...(isLeft ? [{ subject, message: left }] : []),
    ...addressLosses(old, next).map((message) => ({ subject, message })),
    ...old.routes.flatMap((route) =>
      routeLosses(route, next.routes, captures).map((message) => ({
        subject: `${subject}, route ${route.place}`,
        message,
      })),
    ),
  ];
}

function addressLosses(old: ClusterSettings, next: ClusterSettings): readonly string[] {
  const denied = next.deniedCidrs.filter((cidr) => !old.deniedCidrs.includes(cidr));
  const isRestricted = next.allowedCidrs.length > 0;
  const gone = old.allowedCidrs.filter((cidr) => !next.allowedCidrs.includes(cidr));
  const first = `only ${next.allowedCidrs.join(', ')} may be endpoints, and no host names`;
  return [
    ...(denied.length > 0 ? [`${denied.join(', ')} may not be endpoints any more`] : []),
    ...(isRestricted && old.allowedCidrs.length === 0 ? [first] : []),
    ...(isRestricted && gone.length > 0 ? [`${gone.join(', ')} may not be endpoints any more`] : []),
  ];
}

/** What is narrower in the new route that is nearest to an old one, and where another route takes its services first. */
function routeLosses(
  old: RouteSettings,
  routes: readonly RouteSettings[],
  captures: readonly Capture[],
): readonly string[] {
  const candidates = routes.map((route) => ({ route, losses: narrowed(old, route) }));
  const [nearest] = candidates.toSorted((a, b) => a.losses.length - b.losses.length);
  if (nearest === undefined) return ['no route takes its place'];
  const elsewhere = captures.filter((capture) => capture.old === old && capture.next !== nearest.route);
  return [...nearest.losses, ...elsewhere.flatMap(captureLosses)];
}

function captureLosses({ old, next, example: { service, namespace, source } }: Capture): readonly string[] {
  return targetLosses(old, next).map(
    (message) => `services as ${service} in ${namespace}, of source ${source}, go by ${next.place} now: ${message}`,
  );
}

const SELECTORS = ['sources', 'accounts', 'regions', 'namespaces', 'services'] as const;

function narrowed(old: RouteSettings, next: RouteSettings): readonly string[] {
  const selectors = SELECTORS.flatMap((field) => {
    const missing = (old.from[field] ?? ['*']).filter((glob) => !covers(next.from[field], glob));
    return missing.length === 0 ? [] : [`${field} ${missing.join(', ')} are not selected as a whole any more`];
  });
  return [...selectors, ...targetLosses(old, next)];
}

/** What a service loses that goes by another route. */
function targetLosses(old: RouteSettings, next: RouteSettings): readonly string[] {
  const asked = [...next.from.where].filter(([name, value]) => old.from.where.get(name) !== value);
  const instances = asked.map(([name, value]) => `instances without ${name}: ${JSON.stringify(value)} are left out`);
  return [...instances, ...hostLosses(old, next)];
}

function hostLosses({ to: old }: RouteSettings, { to: next }: RouteSettings): readonly string[] {
  if (old.host !== next.host) return [`hosts change from ${old.host} to ${next.host}`];
  if (next.hostSuffixes.length === 0) return [];
  const gone = old.hostSuffixes.filter((suffix) => !isUnder(suffix, next.hostSuffixes));
  if (old.hostSuffixes.length > 0 && gone.length === 0) return [];
  return [`hosts outside ${next.hostSuffixes.join(', ')} are refused`];
}

function isUnder(suffix: string, suffixes: readonly string[]): boolean {
  return suffixes.some((other) => suffix === other || suffix.endsWith(`.${other}`));
}
