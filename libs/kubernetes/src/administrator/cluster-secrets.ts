import { isRecord } from '../json.js';
import type { JsonRecord } from '../json.js';
import { CLUSTER_LABEL } from './access-manifests.js';
import type { Administrator } from './administrator.js';
import { getObject } from './apply-manifest.js';

/** One kubeconfig in a labelled Secret of the hub's cluster. */
export interface FoundSecret {
  /** Name of the Secret. */
  readonly secret: string;
  /** Key of its data: the name of the cluster. */
  readonly cluster: string;
  readonly kubeconfig: string;
  /** Epoch ms. */
  readonly createdAtMs: number;
  /** How many clusters the Secret holds. */
  readonly keys: number;
  readonly resourceVersion: string;
  readonly uid: string;
}

/** Every kubeconfig of the labelled Secrets, the one that counts for a cluster before any other of the same name. */
export async function findClusterSecrets(
  administrator: Pick<Administrator, 'send'>,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly FoundSecret[]> {
  const label = encodeURIComponent(`${CLUSTER_LABEL}=true`);
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets?labelSelector=${label}`;
  const list = await getObject(administrator, path, { what: `the Secrets of namespace ${namespace}`, signal });
  const items = Array.isArray(list?.['items']) ? list['items'].filter(isRecord) : [];
  return items
    .flatMap(kubeconfigsOf)
    .toSorted((a, b) => a.createdAtMs - b.createdAtMs || (a.secret < b.secret ? -1 : 1));
}

function kubeconfigsOf({ metadata, data }: JsonRecord): readonly FoundSecret[] {
  const { name, creationTimestamp, resourceVersion, uid } = isRecord(metadata) ? metadata : {};
  const entries = Object.entries(isRecord(data) ? data : {});
  return entries.map(([cluster, value]) => ({
    secret: String(name),
    cluster,
    kubeconfig: Buffer.from(typeof value === 'string' ? value : '', 'base64').toString('utf8'),
    createdAtMs: Date.parse(String(creationTimestamp)),
    keys: entries.length,
    resourceVersion: String(resourceVersion),
    uid: String(uid),
  }));
}
