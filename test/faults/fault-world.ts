import { CloudMapModel, seededRandom } from '@isthmus/emulation';
import { Federation, MemorySnapshotStore } from '@isthmus/federation';
import type {
  ClusterSettings,
  Configuration,
  FederationStatus,
  ObservedEntry,
  ServiceEntrySpec,
  SourceSettings,
} from '@isthmus/model';
import { ok } from '@isthmus/model';
import type { Clock, CloudMapSource } from '@isthmus/ports';
import {
  cluster,
  configuration,
  FakeClusterClient,
  fixedRandom,
  ManualClock,
  recordingLogger,
  recordingMetrics,
  source,
} from '@isthmus/testing';

import { ModelCloudMap } from '../../libs/testing/src/simulation/model-cloud-map.js';

export const ACCOUNT = '111122223333';
export const US = source({ name: 'us', region: 'us-east-1', account: ACCOUNT });
export const EU = source({ name: 'eu', region: 'eu-west-1', account: ACCOUNT });
/** The first region, polled once a minute: for worlds of many services. */
export const QUIET_US = source({
  ...US,
  poll: { hotMs: 60_000, warmMs: 60_000, coldMs: 60_000, catalogueMs: 60_000 },
});
/** A cluster that takes everything. */
export const ALL = cluster({ name: 'all' });

const MINUTE_MS = 60_000;

/** Names `s000`, `s001`, … */
export function names(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `s${String(i).padStart(3, '0')}`);
}

/** Services of one instance each. */
export function services(count: number): Readonly<Record<string, Instances>> {
  const address = (i: number): string => `10.1.${Math.floor(i / 250)}.${(i % 250) + 1}`;
  return Object.fromEntries(names(count).map((name, i) => [name, { [`i-${i}`]: address(i) }]));
}

/** Instances of a service: id → IPv4 address, or id → attributes. */
type Instances = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

/**
 * The whole federation between an emulated Cloud Map and clusters in memory, on a clock that only the test moves:
 * what takes hours runs in milliseconds.
 */
export class FaultWorld {
  readonly clock = new ManualClock();
  readonly logger = recordingLogger();
  readonly metrics = recordingMetrics();
  readonly cloudMap = new CloudMapModel({ nowMs: () => this.clock.nowMs(), random: seededRandom(7) });
  readonly #sources = new Map<string, ModelCloudMap>();
  readonly #createSource: (settings: SourceSettings) => CloudMapSource;
  readonly #clients = new Map<string, FakeClusterClient>();
  #federation: Federation | undefined;
  #configuration: Configuration;

  constructor(
    parts: {
      readonly sources?: readonly SourceSettings[];
      readonly clusters?: readonly ClusterSettings[];
      /** Reads something else than the emulated Cloud Map, which takes legal names only. */
      readonly createSource?: (clock: Clock) => CloudMapSource;
    } = {},
  ) {
    const { createSource } = parts;
    this.#createSource =
      createSource === undefined ? (settings) => this.source(settings) : () => createSource(this.clock);
    this.#configuration = configuration({ sources: parts.sources ?? [US, EU], clusters: parts.clusters ?? [ALL] });
  }

  /** Services in namespace `shop` of one region: name → instances. */
  seed(region: string, services: Readonly<Record<string, Instances>>, account = ACCOUNT): void {
    const named = Object.entries(services).map(([name, instances]) => [
      name,
      {
        instances: Object.fromEntries(
          Object.entries(instances).map(([id, given]) => [
            id,
            { attributes: typeof given === 'string' ? { AWS_INSTANCE_IPV4: given } : given },
          ]),
        ),
      },
    ]);
    const namespaces = { shop: { services: Object.fromEntries(named) as unknown } };
    this.cloudMap.seed({ accounts: { [account]: { [region]: { namespaces } } } });
  }

  register(region: string, service: string, id: string, ipv4: string): void {
    const place = { account: ACCOUNT, region, namespace: 'shop', service, id };
    this.cloudMap.putInstance(place, { AWS_INSTANCE_IPV4: ipv4 });
  }

