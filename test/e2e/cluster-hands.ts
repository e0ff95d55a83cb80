import { parseAllDocuments, stringify } from 'yaml';
import type { TestCluster } from './servers/index.js';
import { jsonOf } from './servers/index.js';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/** What a person has who administers all of these clusters: one file, a context each; the first is the current one. */
export function adminKubeconfig(clusters: Readonly<Record<string, TestCluster>>): string {
  const entries = Object.entries(clusters);
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': entries[0]?.[0],
    contexts: entries.map(([name]) => ({ name, context: { cluster: name, user: name } })),
    clusters: entries.map(([name, { server }]) => ({
      name,
      cluster: { server: server.url, 'certificate-authority-data': Buffer.from(server.caPem).toString('base64') },
    })),
    users: entries.map(([name, { server }]) => ({ name, user: { token: server.adminToken } })),
  });
}

/** What kube-controller-manager does, which no test starts: it puts a token into each Secret that asks for one. */
export async function fillTokens({ server }: TestCluster, namespace: string, signal: AbortSignal): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}`;
  while (!signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const secret = await server.call({ path: `${path}/secrets/isthmus-token` }).catch(() => undefined);
    if (secret?.status !== 200 || (jsonOf(secret, 200) as { readonly data?: object }).data !== undefined) continue;
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 7200 } };
    const reply = await server.call({ method: 'POST', path: `${path}/serviceaccounts/isthmus/token`, body: request });
    if (reply.status !== 201) continue;
    const { status } = jsonOf(reply, 201) as { readonly status: { readonly token: string } };
    const data = { token: Buffer.from(status.token).toString('base64') };
    const type = 'application/merge-patch+json';
    await server.call({ method: 'PATCH', path: `${path}/secrets/isthmus-token`, body: { data }, type });
  }
}

/** Applies what stands between the lines of `kubectl apply -f - <<EOF … EOF`, as a person who pastes it would. */
export async function applyAsShown({ server }: TestCluster, fix: string): Promise<void> {
  const [, manifests = ''] = /<<EOF\n([\s\S]*?)\nEOF/.exec(fix) ?? [];
  for (const document of parseAllDocuments(manifests)) {
    const manifest = document.toJS() as {
      readonly kind: string;
      readonly metadata: { readonly name: string; readonly namespace: string };
    };
    const { name, namespace } = manifest.metadata;
    const plural = manifest.kind === 'Role' ? 'roles' : 'rolebindings';
    const path = `${RBAC}/namespaces/${namespace}/${plural}/${name}`;
    const type = 'application/merge-patch+json';
    jsonOf(await server.call({ method: 'PATCH', path, body: manifest, type }), 200);
  }
}

/** An istiod, as far as a checkup looks. */
export function deployment(): object {
  const labels = { app: 'istiod' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'istiod', image: 'istiod' }] } };
  const metadata = { name: 'istiod', labels };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { selector: { matchLabels: labels }, template } };
}
