import type { HubStatus } from '@isthmus/model';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { CloudMapEmulator } from '../../apps/cloud-map-emulator/src/server.js';
import { startCloudMapEmulator } from '../../apps/cloud-map-emulator/src/server.js';
import { openRuntime } from '../../apps/hub/src/open-runtime.js';
import type { RunningHub } from '../../apps/hub/src/start-hub.js';
import { startHub } from '../../apps/hub/src/start-hub.js';
import type { KubeEmulator } from '../../apps/kube-emulator/src/server.js';
import { startKubeEmulator } from '../../apps/kube-emulator/src/server.js';

/** The account of every estate. */
export const ACCOUNT = '111122223333';

/** What an estate is made of: one source per region, clusters with the regions that their one route takes. */
export interface EstatePlan {
  /** Region → namespaces, in the emulator's seed shape. */
  readonly regions: Readonly<Record<string, unknown>>;
  readonly clusters: Readonly<Record<string, readonly string[]>>;
  /** Merged into each source and each cluster of `isthmus.yaml`. */
  readonly source?: object;
  readonly cluster?: object;
  /** Namespaces of each cluster that the hub may write to; absent: `isthmus`. */
  readonly namespaces?: readonly string[];
}

/** `isthmus.yaml` of an estate, as plain data to be changed. */
export interface EstateDocument {
  readonly hub: Record<string, unknown>;
  sources: Record<string, unknown>[];
  clusters: Record<string, unknown>[];
}

/** The real hub between a Cloud Map over HTTP and API servers over HTTPS, all emulated, all on loopback. */
export class FederatedEstate {
  readonly cloudMap: CloudMapEmulator;
  readonly #plan: EstatePlan;
  readonly #folder = mkdtempSync(join(tmpdir(), 'isthmus-test-'));
  readonly #clusters = new Map<string, KubeEmulator>();
  readonly log: string[] = [];
  /** Of the hub's process. */
  env: Readonly<Record<string, string | undefined>> = process.env;
  #hub: RunningHub | undefined;
  #edit: (document: EstateDocument) => void = () => undefined;

  private constructor(plan: EstatePlan, cloudMap: CloudMapEmulator) {
    this.#plan = plan;
    this.cloudMap = cloudMap;
  }

  /** Starts everything but the hub. */
  static async start(plan: EstatePlan): Promise<FederatedEstate> {
    // The emulator takes any key; the SDK wants one.
    process.env['AWS_ACCESS_KEY_ID'] = 'test';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
    const estate = new FederatedEstate(
      plan,
      await startCloudMapEmulator({ seed: { accounts: { [ACCOUNT]: plan.regions } } }),
    );
    for (const name of Object.keys(plan.clusters)) {
      estate.#clusters.set(name, await startKubeEmulator({ name, namespaces: plan.namespaces ?? ['isthmus'] }));
    }
    return estate;
  }

