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
  readonly clusters: readonly string[];
}

/** Every namespace of an API server that more than one cluster writes to. The same server under two names is not seen. */
export function findSharedTargets(targets: readonly Target[]): readonly SharedTarget[] {
  const groups = Map.groupBy(targets, ({ server, namespace }) => `${namespace} ${canonicalServer(server)}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length < 2) return [];
    return [{ server: first.server, namespace: first.namespace, clusters: group.map(({ cluster }) => cluster) }];
  });
}

/** The URL with its defaults filled in, without a slash at its end; a text that is no URL stays as it is. */
function canonicalServer(server: string): string {
  return URL.canParse(server) ? new URL(server).href.replace(/\/+$/, '') : server;
}
