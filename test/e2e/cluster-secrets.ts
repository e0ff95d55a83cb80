import { jsonOf } from './servers/api-call.js';
import type { TestCluster } from './servers/index.js';

const SECRETS = '/api/v1/namespaces/isthmus-clusters/secrets';
const ACCOUNTS = '/api/v1/namespaces/isthmus/serviceaccounts';
const BOUND = '/api/v1/namespaces/isthmus/secrets';

/** A person's hand in the namespace where the hub finds its clusters. */
export class ClusterSecrets {
  readonly #own: TestCluster;

  /** `own`: the cluster that the hub runs in. */
  constructor(own: TestCluster) {
    this.#own = own;
  }

  /** Creates a Secret, or replaces what it holds. */
  async put(name: string, kubeconfigs: Readonly<Record<string, string>>, labels?: object): Promise<void> {
    const data = Object.fromEntries(
      Object.entries(kubeconfigs).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
    );
    const metadata = { name, labels: labels ?? { 'isthmus.dev/cluster': 'true' } };
    const body = { apiVersion: 'v1', kind: 'Secret', metadata, data };
    const created = await this.#own.server.call({ method: 'POST', path: SECRETS, body });
    if (created.status !== 409) return void jsonOf(created, 201);
    jsonOf(await this.#own.server.call({ method: 'PUT', path: `${SECRETS}/${name}`, body }), 200);
  }

  async remove(name: string): Promise<void> {
    jsonOf(await this.#own.server.call({ method: 'DELETE', path: `${SECRETS}/${name}` }), 200);
  }
}

/** A token of the hub's ServiceAccount that can be ended without touching any other. */
export class RevocableToken {
  readonly token: string;
  readonly #cluster: TestCluster;
  readonly #name: string;

  private constructor(cluster: TestCluster, name: string, token: string) {
    this.token = token;
    this.#cluster = cluster;
    this.#name = name;
  }

  /** Bound to a Secret: without that it is worth nothing. */
  static async issue(cluster: TestCluster, name: string): Promise<RevocableToken> {
    const { server } = cluster;
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name } };
    const created = jsonOf(await server.call({ method: 'POST', path: BOUND, body: secret }), 201);
    const { uid } = (created as { readonly metadata: { readonly uid: string } }).metadata;
    const spec = { expirationSeconds: 7200, boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name, uid } };
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
    const reply = await server.call({ method: 'POST', path: `${ACCOUNTS}/isthmus/token`, body });
    const { token } = (jsonOf(reply, 201) as { readonly status: { readonly token: string } }).status;
    return new RevocableToken(cluster, name, token);
  }

  async revoke(): Promise<void> {
    jsonOf(await this.#cluster.server.call({ method: 'DELETE', path: `${BOUND}/${this.#name}` }), 200);
  }

  /** Whether the API server still takes it. */
  async isGood(): Promise<boolean> {
    const path = '/apis/networking.istio.io/v1/namespaces/isthmus/serviceentries?limit=1';
    return (await this.#cluster.server.call({ path, token: this.token })).status === 200;
  }
}
