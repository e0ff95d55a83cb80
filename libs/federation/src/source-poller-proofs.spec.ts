import { IsthmusError } from '@isthmus/model';
import { instance, serviceRecord, source } from '@isthmus/testing';
import { KEY, pollerRig, recordOf, start } from './source-poller.spec-rig.js';

const PAY = serviceRecord('pay.shop').key;

describe('SourcePoller, of what may be gone', () => {
  it('asks the control plane before it believes that the last instance is gone', async () => {
    const r = pollerRig();
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
    const r = pollerRig(source({ poll: { hotMs: 5_000, warmMs: 5_000, coldMs: 5_000, catalogueMs: 60_000 } }));
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
    const r = pollerRig();
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
    const r = pollerRig();
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
    const r = pollerRig();
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
    const r = pollerRig();
    r.world.references = { records: [recordOf('pay.shop')], isComplete: false };
    r.poller.followReferences();
    r.world.references = { records: [], isComplete: false };
    r.poller.followReferences();
    expect(r.poller.snapshot().services.has(PAY)).toBe(true);
  });
});
