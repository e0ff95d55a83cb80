import type { ClusterSettings, EntryName } from '@isthmus/model';
import { IsthmusError, OBJECT, ok } from '@isthmus/model';
import {
  cluster,
  configuration,
  FakeClusterClient,
  FakeCloudMap,
  fixedRandom,
  instance,
  ManualClock,
  recordingLogger,
  recordingMetrics,
  source,
} from '@isthmus/testing';

import { Federation } from './federation.js';
import { MemorySnapshotStore } from './memory-snapshot-store.js';

const CART = 'cloudmap-cart.shop' as EntryName;
const MOVED = cluster({ namespace: 'isthmus', previousNamespaces: ['old'] });

/** A cluster with a namespace `old` and a namespace `isthmus`; the hub is started again for each configuration. */
class World {
  readonly clock = new ManualClock();
  readonly client = new FakeClusterClient(this.clock);
  readonly old = this.client.inNamespace('old');
  readonly logger = recordingLogger();
  readonly regions = {
    us: new FakeCloudMap({ clock: this.clock, region: 'us-east-1' }),
    eu: new FakeCloudMap({ clock: this.clock, region: 'eu-west-1' }),
  };
  federation: Federation | undefined;

  async start(settings: ClusterSettings, ms = 5_000): Promise<void> {
    await this.stop();
    const config = configuration({
      sources: [source({ name: 'us', region: 'us-east-1' }), source({ name: 'eu', region: 'eu-west-1' })],
      clusters: [settings],
    });
    this.federation = new Federation(config, {
      clock: this.clock,
      random: fixedRandom(),
      logger: this.logger,
      metrics: recordingMetrics(),
      store: new MemorySnapshotStore(),
      createSource: ({ name }) => (name === 'us' ? this.regions.us : this.regions.eu),
      connection: () => ok(this.client),
      replica: 'test-0',
    });
    await this.pass(ms);
  }

  async pass(ms: number): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += 1_000) {
      await this.clock.advance(Math.min(1_000, ms - passedMs));
      this.federation?.wakeDueSweeps();
    }
  }

  async stop(): Promise<void> {
    const stopped = this.federation?.stop();
    await this.clock.advance(0);
    await stopped;
  }

  get status() {
    return this.federation?.status().clusters[0];
  }

  addresses(client: FakeClusterClient, name = CART): readonly string[] | undefined {
    const entry = client.entry(name);
    if (entry === undefined) return undefined;
    const { endpoints } = entry.spec.raw as { readonly endpoints: readonly { readonly address: string }[] };
    return endpoints.map(({ address }) => address).sort();
  }
}

describe('a cluster whose namespace does not exist', () => {
  let world = new World();
  beforeEach(() => {
    world = new World();
    world.client.hasNamespace = false;
    world.regions.us.register('cart.shop', [instance('10.1.0.1')]);
  });
  afterEach(() => world.stop());

  it('says so and creates nothing, unless it may create the namespace', async () => {
    await world.start(cluster());
    expect(world.status?.error?.code).toBe('namespace-missing');
    expect(world.client.callsOf('create-namespace')).toEqual([]);
  });

  it('gets the namespace once, then its entries', async () => {
    await world.start(cluster({ createNamespace: true }));
    expect(world.addresses(world.client)).toEqual(['10.1.0.1']);
    expect(world.client.callsOf('create-namespace')).toHaveLength(1);
    expect(world.status?.error).toBeNull();
  });

  it('says why the namespace cannot be created, and tries again later', async () => {
    const error = new IsthmusError('forbidden', 'creating the namespace isthmus: cannot create resource "namespaces"');
    world.client.fail({ verb: 'create-namespace', error, times: 1 });
    await world.start(cluster({ createNamespace: true }), 1_000);
    expect(world.status?.error).toMatchObject({ code: 'forbidden', message: error.message });
    await world.pass(10_000);
    expect(world.addresses(world.client)).toEqual(['10.1.0.1']);
  });

  it.each<[string, Partial<Omit<ClusterSettings, 'name'>>]>([
    ['is only observed', { mode: 'observe' }],
    ['is not pushed to', { push: false }],
  ])('creates no namespace in a cluster that %s', async (_, changes) => {
    await world.start(cluster({ createNamespace: true, ...changes }));
    expect(world.client.callsOf('create-namespace')).toEqual([]);
  });
});