  deregister(region: string, service: string, id: string): void {
    this.cloudMap.removeInstance({ account: ACCOUNT, region, namespace: 'shop', service, id });
  }

  /** Takes a service away with all its instances. */
  deleteService(region: string, name: string): void {
    const namespaces = this.cloudMap.report().namespaces.filter((namespace) => namespace.region === region);
    const service = namespaces.flatMap(({ services }) => services).find((candidate) => candidate.name === name);
    if (service === undefined) throw new Error(`no service ${name} in ${region}`);
    for (const { id } of service.instances) this.deregister(region, name, id);
    this.cloudMap.execute({ account: ACCOUNT, region, operation: 'DeleteService', input: { Id: service.id } });
  }

  start(): Federation {
    const { clock, logger, metrics } = this;
    this.#federation = new Federation(this.#configuration, {
      clock,
      random: fixedRandom(),
      logger,
      metrics,
      store: new MemorySnapshotStore(),
      createSource: this.#createSource,
      connection: ({ name }) => ok(this.client(name)),
      replica: 'test-0',
    });
    return this.#federation;
  }

  async stop(): Promise<void> {
    const stopped = this.#federation?.stop();
    await this.clock.advance(0);
    await stopped;
    this.#federation = undefined;
  }

  /** A restart with nothing remembered. */
  async restart(): Promise<void> {
    await this.stop();
    this.start();
  }

  configure(change: Partial<Configuration>): void {
    this.#configuration = { ...this.#configuration, ...change };
    this.#federation?.configure(this.#configuration);
  }

  /** Lets time pass, with the hub's fixed jobs every `stepMs`. */
  async pass(ms: number, stepMs = 1_000): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += stepMs) {
      await this.clock.advance(Math.min(stepMs, ms - passedMs));
      this.#federation?.wakeDueSweeps();
      this.#federation?.report();
    }
  }

  async passMinutes(minutes: number): Promise<void> {
    await this.pass(minutes * MINUTE_MS, 10_000);
  }

  source({ name, region, account = ACCOUNT }: SourceSettings): ModelCloudMap {
    const found = this.#sources.get(name) ?? new ModelCloudMap(this.cloudMap, this.clock, { account, region });
    this.#sources.set(name, found);
    return found;
  }

  client(name: string = ALL.name): FakeClusterClient {
    const found = this.#clients.get(name) ?? new FakeClusterClient(this.clock);
    this.#clients.set(name, found);
    return found;
  }

  /** Writes to a cluster so far: `create`, `update`, `delete`. */
  writes(name: string = ALL.name): readonly string[] {
    return this.client(name).writes.map(({ verb }) => verb);
  }

  entry(host: string, name: string = ALL.name): ObservedEntry | undefined {
    return this.client(name).entry(`cloudmap-${host}`);
  }

  /** Sorted addresses of a host; undefined: it has no entry. */
  addresses(host: string, name: string = ALL.name): readonly string[] | undefined {
    const raw = this.entry(host, name)?.spec.raw as ServiceEntrySpec | undefined;
    return raw?.endpoints.map(({ address }) => address).toSorted();
  }

  status(): FederationStatus {
    if (this.#federation === undefined) throw new Error('the hub does not run');
    return this.#federation.status();
  }

  sourceStatus(name: string): FederationStatus['sources'][number] | undefined {
    return this.status().sources.find((candidate) => candidate.name === name);
  }

  clusterStatus(name: string = ALL.name): FederationStatus['clusters'][number] | undefined {
    return this.status().clusters.find((candidate) => candidate.name === name);
  }

  /** Everything that the hub can say about a host, as text: its codes can be looked for in it. */
  explained(host: string): string {
    return JSON.stringify(this.#federation?.explain(host));
  }

  /** Counted rejections of the first region, by reason. */
  rejected(reason: string): number {
    const labels = { account: ACCOUNT, region: US.region, reason };
    return this.metrics.value('isthmus_source_rejected_total', labels);
  }

  /** Reasons for which objects of a cluster are held, each once. */
  held(name: string = ALL.name): readonly string[] {
    return [...new Set(this.clusterStatus(name)?.held.map(({ reason }) => reason))].sort();
  }
}
