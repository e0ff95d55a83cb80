import { Secret } from '@isthmus/model';
import type { ClusterSecret } from '@isthmus/ports';
import { isRecord } from '../json.js';

/** Source: istio.io, “Install Multi-Primary”: what `istioctl create-remote-secret` puts on its Secrets. */
export const ISTIO_SELECTOR = 'istio/multiCluster=true';
const OWN_LABEL = 'isthmus.dev/cluster';

/** A Secret of the API as the kubeconfigs in it. */
export interface ParsedSecret {
  readonly name: string;
  readonly resourceVersion: string;
  readonly clusters: readonly ClusterSecret[];
}

/** Undefined for what is no Secret. Values that are not base64 are left out: they can be no kubeconfig. */
export function parseSecret(object: unknown): ParsedSecret | undefined {
  const metadata = isRecord(object) ? object['metadata'] : undefined;
  if (!isRecord(object) || !isRecord(metadata) || typeof metadata['name'] !== 'string') return undefined;
  const { name, resourceVersion, creationTimestamp } = metadata;
  const createdAtMs = Date.parse(String(creationTimestamp));
  const same = {
    secret: name,
    layout: layoutOf(isRecord(metadata['labels']) ? metadata['labels'] : {}),
    createdAtMs: Number.isFinite(createdAtMs) ? createdAtMs : 0,
  };
  const data = isRecord(object['data']) ? object['data'] : {};
  const clusters = Object.entries(data).flatMap(([key, value]) => {
    const kubeconfig = decoded(value);
    return kubeconfig === undefined ? [] : [{ ...same, key, kubeconfig }];
  });
  return { name, resourceVersion: String(resourceVersion), clusters };
}

function layoutOf(labels: Readonly<Record<string, unknown>>): ClusterSecret['layout'] {
  return labels[OWN_LABEL] !== 'true' && labels['istio/multiCluster'] === 'true' ? 'istio' : 'isthmus';
}

function decoded(value: unknown): Secret | undefined {
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) return undefined;
  return new Secret(Buffer.from(value, 'base64').toString('utf8'));
}
