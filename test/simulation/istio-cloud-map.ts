import type { CloudMapReply } from '@isthmus/emulation';

import type { SimulatedCluster, World } from '../../libs/testing/src/simulation/index.js';
import {
  ACCOUNT,
  ClusterConnection,
  SimulatedProcess,
  SourceChannel,
} from '../../libs/testing/src/simulation/index.js';

const TICK_MS = 5_000;
const COLLECTION = '/apis/networking.istio.io/v1/namespaces/isthmus/serviceentries';
const NEVER = new AbortController().signal;

interface Entry {
  readonly name: string;
  readonly resourceVersion: string;
  readonly ownerUid: string | undefined;
  readonly spec: unknown;
}

/**
 * The algorithm of istio-cloud-map, written down: one process per region and cluster, two tickers of five seconds. It
 * reads the first page of each listing and takes it for all there is; a poll that fails keeps what was there; an object
 * is its own when it carries the owner reference of this very process, whose uid is new with each start; it updates
 * without looking at what else was written, and deletes what its last poll does not show.
 */
export class IstioCloudMap {
  readonly #world: World;
  readonly #region: string;
  readonly #cluster: SimulatedCluster;
  #process: SimulatedProcess;
  #channel: SourceChannel;
  #connection: ClusterConnection;
  #starts = 0;
  #hosts: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(world: World, region: string, cluster: SimulatedCluster) {
    this.#world = world;
    this.#region = region;
    this.#cluster = cluster;
    this.#process = this.#newProcess();
    this.#channel = this.#newChannel();
    this.#connection = this.#newConnection();
    this.#run(() => this.#poll());
    this.#run(() => this.#write());
  }

  /** The process is another one from now on: nothing is remembered, and nothing that stands is its own. */
  restart(): void {
    this.#process.kill();
    this.#process = this.#newProcess();
    this.#channel = this.#newChannel();
    this.#connection = this.#newConnection();
    this.#hosts = undefined;
    this.#run(() => this.#poll());
    this.#run(() => this.#write());
  }

  /** A ticker: the next round begins when the last has ended, and not before its time. */
  #run(round: () => Promise<void>): void {
    const process = this.#process;
    const again = async (): Promise<void> => {
      await process.sleep(TICK_MS);
      await round().catch(() => undefined);
      await again();
    };
    void again();
  }

  async #poll(): Promise<void> {
    const process = this.#process;
    const hosts = new Map<string, readonly string[]>();
    const namespaces = (await this.#call('ListNamespaces', {}))['Namespaces'] as readonly {
      Id: string;
      Name: string;
    }[];
    for (const { Id, Name } of namespaces) {
      const Filters = [{ Name: 'NAMESPACE_ID', Condition: 'EQ', Values: [Id] }];
      const services = (await this.#call('ListServices', { Filters }))['Services'] as readonly { Name: string }[];
      for (const service of services) {
        const input = { NamespaceName: Name, ServiceName: service.Name, HealthStatus: 'HEALTHY' };
        const found = (await this.#call('DiscoverInstances', input))['Instances'] as readonly {
          Attributes: Readonly<Record<string, string>>;
        }[];
        hosts.set(
          `${service.Name}.${Name}`,
          found.map(({ Attributes }) => Attributes['AWS_INSTANCE_IPV4'] ?? '').sort(),
        );
      }
    }
    if (process === this.#process) this.#hosts = hosts;
  }

  async #call(operation: string, input: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    const { model } = this.#world.estate;
    const perform = (): CloudMapReply => model.call({ account: ACCOUNT, region: this.#region, operation, input });
    const reply = await this.#channel.call(operation, perform);
    // Without a timeout of its own it would hang for ever: it is given one, in its favour.
    if (reply.kind === 'hang') await this.#process.sleep(10_000);
    if (reply.kind !== 'success') throw new Error(operation);
    return reply.body;
  }

  async #write(): Promise<void> {
    const hosts = this.#hosts;
    if (hosts === undefined) return;
    const entries = await this.#list();
    for (const [host, addresses] of hosts) {
      const entry = entries.get(`cloudmap-${host}`);
      if (entry === undefined) await this.#create(host, addresses);
      else if (entry.ownerUid === this.#uid) await this.#update(host, addresses, entry);
    }
    for (const [name, { ownerUid }] of entries) {
      if (ownerUid === this.#uid && !hosts.has(name.replace(/^cloudmap-/, ''))) await this.#send('DELETE', `/${name}`);
    }
  }

  async #list(): Promise<ReadonlyMap<string, Entry>> {
    const { items } = JSON.parse(await this.#send('GET', '')) as {
      readonly items: readonly {
        readonly metadata: {
          readonly name: string;
          readonly resourceVersion: string;
          readonly ownerReferences?: readonly { readonly uid: string }[];
        };
        readonly spec: unknown;
      }[];
    };
    return new Map(
      items.map(({ metadata: { name, resourceVersion, ownerReferences }, spec }) => [
        name,
        { name, resourceVersion, ownerUid: ownerReferences?.[0]?.uid, spec },
      ]),
    );
  }

  #create(host: string, addresses: readonly string[]): Promise<string> {
    const metadata = { name: `cloudmap-${host}`, ownerReferences: [this.#owner] };
    const body = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata,
      spec: specOf(host, addresses),
    };
    return this.#send('POST', '', JSON.stringify(body));
  }

  async #update(host: string, addresses: readonly string[], { name, spec }: Entry): Promise<void> {
    const wanted = specOf(host, addresses);
    if (JSON.stringify((spec as { endpoints?: unknown }).endpoints) === JSON.stringify(wanted.endpoints)) return;
    await this.#send('PATCH', `/${name}`, JSON.stringify({ spec: wanted }));
  }

  async #send(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, text?: string): Promise<string> {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const answer = await this.#connection.send({
      method,
      path: `${COLLECTION}${path}`,
      accept: 'application/json',
      ...(text === undefined ? {} : { body: { type, text } }),
      timeoutMs: 30_000,
      signal: NEVER,
      doing: method,
    });
    if (answer.status >= 300) throw new Error(String(answer.status));
    return answer.text;
  }

  get #uid(): string {
    return `${this.#cluster.name}-${this.#region}-${this.#starts}`;
  }

  get #owner(): Readonly<Record<string, string>> {
    return { apiVersion: 'cloudmap.istio.io', kind: 'ServiceController', name: 'istio-cloud-map', uid: this.#uid };
  }

  #newProcess(): SimulatedProcess {
    this.#starts++;
    return new SimulatedProcess(this.#world.time, { rate: 1, epochMs: 0, wallOffsetMs: 0 });
  }

  #newChannel(): SourceChannel {
    const { time, menu, estate } = this.#world;
    return new SourceChannel({
      time,
      menu,
      model: estate.model,
      process: this.#process,
      region: this.#region,
      isAway: () => this.#world.isRegionAway(this.#region),
    });
  }

  #newConnection(): ClusterConnection {
    const { time, menu } = this.#world;
    return new ClusterConnection({
      time,
      menu,
      process: this.#process,
      cluster: this.#cluster,
      sender: () => ({ hub: 'istio-cloud-map', term: this.#uid, generation: 0 }),
      onSending: () => undefined,
      crash: () => undefined,
      isUnconditional: false,
    });
  }
}

/** The spec of an entry as it sends it. */
interface SentSpec {
  readonly hosts: readonly string[];
  readonly location: string;
  readonly resolution: string;
  readonly ports: readonly unknown[];
  readonly endpoints: readonly unknown[];
}

function specOf(host: string, addresses: readonly string[]): SentSpec {
  return {
    hosts: [host],
    location: 'MESH_EXTERNAL',
    resolution: 'STATIC',
    ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
    endpoints: addresses.map((address) => ({ address })),
  };
}
