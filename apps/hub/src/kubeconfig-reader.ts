import type { ClusterSettings, IsthmusError, Result } from '@isthmus/model';

/** A kubeconfig as it was found. */
export interface KubeconfigText {
  readonly text: string;
  /** What it is called in messages. */
  readonly where: string;
}

/** Why there is no kubeconfig. */
export interface KubeconfigFailure {
  readonly error: IsthmusError;
  /** Somebody took it away, so that the credential that was known is not to be used any more. */
  readonly isGone: boolean;
}

/** Reads the kubeconfig of a cluster, wherever it is. */
export type ReadKubeconfig = (cluster: ClusterSettings) => Promise<Result<KubeconfigText, KubeconfigFailure>>;
