import { cluster } from '@isthmus/testing';
import { ACCOUNT, EU, FaultWorld, names, QUIET_US, services, US } from './fault-world.js';

const discovered = (result: string): [string, Record<string, string>] => [
  'isthmus_source_reads_total',
  { account: ACCOUNT, region: 'us-east-1', result },
];

describe('fault 1: the first polls after a start fail while 50 entries of ours exist', () => {
  const world = new FaultWorld({ sources: [QUIET_US] });
  const hosts = names(50).map((name) => `${name}.shop`);

  beforeAll(async () => {
    world.seed('us-east-1', services(50));
    world.start();
    await world.passMinutes(2);
    await world.stop();
  });
  afterAll(() => world.stop());

  it('writes nothing while no call succeeds, and names the cause', async () => {
    const before = world.writes().length;
    world.cloudMap.faults.set({ kind: 'throttle' });
    world.start();
    await world.passMinutes(6);
    expect(world.writes()).toHaveLength(before);
    expect(hosts.map((host) => world.addresses(host)?.length)).toEqual(hosts.map(() => 1));
    expect(world.sourceStatus('us')).toMatchObject({ state: 'throttled', error: { code: 'throttled' } });
    expect(world.clusterStatus()).toMatchObject({ plan: { create: 0, update: 0, mark: 0, delete: 0 } });
  });

  it('writes nothing while the catalogue is read and every poll fails, and counts them', async () => {
    const before = world.writes().length;
    world.cloudMap.faults.clear();
    world.cloudMap.faults.set({ kind: 'error500', operation: 'DiscoverInstances' });
    await world.restart();
    await world.passMinutes(5);
    expect(world.writes()).toHaveLength(before);
    expect(world.metrics.value(...discovered('failed'))).toBeGreaterThan(0);
  });

  it('knows the 50 again when a poll succeeds, and updates the same objects', async () => {
    const before = world.writes().length;
    const uid = world.entry('s007.shop')?.uid;
    world.cloudMap.faults.clear();
    world.register('us-east-1', 's007', 'new', '10.9.0.7');
    await world.passMinutes(5);
    expect(world.writes().slice(before)).toEqual(['update']);
    expect(world.entry('s007.shop')?.uid).toBe(uid);
    expect(world.addresses('s007.shop')).toEqual(['10.1.0.8', '10.9.0.7']);
  });
});

describe('fault 2: page 2 of 3 of ListServices is throttled', () => {
  const world = new FaultWorld({ sources: [QUIET_US] });
  afterAll(() => world.stop());

  it('adds the services of page 1', async () => {
    world.seed('us-east-1', services(210));
    world.cloudMap.faults.set({ kind: 'failPage', page: 2, operation: 'ListServices' });
    world.start();
    await world.passMinutes(2);
    expect(world.writes()).toEqual(Array(100).fill('create'));
    expect(world.sourceStatus('us')?.error).toMatchObject({ code: 'throttled' });
  });

  it('converges with the next complete pass', async () => {
    world.cloudMap.faults.clear();
    await world.passMinutes(2);
    expect(world.clusterStatus()).toMatchObject({ liveObjects: 210, sync: 'synced' });
  });

  it('removes nothing that only the missing pages list, not even after a restart', async () => {
    world.cloudMap.faults.set({ kind: 'failPage', page: 2, operation: 'ListServices' });
    const before = world.writes().length;
    await world.restart();
    await world.passMinutes(4);
    expect(world.writes()).toHaveLength(before);
    expect(world.clusterStatus()).toMatchObject({ liveObjects: 210, plan: { mark: 0, delete: 0 } });
  }, 30_000);

  it('asks for no proof of absence while a page is missing', () => {
    const asked = world.cloudMap.callLog.count({ operation: 'GetService' });
    expect(asked).toBe(0);
  });
});

describe('fault 6: an answer is exactly as long as its limit', () => {
  const world = new FaultWorld({ sources: [US] });
  const instances = Object.fromEntries(names(30).map((id, i) => [id, `10.1.0.${i + 1}`]));
  afterAll(() => world.stop());

  it('adds what it shows and removes nothing, however high its revision', async () => {
    world.seed('us-east-1', { cart: instances });
    world.start();
    await world.passMinutes(2);
    world.source(US).truncatesAt = 20;
    world.register('us-east-1', 'cart', 'a-new', '10.1.0.99');
    await world.passMinutes(10);
    expect(world.addresses('cart.shop')).toEqual(expect.arrayContaining(Object.values(instances)));
    expect(world.metrics.value(...discovered('partial'))).toBeGreaterThan(0);
    expect(world.explained('cart.shop')).toContain('"partial-reading"');
  });

  it('follows the whole service when an answer is complete again', async () => {
    world.source(US).truncatesAt = undefined;
    for (const id of names(15)) world.deregister('us-east-1', 'cart', id);
    await world.passMinutes(2);
    expect(world.addresses('cart.shop')).toHaveLength(16);
  });
});

describe('fault 7: a region is gone for six hours', () => {
  const europe = cluster({ name: 'europe' });
  const world = new FaultWorld({ clusters: [cluster({ name: 'all' }), europe] });
  const hours = 6;

  beforeAll(async () => {
    world.seed('us-east-1', { cart: { a: '10.1.0.1' } });
    world.seed('eu-west-1', { cart: { b: '10.2.0.1' }, only: { c: '10.2.0.2' } });
    world.start();
    await world.passMinutes(2);
  });
  afterAll(() => world.stop());

  it('keeps its endpoints in every cluster, while the other region goes on within 30 s', async () => {
    world.cloudMap.faults.set({ kind: 'outage', region: 'eu-west-1', mode: 'hang' });
    for (let hour = 1; hour <= hours; hour++) {
      await world.passMinutes(60);
      world.register('us-east-1', 'cart', `new-${hour}`, `10.1.1.${hour}`);
      await world.pass(30_000);
      for (const name of ['all', 'europe']) {
        expect(world.addresses('cart.shop', name)).toHaveLength(2 + hour);
        expect(world.addresses('cart.shop', name)).toContain('10.2.0.1');
        expect(world.addresses('only.shop', name)).toEqual(['10.2.0.2']);
      }
    }
  }, 30_000);

  it('says so for that region only', () => {
    expect(world.sourceStatus('eu')).toMatchObject({ state: 'frozen', error: { code: 'timeout' } });
    expect(world.sourceStatus('us')).toMatchObject({ state: 'fresh', error: null });
    expect(world.status().clusters.map(({ sync }) => sync)).toEqual(['synced', 'synced']);
    expect(world.explained('only.shop')).toContain('"frozen"');
  });

  it('keeps them through a restart in the dark, and follows the region when it is back', async () => {
    await world.restart();
    await world.passMinutes(10);
    expect(world.addresses('cart.shop')).toHaveLength(2 + hours);
    world.cloudMap.faults.clear();
    world.register(EU.region, 'only', 'd', '10.2.0.3');
    await world.passMinutes(5);
    expect(world.addresses('only.shop')).toEqual(['10.2.0.2', '10.2.0.3']);
  });
});
