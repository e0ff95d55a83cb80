import { ACCOUNT, ALL, FaultWorld, names, QUIET_US, services, US } from './fault-world.js';

describe('fault 3: every service of a source vanishes', () => {
  const world = new FaultWorld({ sources: [QUIET_US] });
  const approve = (removals: string): void =>
    world.configure({
      approvals: [{ cluster: ALL.name, removals, untilMs: world.clock.nowMs() + 7_200_000 }],
    });

  beforeAll(async () => {
    world.seed('us-east-1', services(60));
    world.start();
    await world.passMinutes(2);
  });
  afterAll(() => world.stop());

  it('removes nothing when the list is empty and the services answer to their ids', async () => {
    world.cloudMap.faults.set({ kind: 'emptyAnswer', operation: 'ListServices' });
    await world.passMinutes(8);
    expect(world.clusterStatus()).toMatchObject({ liveObjects: 60, liveEndpoints: 60, plan: { mark: 0, delete: 0 } });
    world.cloudMap.faults.clear();
    await world.passMinutes(3);
  });

  it('removes nothing when the list is empty and nobody says whether the services exist', async () => {
    world.cloudMap.faults.set({ kind: 'emptyAnswer', operation: 'ListServices' });
    world.cloudMap.faults.set({ kind: 'throttle', operation: 'GetService' });
    await world.passMinutes(8);
    expect(world.clusterStatus()).toMatchObject({ liveObjects: 60, liveEndpoints: 60, plan: { mark: 0, delete: 0 } });
    expect(world.held()).toEqual([]);
    expect(world.explained('s007.shop')).toContain('"notFoundAt":null,"isProven":false');
    world.cloudMap.faults.clear();
    await world.passMinutes(3);
  });

  it('holds every removal when they are proven gone, says why, and goes on adding', async () => {
    for (const name of names(60)) world.deleteService('us-east-1', name);
    await world.passMinutes(8);
    world.seed('us-east-1', { extra: { x: '10.2.0.1' } });
    await world.passMinutes(5);
    expect(world.clusterStatus()).toMatchObject({ liveObjects: 61, liveEndpoints: 61, sync: 'held' });
    expect(world.addresses('extra.shop')).toEqual(['10.2.0.1']);
    expect(world.held()).toEqual(expect.arrayContaining([expect.stringMatching(/^(source-empty|brake-objects)$/)]));
    const reason = world.held()[0] ?? '';
    const blocked = { cluster: 'all', region: 'us-east-1', reason };
    expect(world.metrics.value('isthmus_prune_blocked', blocked)).toBe(1);
  });

  it('refuses an approval of anything else', async () => {
    approve('0123456789abcdef');
    await world.passMinutes(10);
    expect(world.clusterStatus()).toMatchObject({ liveObjects: 61, liveEndpoints: 61 });
  });

  it('removes exactly what an approval names', async () => {
    approve(world.clusterStatus()?.plan.removals ?? '');
    await world.passMinutes(15);
    expect(world.clusterStatus()).toMatchObject({ liveObjects: 1, liveEndpoints: 1, sync: 'synced' });
    expect(world.addresses('extra.shop')).toEqual(['10.2.0.1']);
  });
});

describe('fault 4: 5 % of the services vanish every five minutes', () => {
  it('stops before more than a fifth of the hour’s objects are gone, and time does not release the rest', async () => {
    const world = new FaultWorld({ sources: [QUIET_US] });
    world.seed('us-east-1', services(20));
    world.start();
    await world.passMinutes(5);
    for (const name of names(12)) {
      world.deleteService('us-east-1', name);
      await world.passMinutes(5);
    }
    await world.passMinutes(60);
    expect(world.clusterStatus()?.liveObjects).toBeGreaterThanOrEqual(16);
    expect(world.clusterStatus()?.liveEndpoints).toBeGreaterThanOrEqual(16);
    expect(world.held()).toContain('brake-objects');
    await world.stop();
  }, 30_000);
});

