import { basename } from 'node:path';
import { checkSource, createAwsCloudMapSource, processCredentials } from '@isthmus/cloudmap';
import type { Kubeconfig } from '@isthmus/kubernetes';
import { checkCluster } from '@isthmus/kubernetes';
import type { Check, ClusterSettings, Configuration, ObservedEntry } from '@isthmus/model';
import { broken, CODES, fine } from '@isthmus/model';
import { ownershipOf, sortByOwner } from '@isthmus/plan';
import { checkRedis } from '@isthmus/redis';
import { PromMetrics, systemClock } from '@isthmus/telemetry';
import type { Target } from './cluster/test.js';
import type { Probes } from './doctor.js';
import type { Files } from './files.js';
import { readKubeconfigs } from './read-kubeconfigs.js';
import { tokensOf } from './cluster-tokens.js';

/** Conflicts that are named one by one. */
const NAMED_COUNT = 5;

/** The looks at the real AWS, Redis and API servers. */
export function systemProbes(files: Files): Probes {
  const credentials = processCredentials();
  /** Read once for all clusters. */
  let kubeconfigs: ReturnType<typeof readKubeconfigs> | undefined;
  return {
    source: async (settings, signal) => {
      const metrics = new PromMetrics({ isProcessIncluded: false });
      const source = createAwsCloudMapSource({ settings, clock: systemClock, metrics, credentials });
      try {
        return await checkSource(source, settings, signal);
      } finally {
        source.close();
      }
    },
    redis: checkRedis,
    cluster: async (cluster, configuration, signal) => {
      kubeconfigs ??= readKubeconfigs(configuration, { files, signal });
      const kubeconfig = (await kubeconfigs).get(cluster.name);
      if (kubeconfig?.ok !== true) {
        const { code, message } = kubeconfig?.error ?? { code: 'internal-error', message: 'it was not read' };
        return [broken('kubeconfig', message, CODES[code].remedy)];
      }
      return checkTarget(cluster, {
        configuration,
        kubeconfig: kubeconfig.value,
        where: whereOf(cluster),
        signal,
      });
    },
  };
}

function whereOf({ name, kubeconfig }: ClusterSettings): string {
  return kubeconfig.kind === 'file' ? basename(kubeconfig.file) : `Secret ${kubeconfig.secret ?? `of ${name}`}`;
}

/** Looks at one cluster through a kubeconfig, as the hub of a configuration would. */
export async function checkTarget(
  cluster: Target,
  of: {
    readonly configuration: Pick<Configuration, 'hub'>;
    readonly kubeconfig: Kubeconfig;
    /** Names the kubeconfig in messages. */
    readonly where: string;
    readonly signal: AbortSignal;
  },
): Promise<readonly Check[]> {
  const { name, role, namespace, previousNamespaces, createNamespace, mode, push } = cluster;
  const { checks, entries } = await checkCluster(
    {
      name,
      role,
      namespace,
      previousNamespaces,
      createNamespace,
      kubeconfig: of.kubeconfig,
      tokens: tokensOf(cluster, processCredentials()),
      isReadOnly: mode === 'observe' || !push || of.configuration.hub.readOnly,
    },
    { nowMs: () => systemClock.nowMs(), signal: of.signal },
  );
  const kubeconfig = fine('kubeconfig', `${of.where}: ${of.kubeconfig.server}`);
  return [kubeconfig, ...checks, ...(entries === undefined ? [] : conflictChecks(entries, cluster, of.configuration))];
}

/** What others in the namespace keep the hub from writing. */
function conflictChecks(
  entries: readonly ObservedEntry[],
  { name, formerNames, namespace }: Pick<ClusterSettings, 'name' | 'formerNames' | 'namespace'>,
  { hub }: Pick<Configuration, 'hub'>,
): readonly Check[] {
  const owner = { hubs: [hub.name, ...hub.formerNames], clusters: [name, ...formerNames] };
  const { ours, foreign } = sortByOwner(entries, owner);
  if (foreign.stops.length > 0) {
    const fix = [
      'Stop istio-cloud-map, then take its owner references away:',
      `  kubectl -n ${namespace} get serviceentries -o name | xargs -I{} kubectl -n ${namespace} patch {} \\`,
      `    --type=json -p '[{"op":"remove","path":"/metadata/ownerReferences"}]'`,
    ].join('\n');
    const message = `istio-cloud-map owns ${foreign.stops.length} ServiceEntries in ${namespace} and deletes those of others`;
    return [broken('conflicts', message, fix)];
  }
  const others = entries.filter((entry) => ownershipOf(entry, owner) === 'other-cluster');
  if (others.length > 0) {
    const message = `${others.length} entries of this hub in ${namespace} are those of another entry of clusters`;
    return [broken('conflicts', message, 'Give each entry of clusters a namespace of its own, or set formerNames.')];
  }
  return [doubledHosts(ours, foreign.hosts, namespace)];
}

function doubledHosts(ours: readonly ObservedEntry[], foreign: ReadonlyMap<string, string>, namespace: string): Check {
  const doubled = ours.flatMap((entry) =>
    entry.spec.hosts.flatMap((host) => {
      const other = foreign.get(host.toLowerCase());
      return other === undefined ? [] : [`${host} (${other})`];
    }),
  );
  const counts = `${ours.length} ServiceEntries of this hub in ${namespace}, ${foreign.size} hosts of others`;
  if (doubled.length === 0) return fine('conflicts', counts);
  const named = doubled.slice(0, NAMED_COUNT).join(', ');
  const message = `${doubled.length} hosts stand on an entry of somebody else too: ${named}`;
  return broken('conflicts', message, 'Remove those entries, or give the hosts other names by to.host.');
}
