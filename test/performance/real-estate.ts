import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { callJson } from '../../apps/cli/src/demo/remote.js';
import type { ServerBinaries } from '../e2e/servers/server-binaries.js';
import type { ServerProcess } from '../e2e/servers/server-process.js';
import { freePort } from '../e2e/servers/free-port.js';
import { until } from '../e2e/servers/server-process.js';
import { TcpGate } from '../e2e/servers/tcp-gate.js';
import { TestSite } from '../e2e/servers/test-site.js';
import { startBuiltApp } from './built-app.js';
import { BenchHub } from './bench-hub.js';
import { EntryWatch } from './entry-watch.js';

const ACCOUNT = '111122223333';
const REGION = 'us-east-1';
/** Long before any service counts as changed a day ago. */
const LONG_AGO_SECONDS = 1_600_000_000;

export interface RealEstateSize {
  readonly services: number;
  readonly instances: number;
  readonly clusters: number;
  /** Added to each round trip to Cloud Map and to each API server. */
  readonly latencyMs: number;
  /** Whether the services were created long ago; else just now, which makes them hot for ten minutes. */
  readonly isOld?: boolean;
  /** Merged into the source and into each cluster of `isthmus.yaml`. */
  readonly source?: object;
  readonly cluster?: object;
}

/** Calls that Cloud Map has answered, by operation. */
export type CallCounts = Readonly<Record<string, number>>;

/** A Cloud Map, real API servers and a hub, each a process of its own, and between them gates that delay and count. */
export class RealEstate {
  readonly names: readonly string[];
  readonly #size: RealEstateSize;
  readonly #site: TestSite;
  readonly #cloudMap: { readonly process: ServerProcess; readonly url: string };
  readonly #gates = new Map<string, TcpGate>();
  readonly #watches: EntryWatch[] = [];
  #hub: BenchHub | undefined;

  private constructor(
    size: RealEstateSize,
    site: TestSite,
    cloudMap: { readonly process: ServerProcess; readonly url: string },
  ) {
    this.#size = size;
    this.#site = site;
    this.#cloudMap = cloudMap;
    this.names = site.names();
  }

  static async start(binaries: ServerBinaries, size: RealEstateSize): Promise<RealEstate> {
    const names = Array.from({ length: size.clusters }, (_, n) => `c${n}`);
    const site = await TestSite.start(binaries, names);
    const { services, instances, isOld = false } = size;
    const age = isOld ? { createDate: LONG_AGO_SECONDS } : {};
    const generate = { services, instances, shape: 'ecs', firstAddress: '10.0.0.1', ...age };
    const seed = join(site.folder, 'seed.yaml');
    writeFileSync(seed, stringify({ accounts: { [ACCOUNT]: { [REGION]: { namespaces: { shop: { generate } } } } } }));
    try {
      const port = String(await freePort());
      const words = ['--seed', seed, '--port', port];
      const cloudMap = startBuiltApp('cloud-map-emulator', words, join(site.folder, 'cloud-map.log'));
      const url = `http://127.0.0.1:${port}`;
      await until('Cloud Map answers', 60_000, async () => (await fetch(`${url}/_admin/faults`)).ok);
      const estate = new RealEstate(size, site, { process: cloudMap, url });
      await estate.#openGates();
      return estate;
    } catch (error) {
      await site.stop(true);
      throw error;
    }
  }

  get hub(): BenchHub {
    if (this.#hub === undefined) throw new Error('the hub was not started');
    return this.#hub;
  }

  /** Starts the hub; resolves with the ms until it was ready. */
  async startHub(): Promise<number> {
    const { hub, readyMs } = await BenchHub.start(this.#site.folder, {
      sources: [
        {
          name: 'us',
          region: REGION,
          account: ACCOUNT,
          endpoint: `http://127.0.0.1:${this.#gate('cloud-map').port}`,
          ...this.#size.source,
        },
      ],
      clusters: this.names.map((name, n) => ({
        name,
        ...(n === 0 ? { role: 'primary' } : { role: 'remote', primary: this.names[0] }),
        kubeconfig: { file: `./${name}.kubeconfig` },
        mode: 'sync',
        routes: [{ from: { regions: [REGION] } }],
        ...this.#size.cluster,
      })),
    });
    this.#hub = hub;
    return readyMs;
  }

