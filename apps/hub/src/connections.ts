import { basename } from 'node:path';

import { displacedClusters } from '@isthmus/config';
import type { Kubeconfig } from '@isthmus/kubernetes';
import { parseKubeconfig } from '@isthmus/kubernetes';
import type { ClusterSettings, Result } from '@isthmus/model';
import { err, IsthmusError, ok, toIsthmusError } from '@isthmus/model';
import type { ClusterClient, Logger } from '@isthmus/ports';

import type { ReadText } from './config-file.js';

/** How long a new credential may take to show that it works before the old one stays. */
const TRIAL_MS = 10_000;
const SHARED = 'shared target';

export interface ConnectionsOptions {
  readonly readText: ReadText;
  readonly createClient: (cluster: ClusterSettings, kubeconfig: Kubeconfig) => ClusterClient;
  readonly logger: Logger;
}

interface Connection {
  /** The kubeconfig behind the client. */
  readonly text: string | undefined;
  readonly server: string | undefined;
  readonly client: Result<ClusterClient, IsthmusError>;
  /** Code of the last reason why a newer file was not taken, so that it is told once. */
  readonly toldAbout: string | undefined;
}

/**
 * The clients of all clusters, by kubeconfig file and namespace. Files are read again by content; a new credential is
 * tried before the old one is let go, and a file that is refused never takes a working connection down.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #connections = new Map<string, Connection>();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** The client of a cluster, or why there is none. */
  of(cluster: ClusterSettings): Result<ClusterClient, IsthmusError> {
    const found = this.#connections.get(keyOf(cluster));
    return found?.client ?? err(new IsthmusError('not-ready', 'the kubeconfig was not read yet'));
  }

  /** Reads every kubeconfig again; answers the clusters whose connection is another one now. */
  async refresh(clusters: readonly ClusterSettings[]): Promise<readonly ClusterSettings[]> {
    const changed: ClusterSettings[] = [];
    await Promise.all(
      clusters.map(async (cluster) => {
        if (await this.#refreshOne(cluster)) changed.push(cluster);
      }),
    );
    this.#refuseShared(clusters);
    return changed;
  }

  /** Closes the connections of all other clusters. */
  async retain(clusters: readonly ClusterSettings[]): Promise<void> {
    const kept = new Set(clusters.map(keyOf));
    const gone = [...this.#connections].filter(([key]) => !kept.has(key));
    for (const [key] of gone) this.#connections.delete(key);
    await Promise.all(gone.map(([, { client }]) => closeClient(client)));
  }

  async #refreshOne(cluster: ClusterSettings): Promise<boolean> {
    const old = this.#connections.get(keyOf(cluster));
    let text: string;
    try {
      text = await this.#options.readText(cluster.kubeconfigFile);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return this.#refuse(cluster, new IsthmusError('kubeconfig-unreadable', `reading the kubeconfig: ${reason}`));
    }
    if (text === old?.text) return false;
    const parsed = parseKubeconfig(text, basename(cluster.kubeconfigFile));
    if (!parsed.ok) {
      const problems = parsed.error.map(({ place, message }) => `${place} ${message}`).join('; ');
      return this.#refuse(cluster, new IsthmusError('kubeconfig-refused', problems));
    }
    return this.#replace(cluster, { text, kubeconfig: parsed.value });
  }

  async #replace(
    cluster: ClusterSettings,
    { text, kubeconfig }: { readonly text: string; readonly kubeconfig: Kubeconfig },
  ): Promise<boolean> {
    const old = this.#connections.get(keyOf(cluster));
    const client = this.#options.createClient(cluster, kubeconfig);
    const failure = old?.client.ok ? await tryOut(client) : undefined;
    if (failure !== undefined) {
      await client.close();
      return this.#refuse(cluster, failure);
    }
    const { server } = kubeconfig;
    this.#connections.set(keyOf(cluster), { text, server, client: ok(client), toldAbout: undefined });
    if (old !== undefined) {
      this.#options.logger.info('connection replaced', { cluster: cluster.name });
      void closeClient(old.client).catch((error: unknown) => this.#tellClose(cluster, error));
    }
    return true;
  }

  /** Keeps a working connection and says why the new file was not taken; without one, the cluster is down for that reason. */
  #refuse(cluster: ClusterSettings, error: IsthmusError): boolean {
    const old = this.#connections.get(keyOf(cluster));
    const reason = `${error.code} ${error.message}`;
    if (old?.toldAbout === reason) return false;
    if (old?.client.ok) {
      const fields = { cluster: cluster.name, code: error.code, error: error.message };
      this.#options.logger.error('the new kubeconfig does not work and the old one stays', fields);
      this.#connections.set(keyOf(cluster), { ...old, toldAbout: reason });
      return false;
    }
    const refused = { text: undefined, server: undefined, client: err(error), toldAbout: reason };
    this.#connections.set(keyOf(cluster), refused);
    return true;
  }

  /** Two clusters in one place would prune each other: the first one has it, the others are down. */
  #refuseShared(clusters: readonly ClusterSettings[]): void {
    const targets = clusters.flatMap((cluster) => {
      const server = this.#connections.get(keyOf(cluster))?.server;
      return server === undefined ? [] : [{ cluster: cluster.name, server, namespace: cluster.namespace }];
    });
    const firstOf = displacedClusters(targets);
    for (const cluster of clusters) this.#settleShared(cluster, firstOf.get(cluster.name));
  }

  #settleShared(cluster: ClusterSettings, first: string | undefined): void {
    const connection = this.#connections.get(keyOf(cluster));
    if (connection === undefined) return;
    if (first === undefined) {
      // It had to wait for a place that is free now: the next refresh connects it.
      if (connection.toldAbout === SHARED) this.#connections.delete(keyOf(cluster));
      return;
    }
    if (!connection.client.ok) return;
    void connection.client.value.close().catch((error: unknown) => this.#tellClose(cluster, error));
    const message = `it reaches the API server and the namespace of ${first}: give each a namespace of its own`;
    const refused = err(new IsthmusError('kubeconfig-refused', message));
    this.#connections.set(keyOf(cluster), { ...connection, client: refused, toldAbout: SHARED });
  }

  #tellClose(cluster: ClusterSettings, cause: unknown): void {
    const { code, message } = toIsthmusError(cause, 'closing a connection');
    this.#options.logger.warn('an old connection was not closed properly', {
      cluster: cluster.name,
      code,
      error: message,
    });
  }
}

function keyOf({ name, kubeconfigFile, namespace }: ClusterSettings): string {
  return JSON.stringify([name, kubeconfigFile, namespace]);
}

async function closeClient(client: Connection['client']): Promise<void> {
  if (client.ok) await client.value.close();
}

/** Whether the credential works: the cheapest request that needs one. */
async function tryOut(client: ClusterClient): Promise<IsthmusError | undefined> {
  try {
    await client.listMetadata(AbortSignal.timeout(TRIAL_MS));
    return undefined;
  } catch (error) {
    return toIsthmusError(error, 'trying the new kubeconfig');
  }
}
