import type { ComponentKey, ComponentRecord, SourceSettings } from '@isthmus/model';
import { IsthmusError } from '@isthmus/model';
import {
  FakeCloudMap,
  fixedRandom,
  instance,
  ManualClock,
  recordingLogger,
  recordingMetrics,
  serviceRecord,
  source,
} from '@isthmus/testing';

import { MemorySnapshotStore } from './memory-snapshot-store.js';
import type { References } from './source-poller.js';
import { SourcePoller } from './source-poller.js';

const KEY = serviceRecord('cart.shop').key;
const PAY = serviceRecord('pay.shop').key;

function rig(settings: SourceSettings = source(), clock = new ManualClock()) {
  const cloudMap = new FakeCloudMap({ clock, region: settings.region });
  const store = new MemorySnapshotStore();
  const metrics = recordingMetrics();
  const logger = recordingLogger();
  const stop = new AbortController();
  const world = { references: { records: [], isComplete: false } as References, changes: 0 };
  const poller = new SourcePoller({
    settings,
    source: cloudMap,
    keptAttributes: [],
    store,
    maySave: () => true,
    needs: () => ({ emptyReads: 3, emptyAfterMs: 60_000 }),
    references: () => world.references,
    onChange: () => void world.changes++,
    clock,
    loopClock: () => clock,
    random: fixedRandom(),
    logger,
    metrics,
  });
  const addresses = (key: ComponentKey = KEY): readonly string[] | undefined =>
    poller
      .snapshot()
      .services.get(key)
      ?.reading?.instances.map(({ id }) => id);
  return { clock, cloudMap, store, metrics, logger, world, poller, addresses, stop };
}

function start(r: ReturnType<typeof rig>): Promise<void> {
  return r.poller.start(r.stop.signal);
}

function recordOf(name: string, changes: Partial<ComponentRecord> = {}): ComponentRecord {
  const { key, namespaceName, httpName, serviceName } = serviceRecord(name);
  const names = { namespace: namespaceName, httpName, service: serviceName };
  const numbers = { createdAtMs: 0, revision: 1, observedAtMs: 0, endpoints: 1, registered: 1, also: [] };
  return { key, source: 'us', ...names, ...numbers, ...changes };
}

