import { KubernetesClusterClient, parseKubeconfig } from '@isthmus/kubernetes';
import { clusterName } from '@isthmus/model';
import type { ClusterClientRig, ForeignEntry, OtherCaller } from '@isthmus/testing';
import type { KubeEmulator, KubeEmulatorOptions } from '../../apps/kube-emulator/src/server.js';
import { startKubeEmulator } from '../../apps/kube-emulator/src/server.js';

const NAMESPACE = 'isthmus';
const COLLECTION = `/apis/networking.istio.io/v1/namespaces/${NAMESPACE}/serviceentries`;

/** How the client under test is made. */
export interface ClientOptions {
  readonly writeTimeoutMs?: number;
  readonly listTimeoutMs?: number;
}

/** A ClusterClient on an emulated cluster over HTTPS, with a hand that may do everything. */
export class EmulatedCluster implements ClusterClientRig {
  readonly emulator: KubeEmulator;
  readonly client: KubernetesClusterClient;
  readonly #options: ClientOptions;

  private constructor(emulator: KubeEmulator, options: ClientOptions) {
    this.emulator = emulator;
    this.#options = options;
    this.client = this.#makeClient(emulator.kubeconfig());
  }

  static async start(
    options: ClientOptions = {},
    cluster: Partial<KubeEmulatorOptions> = {},
  ): Promise<EmulatedCluster> {
    return new EmulatedCluster(await startKubeEmulator({ name: 'test', ...cluster }), options);
  }

  clientOf(caller: OtherCaller): KubernetesClusterClient {
    const { model } = this.emulator;
    const kubeconfig = this.emulator.kubeconfig();
    switch (caller) {
      case 'bad-token':
        return this.#makeClient(kubeconfig.replace(/token: .*/, 'token: wrong-token'));
      case 'no-rights':
        model.setUser({ name: 'nobody', token: 'nobodys-token', rights: [] });
        return this.#makeClient(this.emulator.kubeconfig('nobody'));
      case 'missing-namespace':
        return this.#makeClient(this.emulator.kubeconfig('admin'), 'missing');
    }
  }

  /** A client of another kubeconfig, made like the one under test. */
  clientFor(kubeconfig: string): KubernetesClusterClient {
    return this.#makeClient(kubeconfig);
  }

  async putForeign(name: string, { spec, ...metadata }: ForeignEntry): Promise<void> {
    const patched = await this.#asAdmin('PATCH', `/${name}`, { metadata, spec: spec ?? {} });
    if (patched !== 404) return;
    const object = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata: { name, ...metadata },
      spec: { hosts: [`${name}.foreign`], resolution: 'STATIC', ...spec },
    };
    await this.#asAdmin('POST', '', object);
  }

  async removeForeign(name: string): Promise<void> {
    await this.#asAdmin('DELETE', `/${name}`, {});
  }

  /** Deletes the namespace as an administrator; it stays Terminating. */
  async deleteNamespace(): Promise<void> {
    await this.#request('DELETE', `/api/v1/namespaces/${NAMESPACE}`, {});
  }

  connectionCount(): number {
    return this.emulator.tlsConnectionCount();
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.emulator.close();
  }

  #makeClient(kubeconfigText: string, namespace = NAMESPACE): KubernetesClusterClient {
    const kubeconfig = parseKubeconfig(kubeconfigText, 'kubeconfig.yaml');
    if (!kubeconfig.ok) throw new Error(JSON.stringify(kubeconfig.error));
    return new KubernetesClusterClient({
      cluster: clusterName('test'),
      kubeconfig: kubeconfig.value,
      namespace,
      ...this.#options,
    });
  }

  #asAdmin(method: string, path: string, body: object): Promise<number> {
    return this.#request(method, `${COLLECTION}${path}?fieldManager=kubectl-edit`, body);
  }

  async #request(method: string, path: string, body: object): Promise<number> {
    const outcome = this.emulator.model.handle({
      method,
      path,
      headers: {
        authorization: `Bearer ${this.emulator.model.user('admin')?.token ?? ''}`,
        'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
      },
      body: JSON.stringify(body),
    });
    await Promise.resolve();
    const status = outcome.kind === 'answer' ? outcome.response.status : 0;
    if (status >= 400 && status !== 404) throw new Error(JSON.stringify(outcome));
    return status;
  }
}
