import { CustomObjectsApi, KubeConfig } from '@kubernetes/client-node';
import { KubernetesClusterClient, parseKubeconfig } from '@isthmus/kubernetes';
import { clusterName } from '@isthmus/model';
import type { EntryName, Precondition } from '@isthmus/model';
import type { EntryManifest } from '@isthmus/ports';

const NAMESPACE = 'isthmus';
const PLACE = { group: 'networking.istio.io', version: 'v1', namespace: NAMESPACE, plural: 'serviceentries' };
const ENDPOINTS = 20;

/** Writes ServiceEntries, one after another, by one client of Kubernetes. */
export interface Writer {
  create(n: number): Promise<void>;
  /** Changes an entry that it created itself, by one request. */
  update(n: number): Promise<void>;
  close(): Promise<void>;
}

/** The stock client as its documentation shows it: create, then replace. */
export function stockWriter(kubeconfig: string): Writer {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const api = config.makeApiClient(CustomObjectsApi);
  const versions = new Map<number, string>();
  return {
    async create(n) {
      const answer: unknown = await api.createNamespacedCustomObject({ ...PLACE, body: bodyOf(n, 0) });
      versions.set(n, versionOf(answer));
    },
    async update(n) {
      const { name } = manifestOf(n, 1);
      await api.replaceNamespacedCustomObject({ ...PLACE, name, body: bodyOf(n, 1, versions.get(n)) });
    },
    close: () => Promise.resolve(),
  };
}

/** The hub's own client. */
export function ownWriter(kubeconfig: string): Writer {
  const parsed = parseKubeconfig(kubeconfig, 'kubeconfig');
  if (!parsed.ok) throw new Error('the kubeconfig is refused');
  const client = new KubernetesClusterClient({
    cluster: clusterName('bench'),
    kubeconfig: parsed.value,
    namespace: NAMESPACE,
  });
  const seen = new Map<number, Precondition>();
  const { signal } = new AbortController();
  return {
    async create(n) {
      const { metadata } = await client.create(manifestOf(n, 0), signal);
      seen.set(n, metadata);
    },
    async update(n) {
      const precondition = seen.get(n);
      if (precondition === undefined) throw new Error(`entry ${n} was not created`);
      await client.update(manifestOf(n, 1), precondition, signal);
    },
    close: () => client.close(),
  };
}

function bodyOf(n: number, revision: number, resourceVersion?: string): object {
  const { name, labels, annotations, spec } = manifestOf(n, revision);
  const metadata = { name, labels, annotations, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  return { apiVersion: 'networking.istio.io/v1', kind: 'ServiceEntry', metadata, spec };
}

function versionOf(answer: unknown): string {
  return (answer as { readonly metadata: { readonly resourceVersion: string } }).metadata.resourceVersion;
}

/** An entry as the hub would write it: 20 endpoints with ports and localities, and what it notes of them. */
function manifestOf(n: number, revision: number): EntryManifest {
  const addresses = Array.from({ length: ENDPOINTS }, (_, i) => `10.${revision}.${n % 250}.${i + 1}`);
  const components = `aws/us-east-1/111122223333/ns-aaaaaaaaaaaaaaaa/srv-${String(n).padStart(16, '0')}`;
  return {
    name: `cloudmap-service-${n}.shop` as EntryName,
    labels: { 'app.kubernetes.io/managed-by': 'isthmus', 'isthmus.dev/hub': 'bench' },
    annotations: {
      'isthmus.dev/cluster': 'bench',
      'isthmus.dev/components': `${components} ${revision} 2026-01-01T00:00:00Z shop/service-${n}`,
      'isthmus.dev/content-hash': String(n * 2 + revision).padStart(64, '0'),
      'isthmus.dev/epoch': '1',
      'isthmus.dev/schema': '1',
    },
    spec: {
      hosts: [`service-${n}.shop`],
      location: 'MESH_EXTERNAL',
      resolution: 'STATIC',
      ports: [{ number: 8080, name: 'http', protocol: 'HTTP' }],
      endpoints: addresses.map((address, i) => ({
        address,
        ports: { http: 8080 },
        locality: `us-east-1/us-east-1${'abc'[i % 3] ?? 'a'}`,
      })),
    },
    absentLabels: [],
    absentAnnotations: [],
  };
}
