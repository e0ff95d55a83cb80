import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';

import { createAwsCloudMapSource, processCredentials } from '@isthmus/cloudmap';
import { formatProblem } from '@isthmus/config';
import { KubernetesClusterRegistry, openOwnCluster } from '@isthmus/kubernetes';
import type { Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import type { LogDestination } from '@isthmus/telemetry';
import { createLogger, PromMetrics, systemClock, systemRandom } from '@isthmus/telemetry';

import { ClusterClients } from './cluster-clients.js';
import { ClusterDirectory } from './cluster-directory.js';
import { ConfigFile, readConfig } from './config-file.js';
import { Connections } from './connections.js';
import { openStore } from './open-store.js';
import type { Runtime } from './runtime.js';
import { readVersion } from './version.js';

export interface RuntimeOptions {
  /** Absolute path of `isthmus.yaml`. */
  readonly configFile: string;
  /** Default: standard output. */
  readonly logDestination?: LogDestination;
  /** Default: the environment of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Builds the real runtime: files, AWS, API servers, the machine's clock. A failure holds every problem of the
 * configuration as a line; rejects when the file cannot be read.
 */
export async function openRuntime(options: RuntimeOptions): Promise<Result<Runtime, readonly string[]>> {
  const readText = (path: string): Promise<string> => readFile(path, 'utf8');
  const file = { path: options.configFile, readText };
  const clock = systemClock;
  const accepted = await readConfig(file, clock.nowMs());
  if (!accepted.ok) return err(accepted.error.map(formatProblem));

  const { logDestination: destination, env = process.env } = options;
  const level = accepted.value.configuration.hub.logLevel;
  const logger = createLogger(destination === undefined ? { level } : { level, destination });
  const metrics = new PromMetrics();
  const observers = { clock, random: systemRandom, logger, metrics };
  // A restarted process of the same host must not take the lease of the one before for its own.
  const replica = `${hostname()}-${randomBytes(3).toString('hex')}`;
  const opened = attempt(() =>
    openStore(accepted.value.configuration, { ...observers, replica, openOwnCluster: () => openOwnCluster(env) }),
  );
  if (!opened.ok) return err([`isthmus: cannot open the store: ${opened.error} → correct store.redis`]);
  const credentials = processCredentials();
  const directory = new ClusterDirectory({
    readText,
    registryOf: (settings) =>
      new KubernetesClusterRegistry({ settings, open: () => openOwnCluster(env), clock, random: systemRandom }),
    logger,
    metrics,
  });
  const clients = new ClusterClients({ ...observers, readText, env, credentials });
  return ok({
    config: new ConfigFile(file, accepted.value, { clock, logger, metrics }),
    directory,
    connections: new Connections({
      readKubeconfig: (cluster) => directory.read(cluster),
      createClient: (cluster, kubeconfig) => clients.create(cluster, kubeconfig),
      onUsed: (cluster, kubeconfig) => clients.used(cluster, kubeconfig),
      logger,
    }),
    ports: {
      clock,
      random: systemRandom,
      logger,
      metrics,
      store: opened.value.snapshots,
      createSource: (settings, keptAttributes) =>
        createAwsCloudMapSource({ settings, keptAttributes, credentials, clock, metrics }),
      replica,
    },
    elector: opened.value.elector,
    store: opened.value.view,
    metricsPage: metrics,
    version: readVersion(import.meta.dirname),
  });
}

function attempt<Value>(work: () => Value): Result<Value, string> {
  try {
    return ok(work());
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}