describe('fault 5: a service goes from ten instances to none', () => {
  const ten = Object.fromEntries(names(10).map((id, i) => [id, `10.1.0.${i + 1}`]));
  let world = new FaultWorld({ sources: [US] });

  beforeEach(async () => {
    world = new FaultWorld({ sources: [US] });
    world.seed('us-east-1', { cart: ten, pay: Object.fromEntries(names(10).map((id, i) => [id, `10.1.1.${i + 1}`])) });
    world.start();
    await world.passMinutes(2);
  });
  afterEach(() => world.stop());
  const empty = (): void => {
    for (const id of Object.keys(ten)) world.deregister('us-east-1', 'cart', id);
  };

  it('keeps the endpoints for three complete readings and 60 s, then empties the entry and leaves it', async () => {
    empty();
    await world.pass(59_000);
    expect(world.addresses('cart.shop')).toHaveLength(10);
    await world.passMinutes(2);
    expect(world.addresses('cart.shop')).toEqual([]);
    await world.passMinutes(30);
    expect(world.entry('cart.shop')).toBeDefined();
    expect(world.addresses('cart.shop')).toEqual([]);
  });

  it('writes nothing for empty answers that pass', async () => {
    const before = world.writes().length;
    world.cloudMap.faults.set({
      kind: 'emptyAnswer',
      operation: 'DiscoverInstances',
      service: 'cart',
      revisionsAhead: 1,
    });
    await world.pass(45_000);
    world.cloudMap.faults.clear();
    await world.passMinutes(5);
    expect(world.writes()).toHaveLength(before);
    expect(world.addresses('cart.shop')).toHaveLength(10);
  });

  it('never changes the spec when the instances go and return', async () => {
    const generation = world.entry('cart.shop')?.generation;
    empty();
    await world.pass(45_000);
    for (const [id, ipv4] of Object.entries(ten)) world.register('us-east-1', 'cart', id, ipv4);
    await world.passMinutes(5);
    expect(world.entry('cart.shop')?.generation).toBe(generation);
  });

  it('never empties it while ListInstances gives no answer', async () => {
    empty();
    world.cloudMap.faults.set({ kind: 'throttle', operation: 'ListInstances' });
    await world.passMinutes(20);
    expect(world.addresses('cart.shop')).toHaveLength(10);
    expect(world.explained('cart.shop')).toContain('"empty-unproven"');
  });

  it('never empties it while ListInstances still lists the instances', async () => {
    world.cloudMap.faults.set({
      kind: 'emptyAnswer',
      operation: 'DiscoverInstances',
      service: 'cart',
      revisionsAhead: 1,
    });
    await world.passMinutes(20);
    expect(world.addresses('cart.shop')).toHaveLength(10);
  });
});

describe('fault 8: the revision of a service goes back', () => {
  let world = new FaultWorld({ sources: [US] });
  const regressions = (): number =>
    world.metrics.value('isthmus_source_revision_regressions_total', { account: ACCOUNT, region: 'us-east-1' });

  beforeEach(async () => {
    world = new FaultWorld({ sources: [US] });
    world.seed('us-east-1', { cart: { a: '10.1.0.1' }, pay: { p: '10.1.1.1' } });
    world.start();
    await world.passMinutes(1);
    world.register('us-east-1', 'cart', 'b', '10.1.0.2');
    await world.passMinutes(1);
  });
  afterEach(() => world.stop());

  it('ignores one older answer and counts it', async () => {
    const before = world.writes().length;
    world.cloudMap.faults.set({ kind: 'staleRevision', revisionsBack: 1, service: 'cart', times: 1 });
    await world.passMinutes(5);
    expect(regressions()).toBe(1);
    expect(world.writes()).toHaveLength(before);
    expect(world.addresses('cart.shop')).toEqual(['10.1.0.1', '10.1.0.2']);
  });

  it('names the cause while an older answer is not taken', async () => {
    world.cloudMap.faults.set({ kind: 'staleRevision', revisionsBack: 1, service: 'cart' });
    await world.pass(20_000);
    expect(world.explained('cart.shop')).toContain('"revision-went-back"');
  });

  it('accepts a lower revision that is answered three times over 60 s', async () => {
    world.cloudMap.faults.set({ kind: 'staleRevision', revisionsBack: 1, service: 'cart' });
    await world.pass(50_000);
    expect(world.addresses('cart.shop')).toEqual(['10.1.0.1', '10.1.0.2']);
    await world.passMinutes(5);
    expect(world.addresses('cart.shop')).toEqual(['10.1.0.1']);
    expect(regressions()).toBeGreaterThanOrEqual(3);
  });

  it('accepts the first revision of a service that was created anew, at once and without a delete', async () => {
    const uid = world.entry('cart.shop')?.uid;
    world.deleteService('us-east-1', 'cart');
    world.seed('us-east-1', { cart: { c: '10.1.0.3' } });
    await world.pass(90_000);
    expect(world.addresses('cart.shop')).toEqual(['10.1.0.3']);
    expect(world.entry('cart.shop')?.uid).toBe(uid);
    expect(world.writes()).not.toContain('delete');
  });
});
