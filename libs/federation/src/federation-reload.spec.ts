import type { Configuration, SourceSettings } from '@isthmus/model';
import { ok, OBJECT } from '@isthmus/model';
import {
  cluster,
  configuration,
  EPOCH_MS,
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

import { Federation } from './federation.js';
import { MemorySnapshotStore } from './memory-snapshot-store.js';

/** One region and one cluster under a configuration that changes. */
class World {
  readonly clock = new ManualClock();
  readonly client = new FakeClusterClient(this.clock);
  readonly logger = recordingLogger();
  readonly metrics = recordingMetrics();
  readonly cloudMap = new FakeCloudMap({ clock: this.clock });
  /** The sources that were opened, with the attributes that each keeps. */
  readonly opened: { readonly settings: SourceSettings; readonly kept: readonly string[] }[] = [];
  readonly federation: Federation;

  constructor(config: Partial<Configuration> = {}) {
    this.cloudMap.register('cart.shop', [instance('10.1.0.1')]);
    this.federation = new Federation(configuration({ sources: [source()], clusters: [cluster()], ...config }), {
      clock: this.clock,
      random: fixedRandom(),
      logger: this.logger,
      metrics: this.metrics,
      store: new MemorySnapshotStore(),
      createSource: (settings, kept) => {
        this.opened.push({ settings, kept });
        return this.cloudMap;
      },
      connection: () => ok(this.client),
      replica: 'test-0',
    });
  }

  async pass(ms: number): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += 1_000) {
      await this.clock.advance(Math.min(1_000, ms - passedMs));
      this.federation.wakeDueSweeps();
    }
  }

  async change(config: Partial<Configuration>, ms = 5_000): Promise<void> {
    this.federation.configure(configuration({ sources: [source()], clusters: [cluster()], ...config }));
    await this.pass(ms);
  }

  async stop(): Promise<void> {
    const stopped = this.federation.stop();
    await this.clock.advance(0);
    await stopped;
  }

  addresses(name = 'cloudmap-cart.shop'): readonly string[] {
    const raw = this.client.entry(name)?.spec.raw as
      { readonly endpoints: readonly { readonly address: string }[] } | undefined;
    return (raw?.endpoints ?? []).map(({ address }) => address);
  }
}

describe('a federation whose configuration changes', () => {
  let world = new World();
  beforeEach(() => {
    world = new World();
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
      world.cloudMap.fail('discoverInstances', 'hang');
      await world.change({ clusters: [labelled] }, 200_000);
      expect(world.addresses()).toEqual(['10.1.0.1']);
      expect(world.client.callsOf('update')).toHaveLength(0);
      world.cloudMap.heal();
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
      world.cloudMap.fail('listNamespaces', 'hang');
      await world.change({ sources: [source(changes)] });
      expect(world.opened).toHaveLength(2);
      expect(world.federation.status().sources).toMatchObject([{ services: 1, instances: 1 }]);
      expect(world.addresses()).toEqual(['10.1.0.1']);
      world.cloudMap.heal();
    });

    it('stops when it is gone, its series with it, and what came from it stays', async () => {
      await world.pass(5_000);
      const labels = { account: '111122223333', region: 'us-east-1' };
      expect(world.metrics.value('isthmus_source_services', labels)).toBe(1);
      await world.change({ sources: [] }, 400_000);
      expect(world.cloudMap.isClosed).toBe(true);
      expect(world.metrics.value('isthmus_source_services', labels)).toBe(0);
    });
  });

  describe('in its pauses', () => {
    const until = (ms: number) => ({ reason: 'maintenance', untilMs: EPOCH_MS + ms });

    it('does not poll a paused source until the pause ends, and its status says so', async () => {
      await world.pass(5_000);
      await world.change({ sources: [source({ paused: until(600_000) })] }, 1_000);
      const { length } = world.cloudMap.calls;
      world.cloudMap.register('cart.shop', [instance('10.1.0.2')]);
      await world.pass(590_000);
      expect(world.cloudMap.calls).toHaveLength(length);
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
      world = new World({ sources: [source({ paused: until(600_000) })] });
      await world.pass(1_000);
      expect(world.federation.unreadyReasons()).toEqual([]);
      expect(world.cloudMap.calls).toEqual([]);
    });

    it('proves nothing gone while the source is paused', async () => {
      await world.pass(5_000);
      world.cloudMap.unregister('cart.shop');
      await world.pass(61_000);
      await world.change({ sources: [source({ paused: until(3_600_000) })] }, 1_800_000);
      expect(world.client.entry('cloudmap-cart.shop')?.annotations[OBJECT.pendingDelete]).toBeUndefined();
    });

    it('shows the plan of a paused cluster and writes nothing until the pause ends', async () => {
      await world.stop();
      world = new World({ clusters: [cluster({ paused: until(120_000) })] });
      await world.pass(110_000);
      const [status] = world.federation.status().clusters;
      expect(status).toMatchObject({ sync: 'out-of-sync', plan: { create: 1 } });
      expect(status?.warnings).toEqual(['paused until 2026-01-01T00:02:00.000Z, so nothing is written: maintenance']);
      expect(world.client.writes).toEqual([]);
      await world.pass(15_000);
      expect(world.addresses()).toEqual(['10.1.0.1']);
    });
  });

  it('takes objects under a former name of the hub for its own: their epoch counts, and the next write names it', async () => {
    await world.pass(5_000);
    const before = world.client.entry('cloudmap-cart.shop');
    await world.stop();
    const { client } = world;
    world = new World({ hub: hub({ name: 'renamed', formerNames: ['test'] }) });
    if (before !== undefined)
      world.client.put({ ...before, annotations: { ...before.annotations, [OBJECT.epoch]: '41' } });
    await world.pass(5_000);
    expect(client.entry('cloudmap-cart.shop')?.labels[OBJECT.hub]).toBe('test');
    const { labels, annotations } = world.client.entry('cloudmap-cart.shop') ?? {};
    expect([labels?.[OBJECT.hub], annotations?.[OBJECT.epoch]]).toEqual(['renamed', '42']);
  });
});
