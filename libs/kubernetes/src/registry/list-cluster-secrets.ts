import type { ErrorReport, Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import type { ClusterSecret } from '@isthmus/ports';
import type { KubernetesClusterRegistryOptions } from './kubernetes-cluster-registry.js';
import { KubernetesClusterRegistry } from './kubernetes-cluster-registry.js';

/** Reads the Secrets of clusters once; the first error ends it. */
export async function listClusterSecrets(
  options: KubernetesClusterRegistryOptions,
  signal: AbortSignal,
): Promise<Result<readonly ClusterSecret[], ErrorReport>> {
  const registry = new KubernetesClusterRegistry(options);
  const enough = new AbortController();
  const onChange = (): void => {
    const { secrets, error } = registry.view();
    if (secrets !== undefined || error !== undefined) enough.abort();
  };
  await registry.watch(onChange, AbortSignal.any([signal, enough.signal]));
  signal.throwIfAborted();
  const { secrets, error } = registry.view();
  return error === undefined ? ok(secrets ?? []) : err(error);
}
