import type { CredentialsProvider } from '@isthmus/cloudmap';
import { createAwsCloudMapSource, processCredentials } from '@isthmus/cloudmap';
import { attributesUsed } from '@isthmus/desired';
import type { ClusterRead, PlanInput, SourceRead } from '@isthmus/federation';
import { failedRead, isPaused, readClusterOnce, readSourceOnce, referencedBy } from '@isthmus/federation';
import type { Kubeconfig } from '@isthmus/kubernetes';
import { KubernetesClusterClient } from '@isthmus/kubernetes';
import type { ClusterSettings, ComponentRecord, Configuration, Result, SourceSettings } from '@isthmus/model';
import { PromMetrics, systemClock } from '@isthmus/telemetry';
import type { Terminal } from '../terminal.js';
import { tokensOf } from './cluster-tokens.js';
import type { Files } from './files.js';
import type { Refusal } from './read-kubeconfigs.js';
import { readKubeconfigs } from './read-kubeconfigs.js';

/** Progress is told after this many services. */
const TOLD_EVERY = 250;

/** What is read, and for how long that may go on. */
export interface WorldRequest {
  /** Of all clusters, only this one. */
  readonly cluster: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Reads every cluster in full, then every source once that a hub would poll, through AWS and the kubeconfigs. Reads
 * only.
 */
export async function readWorld(
  configuration: Configuration,
  { cluster: only, signal }: WorldRequest,
  { terminal, files }: { readonly terminal: Terminal; readonly files: Files },
): Promise<PlanInput> {
  const kubeconfigs = await readKubeconfigs(configuration, { files, signal });
  const credentials = processCredentials();
  const wanted = configuration.clusters.filter(({ name }) => only === undefined || name === only);
  const clusters = await Promise.all(
    wanted.map(async (cluster) => {
      const read = await readCluster(cluster, kubeconfigs.get(cluster.name), { credentials, signal });
      terminal.tell(`cluster ${cluster.name}: ${read.problem?.code ?? `${read.entries.length} ServiceEntries`}`);
      return read;
    }),
  );
  const around = {
    configuration: { ...configuration, clusters: wanted },
    references: referencedBy(configuration, clusters),
    credentials,
    terminal,
    signal,
  };
  const polled = configuration.sources.filter((source) => !isPaused(source, systemClock.nowMs()));
  const sources = await Promise.all(polled.map((settings) => readSource(settings, around)));
  return { readAtMs: systemClock.nowMs(), sources, clusters };
}

async function readCluster(
  cluster: ClusterSettings,
  kubeconfig: Result<Kubeconfig, Refusal> | undefined,
  { credentials, signal }: { readonly credentials: CredentialsProvider; readonly signal: AbortSignal },
): Promise<ClusterRead> {
  if (kubeconfig?.ok !== true) {
    const refusal = kubeconfig?.error ?? { code: 'kubeconfig-unreadable', message: 'it was not read' };
    return failedRead(cluster, { what: 'the kubeconfig', ...refusal });
  }
  const { name, namespace } = cluster;
  const tokens = tokensOf(cluster, credentials);
  const client = new KubernetesClusterClient({ cluster: name, kubeconfig: kubeconfig.value, namespace, tokens });
  try {
    return await readClusterOnce(cluster, client, { signal, clock: systemClock });
  } finally {
    await client.close();
  }
}

async function readSource(
  settings: SourceSettings,
  around: {
    readonly configuration: Configuration;
    readonly references: readonly ComponentRecord[];
    /** The identity of this process, shared by all sources. */
    readonly credentials: CredentialsProvider;
    readonly terminal: Terminal;
    readonly signal: AbortSignal;
  },
): Promise<SourceRead> {
  const { configuration, references, terminal, signal } = around;
  const source = createAwsCloudMapSource({
    settings,
    clock: systemClock,
    metrics: new PromMetrics({ isProcessIncluded: false }),
    keptAttributes: attributesUsed(configuration),
    credentials: around.credentials,
  });
  try {
    const read = await readSourceOnce(
      {
        settings,
        source,
        configuration,
        references,
        clock: systemClock,
        onProgress: (done, total) => {
          if (done % TOLD_EVERY === 0 && done < total)
            terminal.tell(`source ${settings.name}: ${done} of ${total} services`);
        },
      },
      signal,
    );
    const trouble = read.problems.length === 0 ? '' : `, ${read.problems.length} problems`;
    terminal.tell(`source ${settings.name}: ${read.snapshot.services.size} services${trouble}`);
    return read;
  } finally {
    source.close();
  }
}
