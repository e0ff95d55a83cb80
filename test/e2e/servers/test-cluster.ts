import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { jsonOf } from './api-call.js';
import { ApiServer } from './api-server.js';
import type { ApiServerOptions } from './api-server.js';
import { ROOT } from './places.js';
import { until } from './server-process.js';

/** The namespace that `deploy/rbac` names. */
export const NAMESPACE = 'isthmus';

const GROUP = '/apis/networking.istio.io/v1';
const CRD = 'serviceentries.networking.istio.io';
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const RBAC_FILE = join(ROOT, 'deploy/rbac/target-cluster.yaml');

/** Where objects of a kind are created. */
const COLLECTIONS: Readonly<Record<string, (namespace: string) => string>> = {
  Namespace: () => '/api/v1/namespaces',
  ServiceAccount: (namespace) => `/api/v1/namespaces/${namespace}/serviceaccounts`,
  Secret: (namespace) => `/api/v1/namespaces/${namespace}/secrets`,
  Role: (namespace) => `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles`,
  RoleBinding: (namespace) => `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`,
};

/** A ServiceEntry as it is stored. */
export interface StoredEntry {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
    readonly deletionTimestamp?: string;
  };
  readonly spec: {
    readonly hosts: readonly string[];
    readonly resolution?: string;
    readonly endpoints?: readonly { readonly address: string }[];
  };
}

/** What a person writes of a ServiceEntry. */
export interface EntryByHand {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string | null>>;
  readonly annotations?: Readonly<Record<string, string | null>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly object[];
  readonly spec?: object;
}

type Manifest = { readonly kind: string; readonly metadata: { readonly name: string; readonly namespace?: string } };

/** A real API server with Istio's ServiceEntry, the Role that the hub is given, and an administrator's hand. */
export class TestCluster {
  readonly server: ApiServer;
  readonly #crds: string;
  #hubToken = '';

  private constructor(server: ApiServer, crds: string) {
    this.server = server;
    this.#crds = crds;
  }

  static async start(options: ApiServerOptions & { readonly crds: string }): Promise<TestCluster> {
    const cluster = new TestCluster(await ApiServer.start(options), options.crds);
    await cluster.installCrd();
    await cluster.applyRbac();
    return cluster;
  }

  /** Serves ServiceEntry, as Istio's base chart would have it. */
  async installCrd(): Promise<void> {
    const crd = readFileSync(this.#crds, 'utf8')
      .split(/^---\s*$/m)
      .find((document) => document.includes(`\n  name: ${CRD}\n`));
    if (crd === undefined) throw new Error(`${this.#crds} has no ${CRD}`);
    jsonOf(await this.server.call({ method: 'POST', path: CRDS, body: crd, type: 'application/yaml' }), 201, 409);
    const path = `${GROUP}/namespaces/default/serviceentries?limit=1`;
    await until('ServiceEntry served', 20_000, async () => (await this.server.call({ path })).status === 200);
  }

  /** Takes ServiceEntry away with every object of it, and resolves when it is no longer served. */
  async removeCrd(): Promise<void> {
    await this.clean();
    jsonOf(await this.server.call({ method: 'DELETE', path: `${CRDS}/${CRD}` }), 200);
    await until('ServiceEntry gone', 20_000, async () => (await this.server.call({ path: GROUP })).status === 404);
  }

  /** Applies what the project ships for a target cluster, and takes a token of its ServiceAccount. */
  async applyRbac(): Promise<void> {
    await this.apply(RBAC_FILE);
    await this.renewHubToken();
  }

  /** Creates what a file of `deploy/rbac` holds. */
  async apply(file: string): Promise<void> {
    for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
      const manifest = document.toJS() as Manifest;
      const path = COLLECTIONS[manifest.kind]?.(manifest.metadata.namespace ?? NAMESPACE);
      if (path === undefined) throw new Error(`deploy/rbac has a ${manifest.kind}, which this harness cannot apply`);
      jsonOf(await this.server.call({ method: 'POST', path, body: manifest }), 201, 409);
    }
  }

