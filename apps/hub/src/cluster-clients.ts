import type { CredentialsProvider } from '@isthmus/cloudmap';
import { roleCredentials } from '@isthmus/cloudmap';
import type { Kubeconfig, TokenSource } from '@isthmus/kubernetes';
import { CachedTokenSource, credentialExpiryMs, KubernetesClusterClient, mintFor } from '@isthmus/kubernetes';
import type { ClusterSettings } from '@isthmus/model';
import type { ClusterClient, Clock, Logger, Metrics, Random } from '@isthmus/ports';

import type { ReadText } from './config-file.js';

const EXPIRY = 'isthmus_cluster_credential_expiry_timestamp_seconds';

export interface ClusterClientsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly readText: ReadText;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The AWS identity of this process. */
  readonly credentials: CredentialsProvider;
}

/** Makes the clients of clusters, each with what gives its tokens, and tells when credentials end. */
export class ClusterClients {
  readonly #options: ClusterClientsOptions;

  constructor(options: ClusterClientsOptions) {
    this.#options = options;
  }

  create(cluster: ClusterSettings, kubeconfig: Kubeconfig): ClusterClient {
    const { metrics } = this.#options;
    const { name, namespace, limits } = cluster;
    return new KubernetesClusterClient({
      cluster: name,
      kubeconfig,
      namespace,
      connections: limits.inFlight,
      tokens: this.#tokensOf(cluster),
      onConnect: () => metrics.count('isthmus_cluster_tls_connects_total', { cluster: name }),
    });
  }

  /** A cluster is reached by this kubeconfig from now on, or not at all. */
  used({ name, auth }: ClusterSettings, kubeconfig: Kubeconfig | undefined): void {
    // What a cloud gives is told with each token.
    if (kubeconfig !== undefined && auth.kind !== 'kubeconfig') return;
    this.#tellExpiry(name, kubeconfig === undefined ? undefined : credentialExpiryMs(kubeconfig));
  }

  /** Undefined: the kubeconfig holds the credential. */
  #tokensOf(cluster: ClusterSettings): TokenSource | undefined {
    const { clock, random, readText, env, credentials } = this.#options;
    const mint = mintFor(cluster.auth, {
      surroundings: { env, readText, nowMs: () => clock.nowMs() },
      awsKeys: ({ region, roleArn, externalId }) => roleCredentials({ base: credentials, region, roleArn, externalId }),
    });
    if (mint === undefined) return undefined;
    return new CachedTokenSource({
      mint,
      clock,
      random,
      onRenewed: (expiresAtMs) => this.#tellExpiry(cluster.name, expiresAtMs),
      onFailed: ({ code, message }) => {
        const fields = { cluster: cluster.name, code, error: message };
        this.#options.logger.warn('a token of a cluster could not be had, and is asked for again', fields);
      },
    });
  }

  #tellExpiry(cluster: string, expiresAtMs: number | undefined): void {
    const { metrics } = this.#options;
    if (expiresAtMs === undefined) metrics.forget(EXPIRY, { cluster });
    else metrics.set(EXPIRY, expiresAtMs / 1000, { cluster });
  }
}
