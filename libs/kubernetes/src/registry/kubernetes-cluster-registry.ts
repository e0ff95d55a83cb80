import type { ClusterSecretsSettings } from '@isthmus/model';
import type { ClusterRegistry, ClusterRegistryView, ClusterSecret, Clock, Random } from '@isthmus/ports';
import type { OwnCluster } from '../own-cluster/own-cluster.js';
import { ISTIO_SELECTOR } from './parse-secret.js';
import { SecretWatch } from './secret-watch.js';

export interface KubernetesClusterRegistryOptions {
  readonly settings: ClusterSecretsSettings;
  /** Opens the hub's own cluster; called again after a failure. */
  readonly open: () => Promise<OwnCluster>;
  readonly clock: Clock;
  readonly random: Random;
}

/** The labelled Secrets of one namespace of the hub's own cluster, and those that istioctl made there. */
export class KubernetesClusterRegistry implements ClusterRegistry {
  readonly #watches: readonly SecretWatch[];
  #onChange: () => void = () => undefined;

  constructor({ settings, ...around }: KubernetesClusterRegistryOptions) {
    const { namespace, labelSelector } = settings;
    const onChange = (): void => this.#onChange();
    this.#watches = [...new Set([labelSelector, ISTIO_SELECTOR])].map(
      (selector) => new SecretWatch({ ...around, namespace, labelSelector: selector, onChange }),
    );
  }

  view(): ClusterRegistryView {
    const known = this.#watches.map(({ clusters }) => clusters);
    const isListed = known.every((clusters) => clusters !== undefined);
    return {
      secrets: isListed ? united(known.flatMap((clusters) => clusters ?? [])) : undefined,
      error: this.#watches.find(({ error }) => error !== undefined)?.error,
    };
  }

  async watch(onChange: () => void, signal: AbortSignal): Promise<void> {
    this.#onChange = onChange;
    await Promise.all(this.#watches.map((watch) => watch.run(signal)));
  }
}

/** A Secret that both selectors find is one. */
function united(secrets: readonly ClusterSecret[]): readonly ClusterSecret[] {
  return [...new Map(secrets.map((one) => [JSON.stringify([one.secret, one.key]), one])).values()];
}
