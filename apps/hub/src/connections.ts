import { createHash } from 'node:crypto';

import { displacedClusters } from '@isthmus/config';
import type { Kubeconfig } from '@isthmus/kubernetes';
import { parseKubeconfig } from '@isthmus/kubernetes';
import type { ClusterSettings, Result } from '@isthmus/model';
import { err, IsthmusError, ok, toIsthmusError } from '@isthmus/model';
import type { ClusterClient, Logger } from '@isthmus/ports';

import type { KubeconfigText, ReadKubeconfig } from './kubeconfig-reader.js';
import { SerialJob } from './serial-job.js';

/** How long a new credential may take to show that it works before the old one stays. */
const TRIAL_MS = 10_000;
const SHARED = 'shared target';

export interface ConnectionsOptions {
  readonly readKubeconfig: ReadKubeconfig;
  readonly createClient: (cluster: ClusterSettings, kubeconfig: Kubeconfig) => ClusterClient;
  /** Called when a cluster is reached by this kubeconfig from now on; undefined: it is not reached any more. */
  readonly onUsed?: (cluster: ClusterSettings, kubeconfig: Kubeconfig | undefined) => void;
  readonly logger: Logger;
}

/** Digest of the kubeconfig and of whoever gives the tokens, and the number of connections. */
interface Made {
  readonly credential: string;
  readonly connections: number;
}

interface Connection {
  readonly cluster: ClusterSettings;
  /** What the client was made from; undefined: there is none. */
  readonly made: Made | undefined;
  readonly server: string | undefined;
  readonly client: Result<ClusterClient, IsthmusError>;
  /** Code of the last reason why a newer kubeconfig was not taken, so that it is told once. */
  readonly toldAbout: string | undefined;
}

