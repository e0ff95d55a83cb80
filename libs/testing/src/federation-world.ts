import type { DecisionCore } from '@isthmus/federation';
import { Federation, MemorySnapshotStore } from '@isthmus/federation';
import type { Configuration, HubStatus, IsthmusError, Result, SourceSettings } from '@isthmus/model';
import { ok } from '@isthmus/model';
import type { ClusterClient } from '@isthmus/ports';
import { cluster, source } from './builders.js';
import { FakeCloudMap } from './fake-cloud-map.js';
import { FakeClusterClient } from './fake-cluster-client.js';
import { fixedRandom } from './fixed-random.js';
import { ManualClock } from './manual-clock.js';
import { configuration } from './plan-builders.js';
import { recordingMetrics } from './recording-metrics.js';
import { recordingLogger } from './silent-logger.js';

/** A hub, its sources and its clusters, all in memory and on one clock; it can be reconfigured and started again. */
export class FederationWorld {
  readonly clock = new ManualClock();
  readonly logger = recordingLogger();
  readonly metrics = recordingMetrics();
  /** The sources that were opened, with the attributes that each keeps. */
  readonly opened: { readonly settings: SourceSettings; readonly kept: readonly string[] }[] = [];
  readonly regions = new Map<string, FakeCloudMap>();
  readonly clients = new Map<string, FakeClusterClient>();
  /** Of clusters that are not reached through their client. */
  readonly connections = new Map<string, Result<ClusterClient, IsthmusError>>();
  core: DecisionCore | undefined;
  readonly #usual: Partial<Configuration>;
  #federation: Federation | undefined;

  /** What every configuration of this world is unless it says otherwise; by default one source and one cluster. */
  constructor(usual: Partial<Configuration> = {}) {
    this.#usual = { sources: [source()], clusters: [cluster()], ...usual };
    for (const { name, region } of this.#usual.sources ?? []) {
      this.regions.set(name, new FakeCloudMap({ clock: this.clock, region }));
    }
  }

  get federation(): Federation {
    if (this.#federation === undefined) throw new Error('the hub was not started');
    return this.#federation;
  }

  /** Of the first cluster. */
  get status(): HubStatus['clusters'][number] | undefined {
    return this.federation.status().clusters[0];
  }

  configuration(changes: Partial<Configuration> = {}): Configuration {
    return configuration({ ...this.#usual, ...changes });
  }

  start(changes: Partial<Configuration> = {}): Federation {
    const ports = {
      clock: this.clock,
      random: fixedRandom(),
      logger: this.logger,
      metrics: this.metrics,
      store: new MemorySnapshotStore(),
      createSource: (settings: SourceSettings, kept: readonly string[]) => {
        this.opened.push({ settings, kept });
        return this.region(settings.name);
      },
      connection: ({ name }: { readonly name: string }) => this.connections.get(name) ?? ok(this.client(name)),
      replica: 'test-0',
    };
    this.#federation = new Federation(
      this.configuration(changes),
      this.core === undefined ? ports : { ...ports, core: this.core },
    );
    return this.#federation;
  }

  /** Lets time pass as the hub's fixed jobs see it. */
  async pass(ms: number): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += 1_000) {
      await this.clock.advance(Math.min(1_000, ms - passedMs));
      this.#federation?.wakeDueSweeps();
    }
  }

  async change(changes: Partial<Configuration>, ms = 5_000): Promise<void> {
    this.federation.configure(this.configuration(changes));
    await this.pass(ms);
  }

  /** Starts the hub again, with an empty store. */
  async restart(changes: Partial<Configuration> = {}, ms = 5_000): Promise<void> {
    await this.stop();
    this.start(changes);
    await this.pass(ms);
  }

  async stop(): Promise<void> {
    const stopped = this.#federation?.stop();
    await this.clock.advance(0);
    await stopped;
  }

  region(name = 'us'): FakeCloudMap {
    const found = this.regions.get(name) ?? new FakeCloudMap({ clock: this.clock });
    this.regions.set(name, found);
    return found;
  }

  client(name = 'eks'): FakeClusterClient {
    const found = this.clients.get(name) ?? new FakeClusterClient(this.clock);
    this.clients.set(name, found);
    return found;
  }

  /** Of the entry of a host, sorted; empty: there is none. */
  addresses(client: FakeClusterClient | string = 'eks', host = 'cart.shop'): readonly string[] {
    const entries = typeof client === 'string' ? this.client(client) : client;
    const raw = entries.entry(`cloudmap-${host}`)?.spec.raw as
      { readonly endpoints: readonly { readonly address: string }[] } | undefined;
    return (raw?.endpoints ?? []).map(({ address }) => address).sort();
  }
}
