import { basename } from 'node:path';
import type { CredentialsProvider } from '@isthmus/cloudmap';
import { createAwsCloudMapSource, processCredentials } from '@isthmus/cloudmap';
import { attributesUsed } from '@isthmus/desired';
import type { ClusterRead, PlanInput, SourceRead } from '@isthmus/federation';
import { readClusterOnce, readSourceOnce, referencedBy } from '@isthmus/federation';
import { KubernetesClusterClient, parseKubeconfig } from '@isthmus/kubernetes';
import type { ClusterSettings, Code, ComponentRecord, Configuration, SourceSettings } from '@isthmus/model';
import { PromMetrics, systemClock } from '@isthmus/telemetry';
import type { Terminal } from '../terminal.js';
import type { Files } from './files.js';

/** Progress is told after this many services. */
const TOLD_EVERY = 250;

/** Reads every cluster in full, then every source once, through AWS and the kubeconfigs. Reads only. */
export async function readWorld(
  configuration: Configuration,
  signal: AbortSignal,
  { terminal, files }: { readonly terminal: Terminal; readonly files: Files },
): Promise<PlanInput> {
  const clusters = await Promise.all(
    configuration.clusters.map(async (cluster) => {
      const read = await readCluster(cluster, files, signal);
      terminal.tell(`cluster ${cluster.name}: ${read.problem?.code ?? `${read.entries.length} ServiceEntries`}`);
      return read;
    }),
  );
  const around = {
    configuration,
    references: referencedBy(clusters),
    credentials: processCredentials(),
    terminal,
    signal,
  };
  const sources = await Promise.all(configuration.sources.map((settings) => readSource(settings, around)));
  return { readAtMs: systemClock.nowMs(), sources, clusters };
}

async function readCluster(cluster: ClusterSettings, files: Files, signal: AbortSignal): Promise<ClusterRead> {
  const { name, namespace, kubeconfigFile } = cluster;
  const failed = (code: Code, message: string): ClusterRead => {
    return { name, namespace, entries: [], serverTimeMs: 0, problem: { what: 'the kubeconfig', code, message } };
  };
  const text = await files.read(kubeconfigFile);
  if (!text.ok) return failed('kubeconfig-unreadable', `${kubeconfigFile}: ${text.error}`);
  const kubeconfig = parseKubeconfig(text.value, basename(kubeconfigFile));
  if (!kubeconfig.ok) {
    return failed('kubeconfig-refused', kubeconfig.error.map(({ place, message }) => `${place} ${message}`).join('; '));
  }
  const client = new KubernetesClusterClient({ cluster: name, kubeconfig: kubeconfig.value, namespace });
  try {
    return await readClusterOnce(cluster, client, signal);
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