describe('a cluster whose namespace was changed', () => {
  let world = new World();
  beforeEach(async () => {
    world = new World();
    world.regions.us.register('cart.shop', [instance('10.1.0.1')]);
    world.regions.eu.register('cart.shop', [instance('10.2.0.1')]);
    await world.start(cluster({ namespace: 'isthmus' }));
    for (const name of [CART]) {
      const entry = world.client.entry(name);
      if (entry !== undefined) world.old.put(entry);
      world.client.remove(name);
    }
  });
  afterEach(() => world.stop());

  it('gets each entry here first, and only then is it deleted there, on the very object that was seen', async () => {
    await world.start(MOVED);
    expect(world.addresses(world.client)).toEqual(['10.1.0.1', '10.2.0.1']);
    expect(world.old.entry(CART)).toBeUndefined();
    const createdAtMs = world.client.callsOf('create').at(-1)?.atMs ?? Number.NaN;
    expect(world.old.callsOf('delete').map(({ atMs }) => atMs >= createdAtMs)).toEqual([true]);
  });

  it('keeps the endpoints of a region that nothing can be read of, and moves them with the entry', async () => {
    world.regions.eu.fail('listNamespaces', new IsthmusError('timeout', 'no answer'));
    await world.start(MOVED, 200_000);
    expect(world.addresses(world.client)).toEqual(['10.1.0.1', '10.2.0.1']);
    expect(world.old.entry(CART)).toBeUndefined();
    world.regions.eu.heal();
  });

  it('deletes nothing there while it cannot be created here', async () => {
    world.client.fail({ verb: 'create', error: new IsthmusError('invalid-object', 'no') });
    await world.start(MOVED, 200_000);
    expect(world.old.writes).toEqual([]);
    expect(world.status?.warnings).toEqual([
      '1 objects are left in the previous namespace old, 1 of them with something that is not here yet',
    ]);
  });

  it('deletes nothing there of which a component is not recorded here', async () => {
    world.regions.eu.fail('listNamespaces', new IsthmusError('timeout', 'no answer'));
    await world.start(cluster());
    expect(world.addresses(world.client)).toEqual(['10.1.0.1']);
    await world.start(MOVED, 100_000);
    expect(world.addresses(world.old)).toEqual(['10.1.0.1', '10.2.0.1']);
    world.regions.eu.heal();
    await world.pass(100_000);
    expect(world.addresses(world.client)).toEqual(['10.1.0.1', '10.2.0.1']);
    expect(world.old.entry(CART)).toBeUndefined();
  });

  it('deletes nothing there that holds a newer state than what is here', async () => {
    const there = world.old.entry(CART);
    await world.start(cluster());
    const components = there?.annotations[OBJECT.components]?.replace(/"revision":\d+/, '"revision":99') ?? '';
    if (there !== undefined)
      world.old.put({ ...there, annotations: { ...there.annotations, [OBJECT.components]: components } });
    await world.start(MOVED, 100_000);
    expect(world.old.writes).toEqual([]);
  });

  it('decides nothing while it cannot read what stands there', async () => {
    world.old.fail({ verb: 'list', error: new IsthmusError('forbidden', 'cannot list in namespace old') });
    await world.start(MOVED);
    expect(world.client.entry(CART)).toBeUndefined();
    expect(world.status).toMatchObject({ connection: 'down', error: { code: 'forbidden' } });
    world.old.heal();
    await world.pass(70_000);
    expect(world.addresses(world.client)).toEqual(['10.1.0.1', '10.2.0.1']);
  });

  it('leaves alone what is somebody else’s there, and what somebody else has taken here', async () => {
    const mine = world.old.entry(CART);
    world.old.put({ name: 'theirs' as EntryName });
    world.client.put({ name: CART, spec: { hosts: ['other.shop'], raw: { hosts: ['other.shop'] } } });
    await world.start(MOVED, 100_000);
    expect(world.old.writes).toEqual([]);
    expect(world.old.entry(CART)).toBe(mine);
    expect(world.client.entry(CART)?.spec.hosts).toEqual(['other.shop']);
    expect(world.status?.held).toMatchObject([{ reason: 'foreign-owner' }]);
  });

  it.each<[string, Partial<Omit<ClusterSettings, 'name'>>]>([
    ['upsert-only', { mode: 'upsert-only' }],
    ['observe', { mode: 'observe' }],
  ])('deletes nothing there in mode %s', async (_, changes) => {
    await world.start(cluster({ previousNamespaces: ['old'], ...changes }), 100_000);
    expect(world.old.writes).toEqual([]);
  });

  it('does not delete an object there that somebody changed since, before it has read it again', async () => {
    world.old.fail({ verb: 'delete', error: new IsthmusError('conflict', 'changed'), times: 1 });
    await world.start(MOVED, 100_000);
    expect(world.old.entry(CART)).toBeUndefined();
    expect(world.old.callsOf('get')).toHaveLength(1);
  });

  it('stamps an epoch above that of the objects there', async () => {
    const entry = world.old.entry(CART);
    if (entry !== undefined) world.old.put({ ...entry, annotations: { ...entry.annotations, [OBJECT.epoch]: '41' } });
    await world.start(MOVED);
    expect(world.client.entry(CART)?.annotations[OBJECT.epoch]).toBe('42');
  });
});
