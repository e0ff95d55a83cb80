import type { ErrorReport, Secret } from '@isthmus/model';

/** A kubeconfig that lies in a Secret of the hub's own cluster. */
export interface ClusterSecret {
  /** Name of the Secret. */
  readonly secret: string;
  /** Key of its data: the name of the cluster. */
  readonly key: string;
  readonly kubeconfig: Secret;
  /** `istio`: what `istioctl create-remote-secret` writes. */
  readonly layout: 'isthmus' | 'istio';
  /** When the Secret was created (epoch ms): of two for one cluster the older one counts. */
  readonly createdAtMs: number;
}

/** What is known of the Secrets at one moment. */
export interface ClusterRegistryView {
  /** Undefined until all were listed once; what was known stays while they cannot be read. */
  readonly secrets: readonly ClusterSecret[] | undefined;
  /** Why they are not watched at present. */
  readonly error: ErrorReport | undefined;
}

/** The Secrets that hold kubeconfigs. */
export interface ClusterRegistry {
  view(): ClusterRegistryView;
  /** Follows them until the signal is aborted, over every failure; `onChange` is called when the view is another one. */
  watch(onChange: () => void, signal: AbortSignal): Promise<void>;
}
