import { IsthmusError } from '@isthmus/model';
import { instance, ManualClock, serviceRecord, source } from '@isthmus/testing';
import { pollerRig, recordOf, start } from './source-poller.spec-rig.js';

const PAY = serviceRecord('pay.shop').key;

describe('SourcePoller, when a region does not answer as it should', () => {
  it('keeps every instance while the region is throttled, denied or hangs', async () => {
    const r = pollerRig();
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
    const r = pollerRig();
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
    const r = pollerRig();
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
    const dark = pollerRig(source({ name: 'dark' }), clock);
    const light = pollerRig(source({ name: 'light' }), clock);
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
    const r = pollerRig(source({ account: '999999999999' }));
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

  it('survives a poll that throws, says so, and polls the service again in its turn', async () => {
    const r = pollerRig();
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
});
