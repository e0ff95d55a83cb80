import { KubernetesClusterClient, parseKubeconfig } from '@isthmus/kubernetes';
import type { ObservedEntry } from '@isthmus/model';
import { clusterName } from '@isthmus/model';
import type { EntryList } from '@isthmus/ports';
import type { ClusterClientRig, ForeignEntry, OtherCaller } from '@isthmus/testing';
import { unaborted } from '@isthmus/testing';
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

  async clientOf(caller: OtherCaller): Promise<KubernetesClusterClient> {
    const { model, url, kubeconfig } = this.emulator;
    switch (caller) {
      case 'bad-token':
        return this.#makeClient(kubeconfig().replace(/token: .*/, 'token: wrong-token'));
      case 'no-rights':
        model.setUser({ name: 'nobody', token: 'nobodys-token', rights: [] });
        return this.#makeClient(kubeconfig('nobody'));
      case 'missing-namespace':
        return this.#makeClient(kubeconfig('admin'), 'missing');
      case 'terminating-namespace':
        await this.deleteNamespace();
        return this.#makeClient(kubeconfig());
      case 'untrusted-certificate':
        return this.#makeClient(await strangersKubeconfig(url));
      case 'wrong-server-name':
        return this.#makeClient(kubeconfig().replace(/(server: .*)/, '$1\n      tls-server-name: api.internal'));
      case 'busy-server':
        model.faults.add({ kind: 'status', status: 429, verb: 'create', retryAfterSeconds: 1 });
        return this.#makeClient(kubeconfig());
      case 'closed-port':
        await this.emulator.close();
        return this.#makeClient(kubeconfig());
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

  async fill(count: number): Promise<void> {
    for (let i = 0; i < count; i += 1) await this.putForeign(`e${i}`, {});
  }

  async listAround(act: () => void | Promise<void>): Promise<EntryList<ObservedEntry>> {
    const { faults, log } = this.emulator.model;
    const lists = (): number => log.calls().filter(({ verb }) => verb === 'list').length;
    const before = lists();
    faults.add({ kind: 'latency', latencyMs: 1, verb: 'list' });
    const listing = this.client.listEntries(unaborted());
    while (lists() === before) await new Promise((resolve) => setImmediate(resolve));
    await act();
    return listing;
  }

  /** Who has written an entry, by the field managers on it. */
  managersOf(name: string): readonly string[] {
    const entry = this.emulator.model.handle({
      method: 'GET',
      path: `${COLLECTION}/${name}`,
      headers: { authorization: `Bearer ${this.emulator.model.user('admin')?.token ?? ''}` },
      body: '',
    });
    const body = entry.kind === 'answer' ? entry.response.body : '{}';
    const { metadata } = JSON.parse(body) as { metadata?: { managedFields?: readonly { manager: string }[] } };
    return (metadata?.managedFields ?? []).map(({ manager }) => manager);
  }

  expirePositions(): void {
    this.emulator.model.world.compact();
  }

  restart(): Promise<void> {
    return this.emulator.restart();
  }

  removeApi(): void {
    this.emulator.model.serveVersions([]);
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

/** A kubeconfig for this server with the CA of another one. */
async function strangersKubeconfig(url: string): Promise<string> {
  const stranger = await startKubeEmulator({ name: 'stranger' });
  const text = stranger.kubeconfig().replace(/server: .*/, `server: ${url}`);
  await stranger.close();
  return text;
}
