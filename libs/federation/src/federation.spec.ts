import type { Configuration, IsthmusError, Result } from '@isthmus/model';
import { err, IsthmusError as Failure, OBJECT, ok } from '@isthmus/model';
import type { ClusterClient } from '@isthmus/ports';
import {
  cluster,
  configuration,
  FakeClusterClient,
  FakeCloudMap,
  fixedRandom,
  hub,
  instance,
  ManualClock,
  recordingLogger,
  recordingMetrics,
  route,
  source,
} from '@isthmus/testing';

import type { DecisionCore } from './cluster-input.js';
import { decideCluster, manifestOf } from './decide-cluster.js';
import { Federation } from './federation.js';
import { MemorySnapshotStore } from './memory-snapshot-store.js';

const US = source({ name: 'us', region: 'us-east-1' });
const EU = source({ name: 'eu', region: 'eu-west-1' });
const BOTH = cluster({ name: 'both' });
const EU_ONLY = cluster({ name: 'eu-only', routes: [route({ regions: ['eu-west-1'] })] });

/** Two regions and two clusters, of which one takes Europe only. */
class World {
  readonly clock = new ManualClock();
  readonly logger = recordingLogger();
  readonly metrics = recordingMetrics();
  readonly regions = new Map([
    ['us', new FakeCloudMap({ clock: this.clock, region: 'us-east-1' })],
    ['eu', new FakeCloudMap({ clock: this.clock, region: 'eu-west-1' })],
  ]);
  readonly clients = new Map<string, FakeClusterClient>();
  readonly connections = new Map<string, Result<ClusterClient, IsthmusError>>();
  core: DecisionCore = { decideCluster, manifestOf };
  federation: Federation | undefined;

  start(config: Configuration = configuration({ sources: [US, EU], clusters: [BOTH, EU_ONLY] })): Federation {
    this.federation = new Federation(config, {
      clock: this.clock,
      random: fixedRandom(),
      logger: this.logger,
      metrics: this.metrics,
      store: new MemorySnapshotStore(),
      createSource: ({ name }) => this.region(name),
      connection: ({ name }) => this.connections.get(name) ?? ok(this.client(name)),
      replica: 'test-0',
      core: this.core,
    });
    return this.federation;
  }

  /** Lets time pass as the hub's fixed jobs see it. */
  async pass(ms: number): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += 1_000) {
      await this.clock.advance(Math.min(1_000, ms - passedMs));
      this.federation?.wakeDueSweeps();
    }
  }

  async restart(config?: Configuration): Promise<Federation> {
    await this.stop();
    return this.start(config);
  }

  async stop(): Promise<void> {
    const stopped = this.federation?.stop();
    await this.clock.advance(0);
    await stopped;
  }

  region(name: string): FakeCloudMap {
    const found = this.regions.get(name) ?? new FakeCloudMap({ clock: this.clock });
    this.regions.set(name, found);
    return found;
  }

  client(name: string): FakeClusterClient {
    const found = this.clients.get(name) ?? new FakeClusterClient(this.clock);
    this.clients.set(name, found);
    return found;
  }

  addresses(name: string, host = 'cart.shop'): readonly string[] {
    const raw = this.client(name).entry(`cloudmap-${host}`)?.spec.raw as
      { readonly endpoints: readonly { readonly address: string }[] } | undefined;
    return (raw?.endpoints ?? []).map(({ address }) => address).sort();
  }
}

