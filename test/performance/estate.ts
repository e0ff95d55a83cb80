import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Part } from '../../apps/cli/src/demo/processes.js';
import { startEmulator } from '../../apps/cli/src/demo/processes.js';
import type { Peer } from '../../apps/cli/src/demo/remote.js';
import { callJson, peerOf } from '../../apps/cli/src/demo/remote.js';
import type { HubDocument } from './bench-hub.js';
import { BenchHub } from './bench-hub.js';

const ACCOUNT = '111122223333';
const REGION = 'us-east-1';

/** What an estate of the benchmark is made of. */
export interface EstateSize {
  readonly services: number;
  readonly instances: number;
  readonly clusters: number;
  /** Merged into the source and into each cluster of `isthmus.yaml`. */
  readonly source?: object;
  readonly cluster?: object;
  /** Host template of the route of cluster n: different ones make different objects. */
  readonly hostOf?: (cluster: number) => string;
}

/** A Cloud Map, clusters and a hub, each a process of its own, all on loopback. */
export class BenchEstate {
  readonly #folder = mkdtempSync(join(tmpdir(), 'isthmus-bench-'));
  readonly #parts: Part[] = [];
  readonly #clusters: Peer[] = [];
  readonly #size: EstateSize;
  #cloudMap: Peer = { url: '' };
  #hub: BenchHub | undefined;

  private constructor(size: EstateSize) {
    this.#size = size;
  }

  static async start(size: EstateSize): Promise<BenchEstate> {
    const estate = new BenchEstate(size);
    const generate = { services: size.services, instances: size.instances, shape: 'ecs', firstAddress: '10.0.0.1' };
    const seed = { accounts: { [ACCOUNT]: { [REGION]: { namespaces: { shop: { generate } } } } } };
    writeFileSync(estate.#at('seed.yaml'), stringify(seed));
    const cloudMap = await startEmulator(
      'cloud-map-emulator',
      ['--seed', estate.#at('seed.yaml')],
      estate.#at('cloud-map.log'),
    );
    estate.#parts.push(cloudMap);
    estate.#cloudMap = cloudMap;
    for (let n = 0; n < size.clusters; n++) {
      const words = [
        '--name',
        `c${n}`,
        '--kubeconfig-out',
        estate.#at(`c${n}.kubeconfig`),
        '--admin-kubeconfig-out',
        estate.#at(`c${n}.admin`),
      ];
      estate.#parts.push(await startEmulator('kube-emulator', words, estate.#at(`c${n}.log`)));
      estate.#clusters.push(await peerOf(estate.#at(`c${n}.admin`)));
    }
    return estate;
  }

  /** Starts the hub; resolves with the ms until it was ready. */
  async startHub(): Promise<number> {
    const { hub, readyMs } = await BenchHub.start(this.#folder, this.#document());
    this.#hub = hub;
    return readyMs;
  }

  async stop(): Promise<void> {
    await this.#hub?.stop();
    await Promise.all(this.#parts.map((part) => part.stop()));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Entries that the cluster holds and writes that it has received, by its own count. */
  async stateOf(cluster: number): Promise<{ readonly writes: number }> {
    const { writeCount } = (await this.#ask(cluster, '/_admin/calls')) as { readonly writeCount: number };
    return { writes: writeCount };
  }

  async addressesOf(cluster: number, entry: string): Promise<readonly string[]> {
    const path = `/apis/networking.istio.io/v1/namespaces/isthmus/serviceentries/${entry}`;
    const { spec } = (await this.#ask(cluster, path)) as {
      readonly spec: { readonly endpoints: readonly { readonly address: string }[] };
    };
    return spec.endpoints.map(({ address }) => address);
  }

  async register(service: string, address: string): Promise<void> {
    const attributes = { AWS_INSTANCE_IPV4: address, AWS_INSTANCE_PORT: '8080' };
    const body = { region: REGION, namespace: 'shop', service, id: `new-${address}`, attributes };
    await callJson(this.#cloudMap, { method: 'POST', path: '/_admin/instances', body });
  }

  /** Resolves when the status says that every cluster is as it should be, with this many objects. */
  async untilSynced(objects: number, timeoutMs: number): Promise<number> {
    return this.#started().untilSynced(objects, timeoutMs);
  }

  /** Resident memory of the hub's process in MiB, from the operating system. */
  hubMiB(): number {
    return this.#started().residentMiB();
  }

  #started(): BenchHub {
    if (this.#hub === undefined) throw new Error('the hub was not started');
    return this.#hub;
  }

  #at(file: string): string {
    return join(this.#folder, file);
  }

  #ask(cluster: number, path: string): Promise<unknown> {
    return callJson(this.#clusters[cluster] ?? { url: '' }, { method: 'GET', path });
  }

  #document(): HubDocument {
    const { clusters, source, cluster, hostOf } = this.#size;
    return {
      sources: [{ name: 'us', region: REGION, account: ACCOUNT, endpoint: this.#cloudMap.url, ...source }],
      clusters: Array.from({ length: clusters }, (_, n) => ({
        name: `c${n}`,
        role: 'primary',
        kubeconfig: { file: this.#at(`c${n}.kubeconfig`) },
        mode: 'sync',
        routes: [{ from: { regions: [REGION] }, ...(hostOf === undefined ? {} : { to: { host: hostOf(n) } }) }],
        ...cluster,
      })),
    };
  }
}
