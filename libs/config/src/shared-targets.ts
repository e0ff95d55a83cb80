/** Where a cluster's entries go: an API server and a namespace in it. */
export interface Target {
  readonly cluster: string;
  /** `clusters[].cluster.server` of the kubeconfig. */
  readonly server: string;
  readonly namespace: string;
}

/** Clusters that would write to the same place. */
export interface SharedTarget {
  readonly server: string;
  readonly namespace: string;
  /** Two or more, in the order given. */
  readonly clusters: readonly [string, ...string[]];
}

/** Every namespace of an API server that more than one cluster writes to. The same server under two names is not seen. */
export function findSharedTargets(targets: readonly Target[]): readonly SharedTarget[] {
  const groups = Map.groupBy(targets, ({ server, namespace }) => `${namespace} ${canonicalServer(server)}`);
  return [...groups.values()].flatMap((group) => {
    const [first, ...others] = group;
    if (first === undefined || others.length === 0) return [];
    const { server, namespace, cluster } = first;
    return [{ server, namespace, clusters: [cluster, ...others.map((other) => other.cluster)] as const }];
  });
}

/** Clusters that have to leave their place to another, and which: the first one of the configuration has it. */
export function displacedClusters(targets: readonly Target[]): ReadonlyMap<string, string> {
  return new Map(
    findSharedTargets(targets).flatMap(({ clusters: [first, ...others] }) =>
      others.map((other): [string, string] => [other, first]),
    ),
  );
}

/** The URL with its defaults filled in, without a slash at its end; a text that is no URL stays as it is. */
function canonicalServer(server: string): string {
  return URL.canParse(server) ? new URL(server).href.replace(/\/+$/, '') : server;
}
