import { KubernetesClusterClient, parseKubeconfig } from '@isthmus/kubernetes';
import type { ObservedEntry } from '@isthmus/model';
import { clusterName } from '@isthmus/model';
import type { EntryList } from '@isthmus/ports';
import type { ClusterClientRig, ForeignEntry, OtherCaller } from '@isthmus/testing';
import { unaborted } from '@isthmus/testing';
import { once } from 'node:events';
import { request } from 'node:https';
import type { ApiServer, TestSite } from './servers/index.js';
import { freePort, LOOPBACK, NAMESPACE, TcpGate } from './servers/index.js';

const COLLECTION = `/apis/networking.istio.io/v1/namespaces/${NAMESPACE}/serviceentries`;

/** A ClusterClient on a real API server with the rights that `deploy/rbac` gives, and an administrator's hand. */
export class RealCluster implements ClusterClientRig {
  readonly client: KubernetesClusterClient;
  readonly #site: TestSite;
  readonly #busy: ApiServer;
  readonly #cleanups: (() => Promise<void>)[] = [];
  #connectionCount = 0;

  private constructor(site: TestSite, busy: ApiServer) {
    this.#site = site;
    this.#busy = busy;
    this.client = this.#makeClient(this.#cluster.kubeconfig());
  }

  /** Empties the cluster `contract` of a site. `busy` is a second API server on the same data that does one thing at a time. */
  static async open(site: TestSite, busy: ApiServer): Promise<RealCluster> {
    await site.cluster('contract').clean();
    return new RealCluster(site, busy);
  }

  async clientOf(caller: OtherCaller): Promise<KubernetesClusterClient> {
    const cluster = this.#cluster;
    const { adminToken } = cluster.server;
    switch (caller) {
      case 'bad-token':
        return this.#makeClient(cluster.kubeconfig({ token: 'wrong-token' }));
      case 'no-rights':
        return this.#makeClient(cluster.kubeconfig({ token: cluster.server.nobodyToken }));
      case 'missing-namespace':
        return this.#makeClient(cluster.kubeconfig({ token: adminToken }), 'missing');
      case 'terminating-namespace':
        await cluster.createNamespace('terminating');
        await cluster.deleteNamespace('terminating');
        return this.#makeClient(cluster.kubeconfig({ token: adminToken }), 'terminating');
      case 'untrusted-certificate':
        return this.#makeClient(cluster.kubeconfig({ caPem: this.#busy.caPem }));
      case 'wrong-server-name':
        return this.#makeClient(
          cluster.kubeconfig().replace(/(server: .*)/, '$1\n      tls-server-name: api.internal'),
        );
      case 'busy-server':
        return this.#clientOfBusyServer();
      case 'closed-port':
        return this.#makeClient(cluster.kubeconfig({ server: `https://${LOOPBACK}:${await freePort()}` }));
    }
  }

  putForeign(name: string, entry: ForeignEntry): Promise<void> {
    return this.#cluster.put(name, entry);
  }

  removeForeign(name: string): Promise<void> {
    return this.#cluster.remove(name);
  }

  fill(count: number): Promise<void> {
    return this.#cluster.fill(count);
  }

  async listAround(act: () => void | Promise<void>): Promise<EntryList<ObservedEntry>> {
    const gate = await TcpGate.open(this.#cluster.server.url);
    const client = this.#makeClient(this.#cluster.kubeconfig({ server: gate.url }));
    try {
      await client.probe(unaborted());
      // A page of 500 entries is some hundred kB; nothing else that is answered here comes near.
      gate.holdAfter(65_536, act);
      return await client.listEntries(unaborted());
    } finally {
      await client.close();
      await gate.close();
    }
  }

  expirePositions(): Promise<void> {
    return this.#site.etcd.compact();
  }

  async restart(): Promise<void> {
    await this.#cluster.server.kill();
    await this.#cluster.server.start();
  }

  async removeApi(): Promise<void> {
    this.#cleanups.push(() => this.#cluster.installCrd());
    await this.#cluster.removeCrd();
  }

  connectionCount(): number {
    return this.#connectionCount;
  }

  async close(): Promise<void> {
    await this.client.close();
    for (const cleanup of this.#cleanups.splice(0)) await cleanup();
  }

  get #cluster() {
    return this.#site.cluster('contract');
  }

  /** A server that does one write at a time, with one write under way that never ends. */
  async #clientOfBusyServer(): Promise<KubernetesClusterClient> {
    const { url, caPem, hubToken } = this.#busy;
    const headers = {
      authorization: `Bearer ${hubToken}`,
      'content-type': 'application/json',
      'content-length': 100,
    };
    const unfinished = request(new URL(COLLECTION, url), { method: 'POST', ca: caPem, agent: false, headers });
    unfinished.once('error', () => undefined);
    unfinished.flushHeaders();
    const [socket] = (await once(unfinished, 'socket')) as [NodeJS.EventEmitter];
    await once(socket, 'secureConnect');
    this.#cleanups.push(async () => void unfinished.destroy());
    return this.#makeClient(this.#cluster.kubeconfig({ token: hubToken, server: url, caPem }));
  }

  #makeClient(text: string, namespace = NAMESPACE): KubernetesClusterClient {
    const kubeconfig = parseKubeconfig(text, 'kubeconfig.yaml');
    if (!kubeconfig.ok) throw new Error(JSON.stringify(kubeconfig.error));
    const onConnect = (): void => void (this.#connectionCount += 1);
    return new KubernetesClusterClient({
      cluster: clusterName('test'),
      kubeconfig: kubeconfig.value,
      namespace,
      onConnect,
    });
  }
}
