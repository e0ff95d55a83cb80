import type { Check, ClusterRole, ObservedEntry } from '@isthmus/model';
import { toIsthmusError, unseen } from '@isthmus/model';
import { ApiTransport } from '../api-transport.js';
import type { Kubeconfig } from '../kubeconfig/kubeconfig.js';
import { KubernetesClusterClient } from '../kubernetes-cluster-client.js';
import { clusterName } from '@isthmus/model';
import { askingOf } from './api-question.js';
import { checkApi, checkEntryApi } from './check-api.js';
import { checkConnection } from './check-connection.js';
import { checkExpiry } from './check-expiry.js';
import { checkIstio } from './check-istio.js';
import type { NeededRights } from './check-rights.js';
import { checkRights } from './check-rights.js';
import { checkWriting } from './check-writing.js';
import type { TokenSource } from '../tokens/token-source.js';

/** The cluster to look at, and what the hub is to do there. */
export interface ClusterCheckup extends NeededRights {
  readonly name: string;
  readonly kubeconfig: Kubeconfig;
  readonly role: ClusterRole;
  /** Gives the token of each request; undefined: the one of the kubeconfig. */
  readonly tokens?: TokenSource | undefined;
}

/** What was found. */
export interface ClusterFindings {
  readonly checks: readonly Check[];
  /** Every ServiceEntry of the namespace; undefined when they could not be read. */
  readonly entries: readonly ObservedEntry[] | undefined;
}

/** Looks at a cluster from its name in DNS to a write as a dry run; later steps only where the earlier ones allow it. */
export async function checkCluster(
  { name, kubeconfig, role, tokens, ...needed }: ClusterCheckup,
  { nowMs, signal }: { readonly nowMs: () => number; readonly signal: AbortSignal },
): Promise<ClusterFindings> {
  const { checks: connection, isOpen } = await checkConnection(kubeconfig, nowMs());
  // A token that the hub makes itself is renewed by itself.
  const checks = tokens === undefined ? [...connection, checkExpiry(name, kubeconfig, nowMs())] : connection;
  if (!isOpen) return { checks, entries: undefined };
  const transport = new ApiTransport(kubeconfig, { connections: 4, tokens });
  try {
    const ask = askingOf(transport, signal);
    const api = await checkApi(ask, nowMs);
    if (api.some(({ outcome }) => outcome === 'failed')) return { checks: [...checks, ...api], entries: undefined };
    const [crd, rights, istio] = await Promise.all([
      checkEntryApi(ask),
      checkRights(ask, needed),
      checkIstio(ask, role),
    ]);
    const writing =
      crd.version === undefined || needed.isReadOnly || rights.some(({ outcome }) => outcome === 'failed')
        ? []
        : [await checkWriting(ask, needed.namespace, crd.version)];
    const options = { cluster: clusterName(name), kubeconfig, namespace: needed.namespace };
    const listed =
      crd.version === undefined ? undefined : await list(new KubernetesClusterClient(options, transport), signal);
    return {
      checks: [...checks, ...api, crd.check, ...rights, ...writing, ...istio, ...(listed?.checks ?? [])],
      entries: listed?.entries,
    };
  } finally {
    await transport.close();
  }
}

async function list(client: KubernetesClusterClient, signal: AbortSignal): Promise<ClusterFindings> {
  try {
    return { checks: [], entries: (await client.listEntries(signal)).items };
  } catch (error) {
    const { message } = toIsthmusError(error, 'listing ServiceEntries');
    return { checks: [unseen('entries', message)], entries: undefined };
  }
}
