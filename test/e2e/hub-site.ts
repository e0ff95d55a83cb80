import type { HubStatus } from '@isthmus/model';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { ClusterName, Hosts, Region } from './registrations.js';
import { ACCOUNT, attributesOf, CLUSTER_NAMES, CLUSTERS, REGIONS, Registrations, sameHosts } from './registrations.js';
import type { ServerBinaries, StoredEntry, TestCluster } from './servers/index.js';
import { freePort, LOOPBACK, ServerProcess, TestSite, until } from './servers/index.js';

const DIST = join(import.meta.dirname, '../../dist/apps');
/** The emulator takes any key, and none of the caller's own is ever used. */
const ENVIRONMENT = {
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** A cluster in `isthmus.yaml`, to be changed. */
export type ClusterDocument = Record<string, unknown>;

/** The built hub, a Cloud Map of two regions and two real API servers, each a process of its own. */
export class HubSite {
  readonly site: TestSite;
  readonly registrations = new Registrations();
  readonly #cloudMap: ServerProcess;
  readonly #cloudMapUrl: string;
  readonly #port: number;
  #hub: ServerProcess | undefined;

  private constructor(
    site: TestSite,
    cloudMap: { readonly process: ServerProcess; readonly url: string },
    port: number,
  ) {
    this.site = site;
    this.#cloudMap = cloudMap.process;
    this.#cloudMapUrl = cloudMap.url;
    this.#port = port;
  }

  /** Starts everything but the hub. */
  static async start(binaries: ServerBinaries): Promise<HubSite> {
    const site = await TestSite.start(binaries, CLUSTER_NAMES);
    try {
      return await HubSite.#startOn(site);
    } catch (error) {
      await site.stop(true);
      throw error;
    }
  }

  static async #startOn(site: TestSite): Promise<HubSite> {
    const seed = join(site.folder, 'cloud-map.yaml');
    writeFileSync(seed, stringify(new Registrations().seed()));
    const port = await freePort();
    const cloudMap = startApp(site, 'cloud-map-emulator', ['--seed', seed, '--port', String(port)]);
    const url = `http://${LOOPBACK}:${port}`;
    await until('Cloud Map answers', 20_000, async () => (await fetch(`${url}/_admin/state`)).ok);
    const hubSite = new HubSite(site, { process: cloudMap, url }, await freePort());
    hubSite.writeKubeconfigs();
    hubSite.configure();
    return hubSite;
  }

  cluster(name: ClusterName): TestCluster {
    return this.site.cluster(name);
  }

  /** The token and the certificate of each cluster as they are now. */
  writeKubeconfigs(): void {
    for (const name of CLUSTER_NAMES) this.writeKubeconfig(name, this.cluster(name).kubeconfig());
  }

  writeKubeconfig(name: ClusterName, text: string): void {
    writeFileSync(join(this.site.folder, `${name}.kubeconfig`), text, { mode: 0o600 });
  }

  /** Writes `isthmus.yaml`; the hub reads it at its next start, or within 10 s. */
  configure(edit: (cluster: ClusterDocument, name: ClusterName) => void = () => undefined, more: object = {}): void {
    const clusters = CLUSTER_NAMES.map((name) => {
      const document = this.#clusterDocument(name);
      edit(document, name);
      return document;
    });
    const document = {
      apiVersion: 'isthmus.dev/v1',
      hub: { name: 'e2e', http: { host: LOOPBACK, port: this.#port } },
      sources: (Object.keys(REGIONS) as Region[]).map((region) => this.#sourceDocument(region)),
      clusters,
      ...more,
    };
    writeFileSync(join(this.site.folder, 'isthmus.yaml'), stringify(document));
  }

  /** Starts the hub as `isthmus serve` does. */
  startHub(env: Readonly<Record<string, string>> = {}): void {
    this.#hub = startApp(this.site, 'cli', ['serve', '-c', join(this.site.folder, 'isthmus.yaml')], env);
  }

  /** Cloud Map accepts connections and answers nothing until it is thawed. */
  freezeCloudMap(): void {
    this.#cloudMap.signal('SIGSTOP');
  }

  thawCloudMap(): void {
    this.#cloudMap.signal('SIGCONT');
  }

  /** Ends the hub as Kubernetes does; answers its exit code. */
  async stopHub(): Promise<number | null> {
    return (await this.#hub?.stop(10_000)) ?? null;
  }

  async killHub(): Promise<void> {
    await this.#hub?.kill();
  }

  /** Everything that the hub has printed since the site was started. */
  hubLog(): string {
    const file = join(this.site.folder, 'cli.log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  async status(): Promise<HubStatus> {
    return JSON.parse(await this.page('/api/v1/status')) as HubStatus;
  }

  /** What the hub answers at a path. */
  async page(path: string): Promise<string> {
    return (await fetch(`http://${LOOPBACK}:${this.#port}${path}`)).text();
  }

  async clusterStatus(name: ClusterName): Promise<HubStatus['clusters'][number] | undefined> {
    return (await this.status()).clusters.find((cluster) => cluster.name === name);
  }

  async register(region: Region, service: string, address: string): Promise<void> {
    await this.#admin('POST', 'instances', { ...placeOf(region, service, address), attributes: attributesOf(address) });
    this.registrations.add(region, service, address);
  }

  async deregister(region: Region, service: string, address: string): Promise<void> {
    await this.#admin('DELETE', 'instances', placeOf(region, service, address));
    this.registrations.remove(region, service, address);
  }

  /** From now on a region accepts every request and answers none. */
  async darken(region: Region): Promise<void> {
    await this.#admin('POST', 'faults', { kind: 'outage', region, mode: 'hang' });
  }

  async brighten(): Promise<void> {
    await this.#admin('DELETE', 'faults');
  }

  /** What a cluster holds of this hub: host → sorted addresses. */
  async hosts(name: ClusterName, namespace?: string): Promise<Hosts> {
    const entries = (await this.cluster(name).entries(namespace)).filter(isOurs);
    return Object.fromEntries(
      entries.map(({ spec }) => [spec.hosts[0] ?? '', (spec.endpoints ?? []).map(({ address }) => address).toSorted()]),
    );
  }

  /** Waits until every cluster holds exactly what is registered. */
  async expectConverged(names: readonly ClusterName[] = CLUSTER_NAMES, withinMs = 45_000): Promise<void> {
    for (const name of names) {
      let live: Hosts = {};
      const isConverged = async (): Promise<boolean> => {
        live = await this.hosts(name);
        return sameHosts(live, this.registrations.expectedOn(name));
      };
      await until(`${name} holds what is registered`, withinMs, isConverged).catch((cause: unknown) => {
        const found = `${JSON.stringify(live)}, not ${JSON.stringify(this.registrations.expectedOn(name))}`;
        throw new Error(`${name} holds ${found} after ${withinMs} ms`, { cause });
      });
    }
  }

  /**
   * Puts objects of others into every cluster: one that a hand made, one that only looks like ours, and one that
   * another hub wrote exactly as this one would have.
   */
  async putForeign(): Promise<void> {
    for (const cluster of this.site.clusters()) {
      const ours = (await cluster.entries()).find(({ spec }) => spec.hosts[0] === 'orders.shop');
      if (ours === undefined) throw new Error('to be called when the clusters hold what is registered');
      const { labels, annotations } = ours.metadata;
      await cluster.put('hand-made', { spec: { endpoints: [{ address: '10.99.0.1' }] } });
      await cluster.put('like-ours', { labels: { 'app.kubernetes.io/managed-by': 'isthmus' } });
      await cluster.put('cloudmap-left.shop', {
        labels: { ...labels, 'isthmus.dev/hub': 'other' },
        ...(annotations === undefined ? {} : { annotations }),
        spec: { ...ours.spec, hosts: ['left.shop'] },
      });
    }
  }

  /** Name, uid and version of every object in a cluster that is not this hub's. */
  async foreign(name: ClusterName): Promise<readonly string[]> {
    const entries = await this.cluster(name).entries();
    return entries
      .filter((entry) => !isOurs(entry))
      .map(({ metadata }) => `${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`);
  }

  /** Object → resourceVersion of every ServiceEntry in every cluster. */
  async versions(): Promise<Readonly<Record<string, string>>> {
    const found: [string, string][] = [];
    for (const name of CLUSTER_NAMES) {
      for (const { metadata } of await this.cluster(name).entries()) {
        found.push([`${name}/${metadata.name}`, metadata.resourceVersion]);
      }
    }
    return Object.fromEntries(found);
  }

  /** Fails when anything is written in any cluster for a while of real time: several polls, passes and sweeps. */
  async expectNoWriteFor(ms: number): Promise<void> {
    const before = await this.versions();
    await sleep(ms);
    const after = await this.versions();
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    const written = names.filter((name) => before[name] !== after[name]);
    if (written.length > 0) throw new Error(`written although nothing changed: ${written.join(', ')}`);
  }

  /** The error that the hub's status shows for a cluster. */
  async expectError(name: ClusterName, code: string, withinMs = 45_000): Promise<void> {
    await until(`${name} shows ${code}`, withinMs, async () => (await this.clusterStatus(name))?.error?.code === code);
  }

  async stop(): Promise<void> {
    await this.killHub();
    await this.#cloudMap.kill();
    await this.site.stop();
  }

  #clusterDocument(name: ClusterName): ClusterDocument {
    const { role, regions } = CLUSTERS[name];
    return {
      name,
      role,
      ...(role === 'remote' ? { primary: 'eks-us' } : {}),
      kubeconfig: { file: `./${name}.kubeconfig` },
      mode: 'sync',
      sweep: '1s',
      limits: { writesPerSecond: 500, burst: 100, inFlight: 4 },
      deletes: { pending: '1s', emptyReads: 2, emptyAfter: '1s' },
      routes: [{ from: { regions: [...regions], namespaces: ['shop*'] } }],
    };
  }

  #sourceDocument(region: Region): object {
    return {
      name: region,
      region,
      account: ACCOUNT,
      endpoint: this.#cloudMapUrl,
      poll: { hot: '500ms', warm: '500ms', cold: '500ms', catalogue: '1s' },
      limits: { discoverPerSecond: 1000, listServicesPerSecond: 50, listNamespacesPerSecond: 50, getPerSecond: 100 },
    };
  }

  async #admin(method: string, path: string, body?: object): Promise<void> {
    const text = body === undefined ? null : JSON.stringify(body);
    const response = await fetch(`${this.#cloudMapUrl}/_admin/${path}`, { method, body: text });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  }
}

/** Whether an entry carries the labels of this hub. */
function isOurs({ metadata }: StoredEntry): boolean {
  return (
    metadata.labels?.['isthmus.dev/hub'] === 'e2e' && metadata.labels['app.kubernetes.io/managed-by'] === 'isthmus'
  );
}

function placeOf(region: Region, service: string, address: string): object {
  return { account: ACCOUNT, region, namespace: 'shop', service, id: `i-${address}` };
}

function startApp(site: TestSite, app: string, words: readonly string[], env: object = {}): ServerProcess {
  const main = join(DIST, app, 'src/main.js');
  const place = { log: join(site.folder, `${app}.log`), env: { ...ENVIRONMENT, ...env } };
  return new ServerProcess(process.execPath, ['--enable-source-maps', main, ...words], place);
}
