import type { Configuration, SourceSettings } from '@isthmus/model';
import { OBJECT } from '@isthmus/model';
import { cluster, EPOCH_MS, FederationWorld, hub, instance, route, source } from '@isthmus/testing';

/** One region and one cluster, at work. */
function started(changes: Partial<Configuration> = {}): FederationWorld {
  const world = new FederationWorld();
  world.region().register('cart.shop', [instance('10.1.0.1')]);
  world.start(changes);
  return world;
}

describe('a federation whose configuration changes', () => {
  let world = started();
  beforeEach(() => {
    world = started();
  });
  afterEach(() => world.stop());

  describe('in what routes need of instances', () => {
    const labelled = cluster({ routes: [route({}, { endpointLabels: new Map([['stage', 'STAGE']]) })] });

    it('reads a source anew when an attribute is needed that was not kept', async () => {
      await world.pass(5_000);
      await world.change({ clusters: [labelled] });
      expect(world.opened.map(({ kept }) => kept.includes('STAGE'))).toEqual([false, true]);
    });

    it('keeps every endpoint while such a source cannot be read', async () => {
      await world.pass(5_000);
      world.region().fail('discoverInstances', 'hang');
      await world.change({ clusters: [labelled] }, 200_000);
      expect(world.addresses()).toEqual(['10.1.0.1']);
      expect(world.client().callsOf('update')).toHaveLength(0);
      world.region().heal();
    });

    it('goes on with the same reader when fewer attributes are needed', async () => {
      await world.change({ clusters: [labelled] });
      await world.change({ clusters: [cluster()] });
      expect(world.opened).toHaveLength(2);
    });
  });

  describe('in a source', () => {
    it.each<[string, Partial<Omit<SourceSettings, 'name'>>]>([
      ['cadence', { poll: { hotMs: 1_000, warmMs: 1_000, coldMs: 1_000, catalogueMs: 5_000 } }],
      ['health rule', { health: 'ALL' }],
      ['age from which it is stale', { staleAfterMs: 1_000 }],
      ['filter', { services: { include: ['*'], exclude: ['other'] } }],
      ['pause', { paused: { reason: 'maintenance', untilMs: EPOCH_MS } }],
    ])('goes on with the same reader under another %s', async (_, changes) => {
      await world.pass(5_000);
      await world.change({ sources: [source(changes)] });
      expect(world.opened).toHaveLength(1);
    });

    it.each<[string, Partial<Omit<SourceSettings, 'name'>>]>([
      [
        'limits',
        { limits: { discoverPerSecond: 1, listServicesPerSecond: 1, listNamespacesPerSecond: 1, getPerSecond: 1 } },
      ],
      ['endpoint', { endpoint: { control: 'http://a.example.com', data: 'http://a.example.com' } }],
      [
        'role',
        {
          credentials: {
            kind: 'assume-role',
            roleArn: 'arn:aws:iam::111122223333:role/b',
            externalId: undefined,
            sessionName: 'isthmus',
          },
        },
      ],
    ])('opens another reader for another %s, and keeps what it knows', async (_, changes) => {
      await world.pass(5_000);
      world.region().fail('listNamespaces', 'hang');
      await world.change({ sources: [source(changes)] });
      expect(world.opened).toHaveLength(2);
      expect(world.federation.status().sources).toMatchObject([{ services: 1, instances: 1 }]);
      expect(world.addresses()).toEqual(['10.1.0.1']);
      world.region().heal();
    });

    it('stops when it is gone, its series with it, and what came from it stays', async () => {
      await world.pass(5_000);
      const labels = { account: '111122223333', region: 'us-east-1' };
      expect(world.metrics.value('isthmus_source_services', labels)).toBe(1);
      await world.change({ sources: [] }, 400_000);
      expect(world.region().isClosed).toBe(true);
      expect(world.metrics.value('isthmus_source_services', labels)).toBe(0);
      expect(world.addresses()).toEqual(['10.1.0.1']);
    });
  });

  describe('in its pauses', () => {
    const until = (ms: number) => ({ reason: 'maintenance', untilMs: EPOCH_MS + ms });

    it('does not poll a paused source until the pause ends, and its status says so', async () => {
      await world.pass(5_000);
      await world.change({ sources: [source({ paused: until(600_000) })] }, 1_000);
      const { length } = world.region().calls;
      world.region().register('cart.shop', [instance('10.1.0.2')]);
      await world.pass(590_000);
      expect(world.region().calls).toHaveLength(length);
      expect(world.addresses()).toEqual(['10.1.0.1']);
      expect(world.federation.status().sources[0]?.warnings).toEqual([
        'paused until 2026-01-01T00:10:00.000Z, so it is not polled: maintenance',
      ]);
      await world.pass(80_000);
      expect(world.addresses()).toEqual(['10.1.0.2']);
      expect(world.federation.status().sources[0]?.warnings).toEqual([]);
    });

    it('is ready although a source is paused from the start', async () => {
      await world.stop();
      world = started({ sources: [source({ paused: until(600_000) })] });
      await world.pass(1_000);
      expect(world.federation.unreadyReasons()).toEqual([]);
      expect(world.region().calls).toEqual([]);
    });

    it('proves nothing gone while the source is paused', async () => {
      await world.pass(5_000);
      world.region().unregister('cart.shop');
      await world.pass(61_000);
      await world.change({ sources: [source({ paused: until(3_600_000) })] }, 1_800_000);
      expect(world.client().entry('cloudmap-cart.shop')?.annotations[OBJECT.pendingDelete]).toBeUndefined();
    });

    it('shows the plan of a paused cluster and writes nothing until the pause ends', async () => {
      await world.stop();
      world = started({ clusters: [cluster({ paused: until(120_000) })] });
      await world.pass(110_000);
      const [status] = world.federation.status().clusters;
      expect(status).toMatchObject({ sync: 'out-of-sync', plan: { create: 1 } });
      expect(status?.warnings).toEqual(['paused until 2026-01-01T00:02:00.000Z, so nothing is written: maintenance']);
      expect(world.client().writes).toEqual([]);
      await world.pass(15_000);
      expect(world.addresses()).toEqual(['10.1.0.1']);
    });
  });

  it('takes objects under a former name of the hub for its own: their epoch counts, and the next write names it', async () => {
    await world.pass(5_000);
    const before = world.client().entry('cloudmap-cart.shop');
    await world.stop();
    const client = world.client();
    world = started({ hub: hub({ name: 'renamed', formerNames: ['test'] }) });
    if (before !== undefined)
      world.client().put({ ...before, annotations: { ...before.annotations, [OBJECT.epoch]: '41' } });
    await world.pass(5_000);
    expect(client.entry('cloudmap-cart.shop')?.labels[OBJECT.hub]).toBe('test');
    const { labels, annotations } = world.client().entry('cloudmap-cart.shop') ?? {};
    expect([labels?.[OBJECT.hub], annotations?.[OBJECT.epoch]]).toEqual(['renamed', '42']);
  });
});
