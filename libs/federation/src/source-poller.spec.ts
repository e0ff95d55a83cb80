import { IsthmusError } from '@isthmus/model';
import { instance } from '@isthmus/testing';
import { pollerRig, start } from './source-poller.spec-rig.js';

describe('SourcePoller', () => {
  it('finds services, reads their instances, and publishes and saves the snapshot', async () => {
    const r = pollerRig();
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
    const r = pollerRig();
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
    const r = pollerRig();
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
    const r = pollerRig();
    r.cloudMap.fail('listNamespaces', new IsthmusError('access-denied', 'no'));
    const ended = start(r);
    await r.clock.advance(100);
    expect(r.poller.view()).toMatchObject({ hasStarted: true, state: 'denied', services: 0 });
    expect(r.poller.snapshot().version).toBeLessThanOrEqual(1);
    r.stop.abort();
    await ended;
  });

  it('lists everything at once and asks for each namespace once when there are many namespaces', async () => {
    const r = pollerRig();
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

  it('says once that its state changed, and has one state at a time in its gauges', async () => {
    const r = pollerRig();
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
    const r = pollerRig();
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
