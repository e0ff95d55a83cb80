import { err, IsthmusError as Failure, OBJECT } from '@isthmus/model';
import type { FakeClusterClient } from '@isthmus/testing';
import { cluster, EU, FederationWorld, hub, instance, route, US } from '@isthmus/testing';

import { decideCluster, manifestOf } from './decide-cluster.js';

const BOTH = cluster({ name: 'both' });
const EU_ONLY = cluster({ name: 'eu-only', routes: [route({ regions: ['eu-west-1'] })] });

/** Two regions and two clusters, of which one takes Europe only. */
const ESTATE = { sources: [US, EU], clusters: [BOTH, EU_ONLY] };

describe('Federation', () => {
  let world = new FederationWorld(ESTATE);
  beforeEach(() => {
    world = new FederationWorld(ESTATE);
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
    world.start({ clusters: [BOTH, { ...EU_ONLY, sweepMs: 3_600_000 }] });
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
    await world.restart({}, 0);
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
    expect(world.federation.status().clusters.map(({ connection }) => connection)).toEqual(['unknown', 'up']);
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
    const federation = world.start({ hub: hub({ readOnly: true }) });
    await world.pass(5_000);
    expect(world.client('both').writes).toEqual([]);
    expect(federation.status()).toMatchObject({ readOnly: true, clusters: [{ sync: 'out-of-sync' }, {}] });
    await world.change({});
    expect(world.addresses('both')).toEqual(['10.1.0.1', '10.2.0.1']);
  });

  it('starts and stops sources and clusters as the configuration says, and leaves a removed cluster alone', async () => {
    const federation = world.start({ sources: [EU], clusters: [EU_ONLY] });
    await world.pass(5_000);
    await world.change({ clusters: [BOTH] });
    expect(world.addresses('both')).toEqual(['10.1.0.1', '10.2.0.1']);
    expect(world.addresses('eu-only')).toEqual(['10.2.0.1']);
    expect(federation.status().clusters.map(({ name }) => name)).toEqual(['both']);
    await world.change({ sources: [EU], clusters: [] }, 1_000);
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
    world.start();
    world.region('eu').fail('discoverInstances', 'hang');
    await world.pass(1_000);
    await world.stop();
    expect([...world.regions.values()].map(({ isClosed }) => isClosed)).toEqual([true, true]);
    const calls = world.region('us').calls.length;
    await world.pass(300_000);
    expect(world.region('us').calls).toHaveLength(calls);
  });
});