  async startHub(): Promise<void> {
    const configFile = this.#writeConfiguration();
    for (const [name, emulator] of this.#clusters) this.#putFile(`${name}.kubeconfig`, emulator.kubeconfig());
    const runtime = await openRuntime({
      configFile,
      logDestination: { write: (line: string) => void this.log.push(line) },
      env: this.env,
    });
    if (!runtime.ok) throw new Error(runtime.error.join('\n'));
    this.#hub = await startHub(runtime.value);
  }

  /** Changes `isthmus.yaml`, each time from its first form, and has it read again. */
  async reconfigure(edit: (document: EstateDocument) => void): Promise<void> {
    this.#edit = edit;
    this.#writeConfiguration();
    await this.#hub?.reload();
  }

  /** Puts a file beside `isthmus.yaml`, or in its place, and has everything read again; answers its path. */
  async replaceFile(name: string, text: string): Promise<string> {
    const path = this.#putFile(name, text);
    await this.#hub?.reload();
    return path;
  }

  /** Ends the hub, with all that it remembers. */
  async stopHub(): Promise<void> {
    await this.#hub?.close();
    this.#hub = undefined;
  }

  async restartHub(): Promise<void> {
    await this.stopHub();
    await this.startHub();
  }

  async close(): Promise<void> {
    await this.stopHub();
    await this.cloudMap.close();
    await Promise.all([...this.#clusters.values()].map((cluster) => cluster.close()));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  cluster(name: string): KubeEmulator {
    const cluster = this.#clusters.get(name);
    if (cluster === undefined) throw new Error(`no cluster ${name}`);
    return cluster;
  }

  /** ServiceEntries of a cluster as they are stored: name → spec. */
  specs(cluster: string, namespace = 'isthmus'): ReadonlyMap<string, EntrySpec> {
    const entries = this.cluster(cluster).model.entries(namespace) as unknown as readonly StoredEntry[];
    return new Map(entries.map(({ metadata, spec }) => [metadata.name, spec]));
  }

  /** Sorted addresses of one entry; undefined: there is no such entry. */
  addresses(cluster: string, entry: string): readonly string[] | undefined {
    return this.specs(cluster)
      .get(entry)
      ?.endpoints?.map(({ address }) => address)
      .toSorted();
  }

  writeCounts(): readonly number[] {
    return [...this.#clusters.values()].map(({ model }) => model.log.writeCount());
  }

  /** Where the hub answers. */
  get url(): string {
    return this.#hub?.url ?? '';
  }

  /** The configuration of the hub, on disk. */
  get configFile(): string {
    return join(this.#folder, 'isthmus.yaml');
  }

  async status(): Promise<HubStatus> {
    const response = await fetch(`${this.url}/api/v1/status`);
    return (await response.json()) as HubStatus;
  }

  async sourceStatus(name: string): Promise<HubStatus['sources'][number] | undefined> {
    return (await this.status()).sources.find((source) => source.name === name);
  }

  async clusterStatus(name: string): Promise<HubStatus['clusters'][number] | undefined> {
    return (await this.status()).clusters.find((cluster) => cluster.name === name);
  }

  /** Registers or replaces an instance in a region's namespace `shop`. */
  register(region: string, service: string, address: string): void {
    const place = { account: ACCOUNT, region, namespace: 'shop', service, id: `i-${address}` };
    this.cloudMap.model.putInstance(place, { AWS_INSTANCE_IPV4: address, AWS_INSTANCE_PORT: '8080' });
  }

  /** Creates an object as a person with all rights would. */
  async putByHand(cluster: string, object: { readonly metadata: { readonly namespace: string } }): Promise<void> {
    const { url, caPem, kubeconfig } = this.cluster(cluster);
    const token = /token: (\S+)/.exec(kubeconfig('admin'))?.[1] ?? '';
    const path = `/apis/networking.istio.io/v1/namespaces/${object.metadata.namespace}/serviceentries`;
    const status = await new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      request(new URL(path, url), { method: 'POST', ca: caPem, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .once('error', reject)
        .end(JSON.stringify(object));
    });
    if (status !== 201) throw new Error(`creating by hand: ${String(status)}`);
  }

  #putFile(name: string, text: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  #writeConfiguration(): string {
    const document = this.#document();
    this.#edit(document);
    writeFileSync(this.configFile, stringify({ apiVersion: 'isthmus.dev/v1', ...document }));
    return this.configFile;
  }

  #document(): EstateDocument {
    const { regions, clusters, source, cluster } = this.#plan;
    return {
      hub: { name: 'test', http: { host: '127.0.0.1', port: 0 } },
      sources: Object.keys(regions).map((region) => ({
        name: region,
        region,
        account: ACCOUNT,
        endpoint: this.cloudMap.url,
        poll: { hot: '300ms', warm: '300ms', cold: '300ms', catalogue: '500ms' },
        limits: {
          discoverPerSecond: 5000,
          listServicesPerSecond: 100,
          listNamespacesPerSecond: 100,
          getPerSecond: 500,
        },
        ...source,
      })),
      clusters: Object.entries(clusters).map(([name, taken]) => ({
        name,
        role: 'primary',
        kubeconfig: { file: `./${name}.kubeconfig` },
        mode: 'sync',
        sweep: '1s',
        limits: { writesPerSecond: 2000, burst: 500, inFlight: 8 },
        deletes: { pending: '500ms', emptyReads: 2, emptyAfter: '500ms' },
        routes: [{ from: { regions: [...taken] } }],
        ...cluster,
      })),
    };
  }
}

interface StoredEntry {
  readonly metadata: { readonly name: string };
  readonly spec: EntrySpec;
}

/** What the tests look at in a stored ServiceEntry. */
export interface EntrySpec {
  readonly hosts: readonly string[];
  readonly resolution: string;
  readonly ports: readonly { readonly number: number; readonly name: string; readonly protocol?: string }[];
  readonly endpoints?: readonly {
    readonly address: string;
    readonly locality?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly ports?: Readonly<Record<string, number>>;
  }[];
}

/** Services of one region with instances `<net>.<service>.<instance>`. */
export function region(net: string, services: readonly string[], instances = 3): object {
  const service = (i: number): object => {
    const ids = Array.from({ length: instances }, (_, n) => `${net}.${i}.${n + 1}`);
    const attributes = (address: string): object => ({
      attributes: { AWS_INSTANCE_IPV4: address, AWS_INSTANCE_PORT: '8080' },
    });
    return { instances: Object.fromEntries(ids.map((address) => [`i-${address}`, attributes(address)])) };
  };
  return { namespaces: { shop: { services: Object.fromEntries(services.map((name, i) => [name, service(i)])) } } };
}

/** Waits until a condition holds; fails with what was waited for. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 20_000,
): Promise<void> {
  for (const endMs = performance.now() + timeoutMs; performance.now() < endMs; await sleep(25)) {
    if (await condition()) return;
  }
  throw new Error(`did not happen in ${timeoutMs} ms: ${what}`);
}
