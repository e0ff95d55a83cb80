import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import type { JoinedClusters } from '@isthmus/federation';
import { errorStatus, joinClusterSecrets } from '@isthmus/federation';
import type {
  ClusterSecretsSettings,
  ClusterSecretsStatus,
  ClusterSettings,
  Code,
  Configuration,
  KubeconfigPlace,
  Result,
} from '@isthmus/model';
import { err, IsthmusError, ok } from '@isthmus/model';
import type { ClusterRegistry, ClusterSecret, Logger, Metrics } from '@isthmus/ports';

import type { ReadText } from './config-file.js';
import type { KubeconfigFailure, KubeconfigText } from './kubeconfig-reader.js';

export interface ClusterDirectoryOptions {
  readonly readText: ReadText;
  readonly registryOf: (settings: ClusterSecretsSettings) => ClusterRegistry;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

interface Followed {
  readonly settings: ClusterSecretsSettings;
  readonly registry: ClusterRegistry;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Which clusters there are, and where their kubeconfigs are: the configuration and the Secrets together. What was known
 * of the Secrets stays while they cannot be read.
 */
export class ClusterDirectory {
  readonly #options: ClusterDirectoryOptions;
  #followed: Followed | undefined;
  #joined:
    | { readonly from: Configuration; readonly secrets: readonly ClusterSecret[]; readonly value: JoinedClusters }
    | undefined;
  #told: ReadonlySet<string> = new Set();
  #toldError: Code | undefined;

  constructor(options: ClusterDirectoryOptions) {
    this.#options = options;
  }

  /** Watches the Secrets that the configuration asks for, and no others. */
  async follow({ clusterSecrets: settings }: Configuration, onChange: () => void): Promise<void> {
    if (isDeepStrictEqual(settings, this.#followed?.settings)) return;
    await this.stop();
    // Nobody watches now: what was wrong before is wrong no more.
    this.#options.metrics.forget('isthmus_cluster_secrets_up', {});
    this.#toldError = undefined;
    if (settings === undefined) return;
    const registry = this.#options.registryOf(settings);
    const stop = new AbortController();
    const changed = (): void => {
      this.#tellError();
      onChange();
    };
    this.#followed = { settings, registry, stop, ended: registry.watch(changed, stop.signal) };
  }

  async stop(): Promise<void> {
    const followed = this.#followed;
    this.#followed = undefined;
    followed?.stop.abort();
    await followed?.ended;
  }

  /** The configuration with the clusters that only a Secret names; the same object while nothing of it changed. */
  join(configuration: Configuration): Configuration {
    const secrets = this.#followed?.registry.view().secrets ?? [];
    const last = this.#joined;
    if (last?.from === configuration && last.secrets === secrets) return last.value.configuration;
    const value = joinClusterSecrets(configuration, secrets);
    const isSame = last?.from === configuration && isDeepStrictEqual(last.value.configuration, value.configuration);
    const kept = isSame ? { ...value, configuration: last.value.configuration } : value;
    this.#joined = { from: configuration, secrets, value: kept };
    this.#tell(kept);
    return kept.configuration;
  }

  /** The kubeconfig of a cluster as it is now. */
  async read(cluster: ClusterSettings): Promise<Result<KubeconfigText, KubeconfigFailure>> {
    const { kubeconfig: place } = cluster;
    if (place.kind === 'secret') return this.#fromSecret(cluster, place);
    try {
      return ok({ text: await this.#options.readText(place.file), where: basename(place.file) });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return err({ error: unreadable(reason), isGone: false });
    }
  }

  status(): ClusterSecretsStatus | null {
    if (this.#followed === undefined) return null;
    const { settings, registry } = this.#followed;
    const { unconfigured = [], warnings = [] } = this.#joined?.value ?? {};
    return { namespace: settings.namespace, error: errorStatus(registry.view().error), unconfigured, warnings };
  }

  #fromSecret(
    { name }: ClusterSettings,
    { secret, key }: Extract<KubeconfigPlace, { kind: 'secret' }>,
  ): Result<KubeconfigText, KubeconfigFailure> {
    const { secrets, error } = this.#followed?.registry.view() ?? {};
    const namespace = this.#followed?.settings.namespace ?? '';
    if (secrets === undefined) {
      const failure = error === undefined ? notListed() : unreadable(`${error.code}: ${error.message}`);
      return err({ error: failure, isGone: false });
    }
    const found = this.#joined?.value.secrets.get(name);
    if (found !== undefined) {
      return ok({ text: found.kubeconfig.reveal(), where: `${namespace}/${found.secret}/${found.key}` });
    }
    const what = secret === undefined ? 'no Secret' : `no Secret ${secret}`;
    const selector = this.#followed?.settings.labelSelector ?? '';
    const message = `${what} with ${selector} in namespace ${namespace} has the key ${key}`;
    return err({ error: unreadable(message), isGone: true });
  }

  #tell({ warnings, unconfigured }: JoinedClusters): void {
    const lines = new Set([
      ...warnings,
      ...unconfigured.map(({ name, secret }) => `the Secret ${secret} is of cluster ${name}, which is not configured`),
    ]);
    for (const warning of lines) {
      if (!this.#told.has(warning))
        this.#options.logger.warn('a Secret of a cluster is not used as it is', { warning });
    }
    this.#told = lines;
  }

  #tellError(): void {
    const { logger, metrics } = this.#options;
    const { error } = this.#followed?.registry.view() ?? {};
    metrics.set('isthmus_cluster_secrets_up', error === undefined ? 1 : 0);
    if (error?.code === this.#toldError) return;
    this.#toldError = error?.code;
    if (error === undefined) logger.info('the Secrets of clusters are watched again');
    else {
      const fields = { code: error.code, error: error.message };
      logger.warn('the Secrets of clusters cannot be watched, and what was known of them stays', fields);
    }
  }
}

function unreadable(reason: string): IsthmusError {
  return new IsthmusError('kubeconfig-unreadable', `reading the kubeconfig: ${reason}`);
}

function notListed(): IsthmusError {
  return new IsthmusError('not-ready', 'the Secrets of clusters were not listed yet');
}