  /** Watches the ServiceEntries of every cluster from now on. */
  async watch(): Promise<readonly EntryWatch[]> {
    for (const name of this.names) this.#watches.push(await EntryWatch.open(this.#site.cluster(name).server));
    return this.#watches;
  }

  /** Registers one more instance; resolves with the time of the registration. */
  async register(service: number, address: string): Promise<number> {
    const attributes = { AWS_INSTANCE_IPV4: address, AWS_INSTANCE_PORT: '8080', AVAILABILITY_ZONE: `${REGION}a` };
    const place = { region: REGION, namespace: 'shop', service: this.#serviceName(service), id: `new-${address}` };
    await callJson(this.#cloudMap, { method: 'POST', path: '/_admin/instances', body: { ...place, attributes } });
    return performance.now();
  }

  entryOf(service: number): string {
    return `cloudmap-${this.#serviceName(service)}.shop`;
  }

  /** Calls that Cloud Map has answered so far. */
  async cloudMapCalls(): Promise<CallCounts> {
    const { counts } = (await callJson(this.#cloudMap, { method: 'GET', path: '/_admin/calls' })) as {
      readonly counts: readonly { readonly operation: string; readonly count: number }[];
    };
    const sums: Record<string, number> = {};
    for (const { operation, count } of counts) sums[operation] = (sums[operation] ?? 0) + count;
    return sums;
  }

  /** Requests about ServiceEntries that an API server has answered so far, by its own count; watches are not among them. */
  async requests(name: string): Promise<{ readonly reads: number; readonly writes: number }> {
    const { text } = await this.#site.cluster(name).server.call({ path: '/metrics', accept: 'text/plain' });
    let [reads, writes] = [0, 0];
    for (const line of text.split('\n')) {
      if (!line.startsWith('apiserver_request_total{') || !line.includes('resource="serviceentries"')) continue;
      const verb = /verb="([A-Z]+)"/.exec(line)?.[1] ?? '';
      const count = Number(line.slice(line.lastIndexOf(' ')));
      if (verb === 'GET' || verb === 'LIST') reads += count;
      else if (verb !== 'WATCH') writes += count;
    }
    return { reads, writes };
  }

  /** Bytes of both directions so far, between the hub and a cluster or `cloud-map`. */
  bytes(name: string): number {
    return this.#gate(name).passed.bytes;
  }

  async stop(): Promise<void> {
    for (const watch of this.#watches) watch.close();
    await this.#hub?.stop();
    await this.#cloudMap.process.kill();
    for (const gate of this.#gates.values()) await gate.close();
    await this.#site.stop();
  }

  async #openGates(): Promise<void> {
    const options = { delayMs: this.#size.latencyMs / 2 };
    this.#gates.set('cloud-map', await TcpGate.open(this.#cloudMap.url, options));
    for (const name of this.names) {
      const cluster = this.#site.cluster(name);
      const gate = await TcpGate.open(cluster.server.url, options);
      this.#gates.set(name, gate);
      const text = cluster.kubeconfig({ server: gate.url });
      writeFileSync(join(this.#site.folder, `${name}.kubeconfig`), text, { mode: 0o600 });
    }
  }

  #gate(name: string): TcpGate {
    const gate = this.#gates.get(name);
    if (gate === undefined) throw new Error(`no gate ${name}`);
    return gate;
  }

  #serviceName(service: number): string {
    return `service-${String(service + 1).padStart(Math.max(3, String(this.#size.services).length), '0')}`;
  }
}