  /** Gives the hub the rights of its Role in every namespace, as a cluster with namespaces made later must. */
  async grantEverywhere(): Promise<void> {
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    const role = jsonOf(await this.server.call({ path: `${rbac}/namespaces/${NAMESPACE}/roles/isthmus` }), 200) as {
      readonly rules: readonly object[];
    };
    const group = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'isthmus' };
    const kind = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'isthmus' } };
    const clusterRole = { ...kind, kind: 'ClusterRole', rules: role.rules };
    const subjects = [{ kind: 'ServiceAccount', name: 'isthmus', namespace: NAMESPACE }];
    const binding = { ...kind, kind: 'ClusterRoleBinding', roleRef: group, subjects };
    jsonOf(await this.server.call({ method: 'POST', path: `${rbac}/clusterroles`, body: clusterRole }), 201, 409);
    jsonOf(await this.server.call({ method: 'POST', path: `${rbac}/clusterrolebindings`, body: binding }), 201, 409);
  }

  /** Makes the hub's ServiceAccount anew, which ends every token that it had, and takes another one. */
  async renewHubToken(): Promise<void> {
    const collection = COLLECTIONS['ServiceAccount']?.(NAMESPACE) ?? '';
    await this.server.call({ method: 'DELETE', path: `${collection}/isthmus` });
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'isthmus', namespace: NAMESPACE } };
    jsonOf(await this.server.call({ method: 'POST', path: collection, body: account }), 201);
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 7200 } };
    const path = `${collection}/isthmus/token`;
    const reply = await this.server.call({ method: 'POST', path, body: request });
    this.#hubToken = (jsonOf(reply, 201) as { readonly status: { readonly token: string } }).status.token;
  }

  /** The token that the hub's kubeconfig holds. */
  get hubToken(): string {
    return this.#hubToken;
  }

  /** The kubeconfig of the hub, or of whoever the token is of. */
  kubeconfig(user: { readonly token?: string; readonly server?: string; readonly caPem?: string } = {}): string {
    const { token = this.#hubToken, server = this.server.url, caPem = this.server.caPem } = user;
    return stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'isthmus' } }],
      clusters: [
        { name: 'test', cluster: { server, 'certificate-authority-data': Buffer.from(caPem).toString('base64') } },
      ],
      users: [{ name: 'isthmus', user: { token } }],
    });
  }

  /** Every ServiceEntry of a namespace, sorted by name. */
  async entries(namespace = NAMESPACE): Promise<readonly StoredEntry[]> {
    const reply = await this.server.call({ path: collection(namespace) });
    const { items } = jsonOf(reply, 200) as { readonly items: readonly StoredEntry[] };
    return items.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  /** Creates an entry, or changes what is given of it, as a person would with kubectl. */
  async put(name: string, { spec, namespace = NAMESPACE, ...metadata }: EntryByHand): Promise<void> {
    const path = `${collection(namespace)}/${name}?fieldManager=kubectl-edit`;
    const type = 'application/merge-patch+json';
    const patch = { metadata, spec: spec ?? {} };
    const patched = await this.server.call({ method: 'PATCH', path, body: patch, type });
    if (patched.status !== 404) return void jsonOf(patched, 200);
    const body = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata: { name, ...metadata },
      spec: { hosts: [`${name}.foreign`], resolution: 'STATIC', ...spec },
    };
    const created = `${collection(namespace)}?fieldManager=kubectl-edit`;
    jsonOf(await this.server.call({ method: 'POST', path: created, body }), 201);
  }

  /** Creates that many entries at once. */
  async fill(count: number): Promise<void> {
    const path = `${collection(NAMESPACE)}?fieldManager=kubectl-edit`;
    const kind = { apiVersion: 'networking.istio.io/v1', kind: 'ServiceEntry' };
    for (let next = 0; next < count; next += 20) {
      const names = Array.from({ length: Math.min(20, count - next) }, (_, i) => `e${next + i}`);
      const bodies = names.map((name) => ({ ...kind, metadata: { name }, spec: { hosts: [`${name}.foreign`] } }));
      const replies = await Promise.all(bodies.map((body) => this.server.call({ method: 'POST', path, body })));
      for (const reply of replies) jsonOf(reply, 201);
    }
  }

  async remove(name: string, namespace = NAMESPACE): Promise<void> {
    jsonOf(await this.server.call({ method: 'DELETE', path: `${collection(namespace)}/${name}` }), 200, 404);
  }

  /** Takes away every entry, also those that wait for finalizers. */
  async clean(namespace = NAMESPACE): Promise<void> {
    for (const { metadata } of await this.entries(namespace)) {
      if (metadata.finalizers !== undefined) await this.put(metadata.name, { finalizers: [], namespace });
    }
    jsonOf(await this.server.call({ method: 'DELETE', path: collection(namespace) }), 200);
  }

  async createNamespace(name: string): Promise<void> {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    jsonOf(await this.server.call({ method: 'POST', path: '/api/v1/namespaces', body }), 201, 409);
  }

  /** Deletes a namespace; with no controller to finish that, it stays Terminating. */
  async deleteNamespace(name: string): Promise<void> {
    jsonOf(await this.server.call({ method: 'DELETE', path: `/api/v1/namespaces/${name}` }), 200);
  }
}

function collection(namespace: string): string {
  return `${GROUP}/namespaces/${namespace}/serviceentries`;
}
