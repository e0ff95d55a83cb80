import type { ClusterName, ClusterSettings, Configuration, KubeconfigPlace } from '@isthmus/model';
import { clusterName, compareText } from '@isthmus/model';
import type { ClusterSecret } from '@isthmus/ports';

/** What the configuration and the Secrets say together. */
export interface JoinedClusters {
  /** The configuration, with the clusters that `defaults.cluster` lets be observed; the same object when there are none. */
  readonly configuration: Configuration;
  /** The Secret that gives a cluster its kubeconfig. */
  readonly secrets: ReadonlyMap<ClusterName, ClusterSecret>;
  /** Clusters of which there is a Secret and nothing else, by name: they are not served. */
  readonly unconfigured: readonly UnconfiguredCluster[];
  /** What a person should know of the Secrets, sorted. */
  readonly warnings: readonly string[];
}

export interface UnconfiguredCluster {
  readonly name: string;
  /** Name of its Secret. */
  readonly secret: string;
}

/** Source: kubernetes.io/docs/concepts/overview/working-with-objects/names, DNS labels. */
const CLUSTER_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * Gives each cluster its Secret. For a name that several Secrets hold the oldest counts, then the first by name, unless
 * the cluster names its Secret. A Secret gives a credential and nothing else: without an entry in `clusters` the cluster
 * is unconfigured, or observed when `defaults.cluster` has routes.
 */
export function joinClusterSecrets(configuration: Configuration, found: readonly ClusterSecret[]): JoinedClusters {
  const sorted = found.toSorted((a, b) => a.createdAtMs - b.createdAtMs || compareText(placeOf(a), placeOf(b)));
  const taken = takeForEntries(configuration.clusters, sorted);
  const used = new Set(taken.values());
  const configured = new Set<string>(configuration.clusters.map(({ name }) => name));
  const free = sorted.filter((secret) => !used.has(secret));
  const repeated = free.filter((secret) => firstOf(sorted, secret) !== secret || isNamedAs(taken, secret));
  const others = free.filter((secret) => !repeated.includes(secret));
  const newcomers = others
    .filter(({ key }) => !configured.has(key) && CLUSTER_NAME.test(key))
    .toSorted((a, b) => compareText(a.key, b.key));
  const joined = withNewcomers(configuration, newcomers);
  const warnings = [
    ...repeated.map((secret) => repeatedWarning(secret, winnerOf(secret, sorted, taken))),
    ...others.filter(({ key }) => configured.has(key)).map(unusedWarning),
    ...others.filter(({ key }) => !CLUSTER_NAME.test(key)).map(illegalWarning),
    ...sorted.filter(({ layout }) => layout === 'istio').map(istioWarning),
  ];
  return {
    configuration: joined,
    secrets:
      joined === configuration
        ? taken
        : new Map([...taken, ...newcomers.map((one) => [clusterName(one.key), one] as const)]),
    unconfigured: joined === configuration ? newcomers.map(({ key, secret }) => ({ name: key, secret })) : [],
    warnings: [...new Set(warnings)].toSorted(compareText),
  };
}

function takeForEntries(
  clusters: readonly ClusterSettings[],
  sorted: readonly ClusterSecret[],
): ReadonlyMap<ClusterName, ClusterSecret> {
  return new Map(
    clusters.flatMap(({ name, kubeconfig }) => {
      const secret = sorted.find((one) => holds(one, kubeconfig));
      return secret === undefined ? [] : [[name, secret] as const];
    }),
  );
}

function holds({ secret, key }: ClusterSecret, place: KubeconfigPlace): boolean {
  if (place.kind !== 'secret') return false;
  return key === place.key && (place.secret === undefined || place.secret === secret);
}

function firstOf(sorted: readonly ClusterSecret[], { key }: ClusterSecret): ClusterSecret | undefined {
  return sorted.find((one) => one.key === key);
}

/** Whether the entry of that name has taken another Secret with the same key. */
function isNamedAs(taken: ReadonlyMap<ClusterName, ClusterSecret>, { key }: ClusterSecret): boolean {
  return taken.get(clusterName(key))?.key === key;
}

function winnerOf(
  secret: ClusterSecret,
  sorted: readonly ClusterSecret[],
  taken: ReadonlyMap<ClusterName, ClusterSecret>,
): ClusterSecret | undefined {
  return isNamedAs(taken, secret) ? taken.get(clusterName(secret.key)) : firstOf(sorted, secret);
}

function withNewcomers(configuration: Configuration, newcomers: readonly ClusterSecret[]): Configuration {
  const { unlistedCluster } = configuration;
  if (unlistedCluster === undefined || newcomers.length === 0) return configuration;
  const observed = newcomers.map(({ key, secret }): ClusterSettings => ({
    ...unlistedCluster,
    name: clusterName(key),
    kubeconfig: { kind: 'secret', secret, key },
  }));
  return { ...configuration, clusters: [...configuration.clusters, ...observed] };
}

function placeOf({ secret, key }: ClusterSecret): string {
  return `${secret} ${key}`;
}

function repeatedWarning({ secret, key }: ClusterSecret, winner: ClusterSecret | undefined): string {
  return `the Secret ${secret} is not used for cluster ${key}: ${winner?.secret ?? 'another one'} has it → delete one`;
}

function unusedWarning({ secret, key }: ClusterSecret): string {
  return `the Secret ${secret} is not used for cluster ${key}, whose kubeconfig is named otherwise in the configuration`;
}

function illegalWarning({ secret, key }: ClusterSecret): string {
  const shown = key.length <= 80 ? key : `${key.slice(0, 80)}…`;
  return `the key ${shown} of the Secret ${secret} is not used: no cluster can have that name → use a DNS label`;
}

function istioWarning({ secret, key }: ClusterSecret): string {
  return `the Secret ${secret} of cluster ${key} was made by istioctl, and Istio's reader role cannot write → isthmus cluster add ${key}`;
}