/**
 * The clients of all clusters, by name, place of the kubeconfig and namespace. Kubeconfigs are read again by content; a
 * new credential is tried before the old one is let go, and one that is refused never takes a working connection down.
 * No cluster waits for another.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #connections = new Map<string, Connection>();
  readonly #jobs = new Map<string, SerialJob>();
  #clusters: readonly ClusterSettings[] = [];

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** The client of a cluster, or why there is none. */
  of(cluster: ClusterSettings): Result<ClusterClient, IsthmusError> {
    const found = this.#connections.get(keyOf(cluster));
    return found?.client ?? err(new IsthmusError('not-ready', 'the kubeconfig was not read yet'));
  }

  /**
   * Reads every kubeconfig again; answers the clusters whose connection is another one now. `onChanged` is told of each
   * at once, however long the others take.
   */
  async refresh(
    clusters: readonly ClusterSettings[],
    onChanged: (cluster: ClusterSettings) => void = () => undefined,
  ): Promise<readonly ClusterSettings[]> {
    this.#clusters = clusters;
    const changed: ClusterSettings[] = [];
    await Promise.all(
      clusters.map(async (cluster) => {
        const before = this.#connections.get(keyOf(cluster))?.client;
        await this.#jobOf(keyOf(cluster)).run();
        if (this.#connections.get(keyOf(cluster))?.client === before) return;
        changed.push(cluster);
        onChanged(cluster);
      }),
    );
    this.#refuseShared();
    return changed;
  }

  /** Closes the connections of all other clusters. */
  async retain(clusters: readonly ClusterSettings[]): Promise<void> {
    this.#clusters = clusters;
    const kept = new Set(clusters.map(keyOf));
    const gone = [...this.#connections].filter(([key]) => !kept.has(key));
    for (const key of this.#jobs.keys()) if (!kept.has(key)) this.#jobs.delete(key);
    for (const [key, { cluster }] of gone) {
      this.#connections.delete(key);
      if (!clusters.some(({ name }) => name === cluster.name)) this.#options.onUsed?.(cluster, undefined);
    }
    await Promise.all(gone.map(([, { client }]) => closeClient(client)));
  }

  /** A trial takes long, and meanwhile the next kubeconfig may come: runs of one cluster do not overlap. */
  #jobOf(key: string): SerialJob {
    const known = this.#jobs.get(key) ?? new SerialJob(() => this.#refreshOne(key));
    this.#jobs.set(key, known);
    return known;
  }

  async #refreshOne(key: string): Promise<void> {
    const cluster = this.#clusters.find((one) => keyOf(one) === key);
    if (cluster === undefined) return;
    try {
      const read = await this.#options.readKubeconfig(cluster);
      if (read.ok) await this.#take(cluster, read.value);
      else if (read.error.isGone) this.#letGo(cluster, read.error.error);
      else this.#refuse(cluster, read.error.error);
    } catch (cause) {
      this.#refuse(cluster, toIsthmusError(cause, 'connecting'));
    }
  }

  async #take(cluster: ClusterSettings, { text, where }: KubeconfigText): Promise<void> {
    const credential = createHash('sha256')
      .update(JSON.stringify([text, cluster.auth]))
      .digest('hex');
    const made = { credential, connections: cluster.limits.inFlight };
    const before = this.#connections.get(keyOf(cluster))?.made;
    if (before?.credential === made.credential && before.connections === made.connections) return;
    const parsed = parseKubeconfig(text, where, cluster.auth.kind === 'kubeconfig' ? 'kubeconfig' : 'elsewhere');
    if (!parsed.ok) {
      const problems = parsed.error.map(({ place, message }) => `${place} ${message}`).join('; ');
      this.#refuse(cluster, new IsthmusError('kubeconfig-refused', problems));
      return;
    }
    await this.#replace(cluster, { made, kubeconfig: parsed.value });
  }

  /** Only a new credential is tried: with the one in use, more or fewer connections work as well as before. */
  async #replace(
    cluster: ClusterSettings,
    { made, kubeconfig }: { readonly made: Made; readonly kubeconfig: Kubeconfig },
  ): Promise<void> {
    const old = this.#connections.get(keyOf(cluster));
    const client = this.#options.createClient(cluster, kubeconfig);
    const isTried = old?.client.ok === true && old.made?.credential !== made.credential;
    const failure = isTried ? await tryOut(client) : undefined;
    const isWanted = this.#clusters.some((one) => keyOf(one) === keyOf(cluster));
    if (failure !== undefined || !isWanted) {
      await client.close();
      if (failure !== undefined && isWanted) this.#refuse(cluster, failure);
      return;
    }
    const { server } = kubeconfig;
    this.#connections.set(keyOf(cluster), { cluster, made, server, client: ok(client), toldAbout: undefined });
    this.#options.onUsed?.(cluster, kubeconfig);
    this.#refuseShared();
    if (old !== undefined) {
      this.#options.logger.info('connection replaced', { cluster: cluster.name });
      this.#close(cluster, old);
    }
  }

  /** The credential was taken away: it is not used any more. What stands in the cluster stays. */
  #letGo(cluster: ClusterSettings, error: IsthmusError): void {
    const old = this.#connections.get(keyOf(cluster));
    const reason = `${error.code} ${error.message}`;
    if (old?.client.ok === false && old.toldAbout === reason) return;
    const gone = { cluster, made: undefined, server: undefined, client: err(error), toldAbout: reason };
    this.#connections.set(keyOf(cluster), gone);
    if (old?.client.ok !== true) return;
    const fields = { cluster: cluster.name, code: error.code, error: error.message };
    this.#options.logger.warn('the kubeconfig of a cluster is gone, and the cluster is left as it is', fields);
    this.#options.onUsed?.(cluster, undefined);
    this.#close(cluster, old);
  }

  /** Keeps a working connection and says why the new one was not taken; without one, the cluster is down for that reason. */
  #refuse(cluster: ClusterSettings, error: IsthmusError): void {
    const old = this.#connections.get(keyOf(cluster));
    const reason = `${error.code} ${error.message}`;
    if (old?.toldAbout === reason) return;
    if (old?.client.ok) {
      const fields = { cluster: cluster.name, code: error.code, error: error.message };
      this.#options.logger.error('the new kubeconfig does not work and the old one stays', fields);
      this.#connections.set(keyOf(cluster), { ...old, toldAbout: reason });
      return;
    }
    const refused = { cluster, made: undefined, server: undefined, client: err(error), toldAbout: reason };
    this.#connections.set(keyOf(cluster), refused);
  }

  /** Two clusters in one place would prune each other: the first one has it, the others are down. */
  #refuseShared(): void {
    const targets = this.#clusters.flatMap((cluster) => {
      const server = this.#connections.get(keyOf(cluster))?.server;
      return server === undefined ? [] : [{ cluster: cluster.name, server, namespace: cluster.namespace }];
    });
    const firstOf = displacedClusters(targets);
    for (const cluster of this.#clusters) this.#settleShared(cluster, firstOf.get(cluster.name));
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
    this.#close(cluster, connection);
    const message = `it reaches the API server and the namespace of ${first}: give each a namespace of its own`;
    const refused = err(new IsthmusError('kubeconfig-refused', message));
    this.#connections.set(keyOf(cluster), { ...connection, client: refused, toldAbout: SHARED });
  }

  /** What is under way may still succeed by the old credential. */
  #close(cluster: ClusterSettings, { client }: Connection): void {
    if (!client.ok) return;
    void client.value.retire().catch((cause: unknown) => {
      const { code, message } = toIsthmusError(cause, 'closing a connection');
      const fields = { cluster: cluster.name, code, error: message };
      this.#options.logger.warn('an old connection was not closed properly', fields);
    });
  }
}

function keyOf({ name, kubeconfig, namespace }: ClusterSettings): string {
  return JSON.stringify([name, kubeconfig, namespace]);
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
