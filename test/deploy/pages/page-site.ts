import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { CloudMapEmulator } from '../../../apps/cloud-map-emulator/src/server.js';
import { startCloudMapEmulator } from '../../../apps/cloud-map-emulator/src/server.js';
import { adminKubeconfig, fillTokens } from '../../e2e/cluster-hands.js';
import type { RedisServer } from '../../e2e/redis/redis-server.js';
import { startRedis } from '../../e2e/redis/redis-server.js';
import type { ServerBinaries, TestCluster } from '../../e2e/servers/index.js';
import { jsonOf, TestSite } from '../../e2e/servers/index.js';
import { ACCOUNT, region } from '../../integration/federated-estate.js';
import { ROOT } from '../on-tools.js';
import { blocksOf } from '../page-blocks.js';
import { KubeletStandIn } from './kubelet-stand-in.js';
import { adaptConfiguration, ISTHMUS, PageFolder } from './page-folder.js';
import { PodStandIn } from './pod-stand-in.js';

const MONITORING = ['ServiceMonitor', 'PodMonitor', 'PrometheusRule'];
const REDIS_PASSWORD = 'of-the-page';

/** Everything in a namespace that a page can leave behind. */
const COLLECTIONS = [
  '/api/v1/namespaces/NS/secrets',
  '/api/v1/namespaces/NS/serviceaccounts',
  '/api/v1/namespaces/NS/configmaps',
  '/api/v1/namespaces/NS/services',
  '/api/v1/namespaces/NS/pods',
  '/apis/apps/v1/namespaces/NS/deployments',
  '/apis/policy/v1/namespaces/NS/poddisruptionbudgets',
  '/apis/networking.k8s.io/v1/namespaces/NS/networkpolicies',
  '/apis/rbac.authorization.k8s.io/v1/namespaces/NS/roles',
  '/apis/rbac.authorization.k8s.io/v1/namespaces/NS/rolebindings',
  '/apis/networking.istio.io/v1/namespaces/NS/serviceentries',
];

/**
 * What stands around the commands of the pages: two real API servers, `hub` and `eks-us`, with stand-ins for the
 * controllers and the kubelet that are not there, a real Redis, an emulated Cloud Map of two regions.
 */
export class PageSite {
  readonly cloudMap: CloudMapEmulator;
  readonly #site: TestSite;
  readonly #redis: RedisServer;
  readonly #kubelet: KubeletStandIn;
  readonly #stop: AbortController;
  readonly #pod: PodStandIn;
  readonly #podRoot: string;