describe('SourcePoller', () => {
  it('finds services, reads their instances, and publishes and saves the snapshot', async () => {
    const r = rig();
    r.cloudMap.register('cart.shop', [instance('10.0.0.1')]);
    const ended = start(r);
    await r.clock.advance(1_000);
    expect(r.addresses()).toEqual(['i-10.0.0.1']);
    expect(r.world.changes).toBeGreaterThan(0);
    expect(await r.store.load(r.poller.settings.name)).toEqual({ kind: 'snapshot', snapshot: r.poller.snapshot() });
    expect(r.poller.view()).toMatchObject({ state: 'fresh', services: 1, instances: 1, hasStarted: true });
    r.stop.abort();
    await ended;
  });

  it('publishes nothing when polls and passes learn nothing new', async () => {
    const r = rig();
    r.cloudMap.register('cart.shop', [instance('10.0.0.1')]);
    const ended = start(r);
    await r.clock.advance(70_000);
    const { version } = r.poller.snapshot();
    const { changes } = r.world;
    await r.clock.advance(300_000);
    expect(r.poller.snapshot().version).toBe(version);
    expect(r.world.changes).toBe(changes);
    r.stop.abort();
    await ended;
  });

  it('polls a service that changes every 5 s, and one that does not every 60 s', async () => {
    const r = rig();
    r.cloudMap.register('cart.shop', [instance('10.0.0.1')]);
    r.cloudMap.register('pay.shop', [instance('10.0.0.2')]);
    const ended = start(r);
    await r.clock.advance(120_000);
    r.cloudMap.register('cart.shop', [instance('10.0.0.1'), instance('10.0.0.3')]);
    await r.clock.advance(60_000);
    const before = r.cloudMap.calls.length;
    await r.clock.advance(60_000);
    const polls = r.cloudMap.calls.slice(before).filter(({ call }) => call === 'discoverInstances');
    expect(polls.filter(({ about }) => about === 'srv-cart')).toHaveLength(12);
    expect(polls.filter(({ about }) => about === 'srv-pay')).toHaveLength(1);
    r.stop.abort();
    await ended;
  });

  it('has started once the first pass ended, even when it failed, and then knows of nothing', async () => {
    const r = rig();
    r.cloudMap.fail('listNamespaces', new IsthmusError('access-denied', 'no'));
    const ended = start(r);
    await r.clock.advance(100);
    expect(r.poller.view()).toMatchObject({ hasStarted: true, state: 'denied', services: 0 });
    expect(r.poller.snapshot().version).toBeLessThanOrEqual(1);
    r.stop.abort();
    await ended;
  });

  it('keeps every instance while the region is throttled, denied or hangs', async () => {
    const r = rig();
    r.cloudMap.register('cart.shop', [instance('10.0.0.1')]);
    const ended = start(r);
    await r.clock.advance(1_000);
    for (const fault of [
      new IsthmusError('throttled', 'slow'),
      new IsthmusError('access-denied', 'no'),
      'hang',
    ] as const) {
      r.cloudMap.fail('listNamespaces', fault);
      r.cloudMap.fail('listServices', fault);
      r.cloudMap.fail('discoverInstances', fault);
      await r.clock.advance(600_000);
      expect(r.addresses()).toEqual(['i-10.0.0.1']);
    }
    r.stop.abort();
    await ended;
  });

  it('goes on polling endpoints while the control plane hangs', async () => {
    const r = rig();
    r.cloudMap.register('cart.shop', [instance('10.0.0.1')]);
    const ended = start(r);
    await r.clock.advance(1_000);
    r.cloudMap.fail('listNamespaces', 'hang');
    await r.clock.advance(120_000);
    r.cloudMap.register('cart.shop', [instance('10.0.0.9')]);
    await r.clock.advance(61_000);
    expect(r.addresses()).toEqual(['i-10.0.0.9']);
    r.stop.abort();
    await ended;
  });

  it('goes on polling the other services while one hangs', async () => {
    const r = rig();
    r.cloudMap.register('cart.shop', [instance('10.0.0.1')]);
    const slow = r.cloudMap.discoverInstances.bind(r.cloudMap);
    r.cloudMap.discoverInstances = (service, signal) =>
      service.serviceName === 'cart' ? new Promise(() => undefined) : slow(service, signal);
    r.cloudMap.register('pay.shop', [instance('10.0.0.2')]);
    const ended = start(r);
    await r.clock.advance(125_000);
    expect(r.addresses(PAY)).toEqual(['i-10.0.0.2']);
    r.cloudMap.register('pay.shop', [instance('10.0.0.7')]);
    await r.clock.advance(61_000);
    expect(r.addresses(PAY)).toEqual(['i-10.0.0.7']);
    r.stop.abort();
    void ended;
  });

  it('never lets a region that hangs delay another', async () => {
    const clock = new ManualClock();
    const dark = rig(source({ name: 'dark' }), clock);
    const light = rig(source({ name: 'light' }), clock);
    dark.cloudMap.fail('listNamespaces', 'hang');
    light.cloudMap.register('cart.shop', [instance('10.0.0.1')]);
    const ended = [start(dark), start(light)];
    await clock.advance(1_000);
    expect(light.addresses()).toEqual(['i-10.0.0.1']);
    dark.stop.abort();
    light.stop.abort();
    await Promise.all(ended);
  });

  it('polls nothing while its answers come from another account', async () => {
    const r = rig(source({ account: '999999999999' }));
    r.cloudMap.register('cart.shop', [instance('10.0.0.1')]);
    r.world.references = { records: [recordOf('pay.shop')], isComplete: true };
    r.poller.followReferences();
    const ended = start(r);
    await r.clock.advance(180_000);
    expect(r.cloudMap.countOf('discoverInstances')).toBe(0);
    expect(r.poller.view()).toMatchObject({ state: 'denied', error: { code: 'wrong-account' }, services: 1 });
    r.stop.abort();
    await ended;
  });

  it('asks the control plane before it believes that the last instance is gone', async () => {
    const r = rig();
    r.cloudMap.register('cart.shop', [instance('10.0.0.1')]);
    const ended = start(r);
    await r.clock.advance(1_000);
    r.cloudMap.register('cart.shop', []);
    await r.clock.advance(200_000);
    expect(r.cloudMap.countOf('listInstances')).toBe(1);
    expect(r.poller.snapshot().services.get(KEY)?.emptiness?.isConfirmed).toBe(true);
    r.stop.abort();
    await ended;
  });

  it('proves emptiness by time that went by, not by a wall clock that jumped ahead', async () => {
    const r = rig(source({ poll: { hotMs: 5_000, warmMs: 5_000, coldMs: 5_000, catalogueMs: 60_000 } }));
    r.cloudMap.register('cart.shop', [instance('10.0.0.1')]);
    const ended = start(r);
    await r.clock.advance(1_000);
    r.cloudMap.register('cart.shop', []);
    await r.clock.advance(16_000);
    r.clock.jumpWallClock(3_600_000);
    await r.clock.advance(10_000);
    expect(r.poller.snapshot().services.get(KEY)?.emptiness?.reads).toBeGreaterThanOrEqual(3);
    expect(r.cloudMap.countOf('listInstances')).toBe(0);
    await r.clock.advance(60_000);
    expect(r.cloudMap.countOf('listInstances')).toBe(1);
    r.stop.abort();
    await ended;
  });

  it('proves that a service is gone by two complete passes and a probe', async () => {
    const r = rig();
    r.cloudMap.register('cart.shop', [instance('10.0.0.1')]);
    r.cloudMap.register('pay.shop', [instance('10.0.0.2')]);
    const ended = start(r);
    await r.clock.advance(1_000);
    r.cloudMap.unregister('cart.shop');
    await r.clock.advance(70_000);
    expect(r.cloudMap.countOf('getService')).toBe(0);
    await r.clock.advance(130_000);
    expect(r.cloudMap.countOf('getService')).toBeGreaterThan(0);
    expect(r.poller.snapshot().services.get(KEY)?.absence?.notFoundAtMs).toBeDefined();
    r.stop.abort();
    await ended;
  });

  it('takes a pass whose pages could not all be read for no evidence that anything is gone', async () => {
    const r = rig();
    r.cloudMap.register('cart.shop', [instance('10.0.0.1')]);
    const ended = start(r);
    await r.clock.advance(1_000);
    r.cloudMap.fail('listServices', new IsthmusError('throttled', 'slow'));
    await r.clock.advance(600_000);
    expect(r.poller.snapshot().services.get(KEY)?.absence).toBeUndefined();
    expect(r.cloudMap.countOf('getService')).toBe(0);
    r.stop.abort();
    await ended;
  });

  it('looks for a service that only a live object refers to, and forgets it when nothing refers to it any more', async () => {
    const r = rig();
    r.cloudMap.register('cart.shop', [instance('10.0.0.1')]);
    const ended = start(r);
    r.world.references = { records: [recordOf('pay.shop')], isComplete: true };
    r.poller.followReferences();
    await r.clock.advance(200_000);
    expect(r.poller.snapshot().services.get(PAY)).toMatchObject({ knownFrom: 'live' });
    expect(r.cloudMap.calls.some(({ call, about }) => call === 'getService' && about === 'srv-pay')).toBe(true);
    r.world.references = { records: [], isComplete: true };
    r.poller.followReferences();
    expect(r.poller.snapshot().services.has(PAY)).toBe(false);
    r.stop.abort();
    await ended;
  });

  it('forgets nothing while a cluster was not read yet', async () => {
    const r = rig();
    r.world.references = { records: [recordOf('pay.shop')], isComplete: false };
    r.poller.followReferences();
    r.world.references = { records: [], isComplete: false };
    r.poller.followReferences();
    expect(r.poller.snapshot().services.has(PAY)).toBe(true);
  });

  it('lists everything at once and asks for each namespace once when there are many namespaces', async () => {
    const r = rig();
    for (let index = 0; index < 40; index++) r.cloudMap.register(`s${index}.n${index}`, [instance(`10.0.0.${index}`)]);
    const ended = start(r);
    await r.clock.advance(130_000);
    expect(r.cloudMap.countOf('listServices')).toBe(0);
    expect(r.cloudMap.countOf('listAllServices')).toBeGreaterThanOrEqual(2);
    expect(r.cloudMap.countOf('getService')).toBe(40);
    expect(r.poller.view()).toMatchObject({ services: 40, instances: 40 });
    r.stop.abort();
    await ended;
  });

  it('survives a poll that throws, says so, and polls the service again in its turn', async () => {
    const r = rig();
    r.cloudMap.register('cart.shop', [instance('10.0.0.1')]);
    const works = r.cloudMap.discoverInstances.bind(r.cloudMap);
    r.cloudMap.discoverInstances = () => Promise.reject(new Error('bug'));
    const ended = start(r);
    await r.clock.advance(1_000);
    expect(r.logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    r.cloudMap.discoverInstances = works;
    await r.clock.advance(61_000);
    expect(r.addresses()).toEqual(['i-10.0.0.1']);
    r.stop.abort();
    await ended;
  });

  it('says once that its state changed, and has one state at a time in its gauges', async () => {
    const r = rig();
    r.cloudMap.register('cart.shop', [instance('10.0.0.1')]);
    const ended = start(r);
    await r.clock.advance(300_000);
    r.poller.report();
    const changes = r.logger.lines.filter(({ message }) => message.startsWith('source state changed'));
    expect(changes.map(({ fields }) => fields['state'])).toEqual(['fresh']);
    const labels = { account: '111122223333', region: 'us-east-1' };
    expect(r.metrics.value('isthmus_source_state', { ...labels, state: 'fresh' })).toBe(1);
    expect(r.metrics.value('isthmus_source_state', { ...labels, state: 'unread' })).toBe(0);
    r.stop.abort();
    await ended;
  });

  it('shows in a gauge whether a person has paused it, until the pause is over', async () => {
    const r = rig();
    const isPaused = (): number => {
      r.poller.report();
      return r.metrics.value('isthmus_source_paused', { account: 'unknown', region: 'us-east-1' });
    };
    expect(isPaused()).toBe(0);
    r.poller.configure({ ...r.poller.settings, paused: { reason: 'move', untilMs: r.clock.nowMs() + 60_000 } });
    expect(isPaused()).toBe(1);
    await r.clock.advance(60_000);
    expect(isPaused()).toBe(0);
  });
});