describe('Federation', () => {
  let world = new World();
  beforeEach(() => {
    world = new World();
    world.region('us').register('cart.shop', [instance('10.1.0.1')]);
    world.region('eu').register('cart.shop', [instance('10.2.0.1')]);
  });
  afterEach(() => world.stop());

  it('fills each cluster with what its routes map, and is quiet afterwards', async () => {
    world.start();
    await world.pass(5_000);
    expect(world.addresses('both')).toEqual(['10.1.0.1', '10.2.0.1']);
    expect(world.addresses('eu-only')).toEqual(['10.2.0.1']);
    const writes = [...world.clients.values()].map((client) => client.writes.length);
    await world.pass(600_000);
    expect([...world.clients.values()].map((client) => client.writes.length)).toEqual(writes);
  });

  it('carries a new instance to the clusters that are mapped to it, and only to those', async () => {
    world.start();
    await world.pass(120_000);
    const before = world.client('eu-only').writes.length;
    world.region('us').register('cart.shop', [instance('10.1.0.1'), instance('10.1.0.2')]);
    await world.pass(61_000);
    expect(world.addresses('both')).toEqual(['10.1.0.1', '10.1.0.2', '10.2.0.1']);
    expect(world.client('eu-only').writes).toHaveLength(before);
    expect(world.metrics.observations('isthmus_propagation_duration_seconds')).toHaveLength(1);
  });

  it('does not even decide about a cluster again when a source changed that is not mapped to it', async () => {
    const decided: string[] = [];
    world.core = {
      manifestOf,
      decideCluster: (input) => {
        decided.push(input.cluster.name);
        return decideCluster(input);
      },
    };
    world.start(configuration({ sources: [US, EU], clusters: [BOTH, { ...EU_ONLY, sweepMs: 3_600_000 }] }));
    await world.pass(120_000);
    decided.length = 0;
    world.region('us').register('cart.shop', [instance('10.1.0.1'), instance('10.1.0.2')]);
    await world.pass(61_000);
    expect(decided).toContain('both');
    expect(decided).not.toContain('eu-only');
  });

  it('writes nothing when the first poll fails, whatever the clusters hold', async () => {
    world.start();
    await world.pass(5_000);
    await world.stop();
    for (const region of world.regions.values()) region.fail('listNamespaces', new Failure('network', 'cut'));
    const before = world.client('both').writes.length;
    world.start();
    await world.pass(600_000);
    expect(world.client('both').writes).toHaveLength(before);
    expect(world.addresses('both')).toEqual(['10.1.0.1', '10.2.0.1']);
  });

  it('keeps both regions of a shared host after a restart while one region is away, and follows the other', async () => {
    world.start();
    await world.pass(5_000);
    world.region('eu').fail('listNamespaces', 'hang');
    await world.restart();
    world.region('us').register('cart.shop', [instance('10.1.0.9')]);
    await world.pass(180_000);
    expect(world.addresses('both')).toEqual(['10.1.0.9', '10.2.0.1']);
    expect(world.addresses('eu-only')).toEqual(['10.2.0.1']);
  });

  it('serves the other clusters while one accepts and never answers', async () => {
    world.client('both').fail({ verb: 'any', error: 'hang' });
    world.start();
    await world.pass(5_000);
    expect(world.addresses('eu-only')).toEqual(['10.2.0.1']);
    expect(world.federation?.status().clusters.map(({ connection }) => connection)).toEqual(['unknown', 'up']);
  });

  it('never writes to an object of the same name that belongs to somebody else', async () => {
    const name = 'cloudmap-cart.shop' as NonNullable<ReturnType<FakeClusterClient['entry']>>['name'];
    world.client('both').put({ name, spec: { hosts: ['cart.shop'], raw: { hosts: ['cart.shop'] } } });
    const before = world.client('both').entry(name);
    const federation = world.start();
    await world.pass(120_000);
    expect(world.client('both').entry(name)).toBe(before);
    expect(world.client('both').writes).toEqual([]);
    const status = federation.status().clusters[0];
    expect(status).toMatchObject({ sync: 'held', held: [{ host: 'cart.shop', reason: 'foreign-owner' }] });
  });

  it('removes a deleted service in two phases, after proof by passes and probe was given twice', async () => {
    world.region('eu').register('pay.shop', [instance('10.2.0.5')]);
    world.start();
    await world.pass(5_000);
    world.region('eu').unregister('pay.shop');
    await world.pass(200_000);
    const marked = world.client('eu-only').entry('cloudmap-pay.shop');
    expect(marked?.annotations[OBJECT.pendingDelete]).toBeDefined();
    expect(world.addresses('eu-only', 'pay.shop')).toEqual(['10.2.0.5']);
    await world.pass(400_000);
    expect(world.client('eu-only').entry('cloudmap-pay.shop')).toBeUndefined();
    expect(world.addresses('eu-only')).toEqual(['10.2.0.1']);
  });

  it('stops every write at once when the hub becomes read-only, and goes on when it is not any more', async () => {
    const open = configuration({ sources: [US, EU], clusters: [BOTH, EU_ONLY] });
    const federation = world.start({ ...open, hub: hub({ readOnly: true }) });
    await world.pass(5_000);
    expect(world.client('both').writes).toEqual([]);
    expect(federation.status()).toMatchObject({ readOnly: true, clusters: [{ sync: 'out-of-sync' }, {}] });
    federation.configure(open);
    await world.pass(5_000);
    expect(world.addresses('both')).toEqual(['10.1.0.1', '10.2.0.1']);
  });

  it('starts and stops sources and clusters as the configuration says, and leaves a removed cluster alone', async () => {
    const federation = world.start(configuration({ sources: [EU], clusters: [EU_ONLY] }));
    await world.pass(5_000);
    federation.configure(configuration({ sources: [US, EU], clusters: [BOTH] }));
    await world.pass(5_000);
    expect(world.addresses('both')).toEqual(['10.1.0.1', '10.2.0.1']);
    expect(world.addresses('eu-only')).toEqual(['10.2.0.1']);
    expect(federation.status().clusters.map(({ name }) => name)).toEqual(['both']);
    federation.configure(configuration({ sources: [EU], clusters: [] }));
    await world.pass(1_000);
    expect(world.region('us').isClosed).toBe(true);
    expect(world.region('eu').isClosed).toBe(false);
  });

  it('connects to a cluster as soon as its kubeconfig is accepted', async () => {
    world.connections.set('both', err(new Failure('kubeconfig-refused', 'exec is not allowed')));
    const federation = world.start();
    await world.pass(5_000);
    expect(federation.status().clusters[0]).toMatchObject({
      connection: 'down',
      error: { code: 'kubeconfig-refused' },
    });
    world.connections.delete('both');
    federation.reconnect(BOTH.name);
    await world.pass(1_000);
    expect(world.addresses('both')).toEqual(['10.1.0.1', '10.2.0.1']);
  });

  it('is ready when every source has ended its first poll, in whatever way, or after 30 s', async () => {
    world.region('us').fail('listNamespaces', new Failure('access-denied', 'no'));
    world.region('eu').fail('listNamespaces', 'hang');
    const federation = world.start();
    await world.pass(1_000);
    expect(federation.unreadyReasons()).toEqual(['source eu: its first poll has not ended']);
    await world.pass(29_000);
    expect(federation.unreadyReasons()).toEqual([]);
  });

  it('shows the plan of a cluster, or why there is none', async () => {
    world.client('both').fail({ verb: 'list', error: 'hang' });
    const federation = world.start();
    await world.pass(5_000);
    expect(federation.plan('both')).toEqual({ ok: false, error: 'not-planned' });
    expect(federation.plan('nobody')).toEqual({ ok: false, error: 'unknown-cluster' });
    expect(federation.plan('eu-only')).toMatchObject({ ok: true, value: { changes: [], unchangedCount: 1 } });
  });

  it('ends all work and closes every source when it stops', async () => {
    const federation = world.start();
    world.region('eu').fail('discoverInstances', 'hang');
    await world.pass(1_000);
    const stopped = federation.stop();
    await world.clock.advance(0);
    await stopped;
    expect([...world.regions.values()].map(({ isClosed }) => isClosed)).toEqual([true, true]);
    const calls = world.region('us').calls.length;
    await world.pass(300_000);
    expect(world.region('us').calls).toHaveLength(calls);
  });
});