  private constructor(parts: {
    readonly site: TestSite;
    readonly cloudMap: CloudMapEmulator;
    readonly redis: RedisServer;
    readonly podRoot: string;
    readonly pod: PodStandIn;
    readonly kubelet: KubeletStandIn;
  }) {
    this.#site = parts.site;
    this.cloudMap = parts.cloudMap;
    this.#redis = parts.redis;
    this.#kubelet = parts.kubelet;
    this.#pod = parts.pod;
    this.#podRoot = parts.podRoot;
    this.#stop = new AbortController();
    // kube-controller-manager, as far as a token of a ServiceAccount goes.
    void fillTokens(this.target, 'isthmus', this.#stop.signal);
  }

  static async start(binaries: ServerBinaries): Promise<PageSite> {
    const site = await TestSite.start(binaries, ['hub', 'eks-us']);
    const regions = { 'us-east-1': region('10.1', ['orders', 'cart']), 'eu-west-1': region('10.2', ['orders']) };
    const cloudMap = await startCloudMapEmulator({ seed: { accounts: { [ACCOUNT]: regions } } });
    const redis = await startRedis();
    const user = blocksOf(readFileSync(join(ROOT, 'docs/how-to/run-a-pair.md'), 'utf8')).find(
      ({ language }) => language === 'redis',
    );
    await redis.command((user?.text ?? '').trim().replace('PASSWORD', REDIS_PASSWORD));
    const podRoot = mkdtempSync(join(tmpdir(), 'isthmus-pod-'));
    const place = { cloudMapUrl: cloudMap.url, redisPort: redis.port, root: podRoot };
    const pod = new PodStandIn({
      cluster: site.cluster('hub'),
      root: podRoot,
      command: ISTHMUS,
      adapt: (text) => adaptConfiguration(text, place),
    });
    const kubelet = await KubeletStandIn.start(site.cluster('hub'), () => pod.logFile);
    const page = new PageSite({ site, cloudMap, redis, podRoot, pod, kubelet });
    await page.#serveMonitoring();
    return page;
  }

  /** The cluster of the hub. */
  get hub(): TestCluster {
    return this.#site.cluster('hub');
  }

  /** The cluster that is written to. */
  get target(): TestCluster {
    return this.#site.cluster('eks-us');
  }

  /** Where the hub of the Deployment answers. */
  podUrl(): string {
    return this.#pod.url();
  }

  podLog(): string {
    return this.#pod.log();
  }

  /** A folder for a page, with the contexts of a person who administers both clusters, and both as if nothing had been. */
  async folder(): Promise<PageFolder> {
    for (const cluster of this.#site.clusters()) {
      for (const namespace of ['isthmus', 'isthmus-clusters', 'cloud-map']) await removeNamespace(cluster, namespace);
    }
    const [hub, target] = [this.hub, this.target];
    const kubeconfig = adminKubeconfig({ hub, 'hub-admin': hub, 'eks-us': target, 'eks-us-admin': target });
    const folder = new PageFolder({ cloudMapUrl: this.cloudMap.url, kubeconfig, server: target.server.url });
    folder.write('redis-password', REDIS_PASSWORD);
    return folder;
  }

  /** An istio-cloud-map that has written the entries of a page, as far as kubectl sees it. */
  async putAncestor(): Promise<void> {
    await this.target.createNamespace('cloud-map');
    const labels = { app: 'istio-cloud-map' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'istio-cloud-map', image: 'x' }] } };
    const metadata = { name: 'istio-cloud-map', labels };
    const spec = { selector: { matchLabels: labels }, template };
    const body = { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec };
    const path = '/apis/apps/v1/namespaces/cloud-map/deployments';
    jsonOf(await this.target.server.call({ method: 'POST', path, body }), 201);
    for (const host of ['orders.shop', 'cart.shop']) {
      const owner = {
        apiVersion: 'cloud-map.istio.io/v1',
        kind: 'ServiceController',
        name: 'istio-cloud-map',
        uid: '1',
      };
      await this.target.put(`cloudmap-${host}`, {
        namespace: 'cloud-map',
        ownerReferences: [owner],
        spec: { hosts: [host] },
      });
    }
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#pod.close();
    await this.#kubelet.close();
    await this.cloudMap.close();
    await this.#redis.close();
    await this.#site.stop();
    rmSync(this.#podRoot, { recursive: true, force: true });
  }

  /** The kinds of the Prometheus operator, of which only the names matter here. */
  async #serveMonitoring(): Promise<void> {
    for (const kind of MONITORING) {
      const [singular, plural] = [kind.toLowerCase(), `${kind.toLowerCase()}s`];
      const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
      const spec = {
        group: 'monitoring.coreos.com',
        scope: 'Namespaced',
        names: { kind, plural, singular },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      };
      const metadata = { name: `${plural}.monitoring.coreos.com` };
      const body = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata, spec };
      const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
      for (const cluster of this.#site.clusters()) {
        jsonOf(await cluster.server.call({ method: 'POST', path, body }), 201);
      }
    }
  }
}

/** Deletes a namespace with all that is in it, which a controller would do. */
async function removeNamespace({ server }: TestCluster, name: string): Promise<void> {
  const path = `/api/v1/namespaces/${name}`;
  if ((await server.call({ path })).status === 404) return;
  const monitored = MONITORING.map((kind) => `/apis/monitoring.coreos.com/v1/namespaces/NS/${kind.toLowerCase()}s`);
  for (const collection of [...COLLECTIONS, ...monitored]) {
    await server.call({ method: 'DELETE', path: `${collection.replace('NS', name)}?gracePeriodSeconds=0` });
  }
  await server.call({ method: 'DELETE', path });
  const found = await server.call({ path });
  if (found.status === 404) return;
  const namespace = { ...(JSON.parse(found.text) as object), spec: { finalizers: [] } };
  await server.call({ method: 'PUT', path: `${path}/finalize`, body: namespace });
  const { status } = await server.call({ path });
  if (status !== 404) throw new Error(`the namespace ${name} is still there`);
}
