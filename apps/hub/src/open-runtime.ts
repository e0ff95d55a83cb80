import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';

import { createAwsCloudMapSource, processCredentials } from '@isthmus/cloudmap';
import { formatProblem } from '@isthmus/config';
import { MemorySnapshotStore } from '@isthmus/federation';
import { KubernetesClusterClient } from '@isthmus/kubernetes';
import type { Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import type { LogDestination } from '@isthmus/telemetry';
import { createLogger, PromMetrics, systemClock, systemRandom } from '@isthmus/telemetry';

import { ConfigFile, readConfig } from './config-file.js';
import { Connections } from './connections.js';
import type { Runtime } from './runtime.js';
import { readVersion } from './version.js';

export interface RuntimeOptions {
  /** Absolute path of `isthmus.yaml`. */
  readonly configFile: string;
  /** Default: standard output. */
  readonly logDestination?: LogDestination;
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

  const { logDestination: destination } = options;
  const level = accepted.value.configuration.hub.logLevel;
  const logger = createLogger(destination === undefined ? { level } : { level, destination });
  const metrics = new PromMetrics();
  const credentials = processCredentials();
  return ok({
    config: new ConfigFile(file, accepted.value, { clock, logger, metrics }),
    connections: new Connections({
      readText,
      createClient: ({ name, namespace, limits }, kubeconfig) =>
        new KubernetesClusterClient({
          cluster: name,
          kubeconfig,
          namespace,
          connections: limits.inFlight,
          onConnect: () => metrics.count('isthmus_cluster_tls_connects_total', { cluster: name }),
        }),
      logger,
    }),
    ports: {
      clock,
      random: systemRandom,
      logger,
      metrics,
      store: new MemorySnapshotStore(),
      createSource: (settings, keptAttributes) =>
        createAwsCloudMapSource({ settings, keptAttributes, credentials, clock, metrics }),
      replica: hostname(),
    },
    metricsPage: metrics,
    version: readVersion(import.meta.dirname),
  });
}
