import type { ClusterSettings, EntryName } from '@isthmus/model';
import { IsthmusError, OBJECT } from '@isthmus/model';
import { cluster, EU, FederationWorld, hub, instance, US } from '@isthmus/testing';

const CART = 'cloudmap-cart.shop' as EntryName;
const MOVED = cluster({ namespace: 'isthmus', previousNamespaces: ['old'] });
const ESTATE = { sources: [US, EU] };

describe('a cluster whose namespace does not exist', () => {
  let world = new FederationWorld(ESTATE);
  beforeEach(() => {
    world = new FederationWorld(ESTATE);
    world.client().hasNamespace = false;
    world.region('us').register('cart.shop', [instance('10.1.0.1')]);
  });
  afterEach(() => world.stop());

  it('says so and creates nothing, unless it may create the namespace', async () => {
    await world.restart({ clusters: [cluster()] });
    expect(world.status?.error?.code).toBe('namespace-missing');
    expect(world.client().callsOf('create-namespace')).toEqual([]);
  });

  it('gets the namespace once, then its entries', async () => {
    await world.restart({ clusters: [cluster({ createNamespace: true })] });
    expect(world.addresses()).toEqual(['10.1.0.1']);
    expect(world.client().callsOf('create-namespace')).toHaveLength(1);
    expect(world.status?.error).toBeNull();
  });

  it('says why the namespace cannot be created, and tries again later', async () => {
    const error = new IsthmusError('forbidden', 'creating the namespace isthmus: cannot create resource "namespaces"');
    world.client().fail({ verb: 'create-namespace', error, times: 1 });
    await world.restart({ clusters: [cluster({ createNamespace: true })] }, 1_000);
    expect(world.status?.error).toMatchObject({ code: 'forbidden', message: error.message });
    await world.pass(10_000);
    expect(world.addresses()).toEqual(['10.1.0.1']);
  });

  it.each<[string, Partial<Omit<ClusterSettings, 'name'>>]>([
    ['is only observed', { mode: 'observe' }],
    ['is not pushed to', { push: false }],
  ])('creates no namespace in a cluster that %s', async (_, changes) => {
    await world.restart({ clusters: [cluster({ createNamespace: true, ...changes })] });
    expect(world.client().callsOf('create-namespace')).toEqual([]);
  });
});

describe('a cluster whose namespace was changed', () => {
  let world = new FederationWorld(ESTATE);
  let old = world.client().inNamespace('old');
  beforeEach(async () => {
    world = new FederationWorld(ESTATE);
    old = world.client().inNamespace('old');
    world.region('us').register('cart.shop', [instance('10.1.0.1')]);
    world.region('eu').register('cart.shop', [instance('10.2.0.1')]);
    await world.restart({ clusters: [cluster({ namespace: 'isthmus' })] });
    for (const name of [CART]) {
      const entry = world.client().entry(name);
      if (entry !== undefined) old.put(entry);
      world.client().remove(name);
    }
  });
  afterEach(() => world.stop());

  it('gets each entry here first, and only then is it deleted there, on the very object that was seen', async () => {
    await world.restart({ clusters: [MOVED] });
    expect(world.addresses()).toEqual(['10.1.0.1', '10.2.0.1']);
    expect(old.entry(CART)).toBeUndefined();
    const createdAtMs = world.client().callsOf('create').at(-1)?.atMs ?? Number.NaN;
    expect(old.callsOf('delete').map(({ atMs }) => atMs >= createdAtMs)).toEqual([true]);
  });

  it('keeps the endpoints of a region that nothing can be read of, and moves them with the entry', async () => {
    world.region('eu').fail('listNamespaces', new IsthmusError('timeout', 'no answer'));
    await world.restart({ clusters: [MOVED] }, 200_000);
    expect(world.addresses()).toEqual(['10.1.0.1', '10.2.0.1']);
    expect(old.entry(CART)).toBeUndefined();
    world.region('eu').heal();
  });

  it('deletes nothing there while it cannot be created here', async () => {
    world.client().fail({ verb: 'create', error: new IsthmusError('invalid-object', 'no') });
    await world.restart({ clusters: [MOVED] }, 200_000);
    expect(old.writes).toEqual([]);
    expect(world.status?.warnings).toEqual([
      '1 objects are left in the previous namespace old, 1 of them with something that is not here yet',
    ]);
  });

  it('deletes nothing there of which a component is not recorded here', async () => {
    world.region('eu').fail('listNamespaces', new IsthmusError('timeout', 'no answer'));
    await world.restart({ clusters: [cluster()] });
    expect(world.addresses()).toEqual(['10.1.0.1']);
    await world.restart({ clusters: [MOVED] }, 100_000);
    expect(world.addresses(old)).toEqual(['10.1.0.1', '10.2.0.1']);
    world.region('eu').heal();
    await world.pass(100_000);
    expect(world.addresses()).toEqual(['10.1.0.1', '10.2.0.1']);
    expect(old.entry(CART)).toBeUndefined();
  });

  it('deletes nothing there that holds a newer state than what is here', async () => {
    const there = old.entry(CART);
    await world.restart({ clusters: [cluster()] });
    const components = there?.annotations[OBJECT.components]?.replace(/"revision":\d+/, '"revision":99') ?? '';
    if (there !== undefined)
      old.put({ ...there, annotations: { ...there.annotations, [OBJECT.components]: components } });
    await world.restart({ clusters: [MOVED] }, 100_000);
    expect(old.writes).toEqual([]);
  });

  it('decides nothing while it cannot read what stands there', async () => {
    old.fail({ verb: 'list', error: new IsthmusError('forbidden', 'cannot list in namespace old') });
    await world.restart({ clusters: [MOVED] });
    expect(world.client().entry(CART)).toBeUndefined();
    expect(world.status).toMatchObject({ connection: 'down', error: { code: 'forbidden' } });
    old.heal();
    await world.pass(70_000);
    expect(world.addresses()).toEqual(['10.1.0.1', '10.2.0.1']);
  });

  it('leaves alone what is somebody else’s there, and what somebody else has taken here', async () => {
    const mine = old.entry(CART);
    old.put({ name: 'theirs' as EntryName });
    world.client().put({ name: CART, spec: { hosts: ['other.shop'], raw: { hosts: ['other.shop'] } } });
    await world.restart({ clusters: [MOVED] }, 100_000);
    expect(old.writes).toEqual([]);
    expect(old.entry(CART)).toBe(mine);
    expect(world.client().entry(CART)?.spec.hosts).toEqual(['other.shop']);
    expect(world.status?.held).toMatchObject([{ reason: 'foreign-owner' }]);
  });

  it.each<[string, Partial<Omit<ClusterSettings, 'name'>>]>([
    ['upsert-only', { mode: 'upsert-only' }],
    ['observe', { mode: 'observe' }],
  ])('deletes nothing there in mode %s', async (_, changes) => {
    await world.restart({ clusters: [cluster({ previousNamespaces: ['old'], ...changes })] }, 100_000);
    expect(old.writes).toEqual([]);
  });

  it('does not delete an object there that somebody changed since, before it has read it again', async () => {
    old.fail({ verb: 'delete', error: new IsthmusError('conflict', 'changed'), times: 1 });
    await world.restart({ clusters: [MOVED] }, 100_000);
    expect(old.entry(CART)).toBeUndefined();
    expect(old.callsOf('get')).toHaveLength(1);
  });

  it('takes what a former name of the hub made there for its own as soon as the configuration names it', async () => {
    for (const region of world.regions.values()) region.fail('listNamespaces', 'hang');
    await world.restart({ clusters: [MOVED], hub: hub({ name: 'renamed' }) });
    expect(world.addresses()).toEqual([]);
    await world.change({ clusters: [MOVED], hub: hub({ name: 'renamed', formerNames: ['test'] }) });
    expect(world.addresses()).toEqual(['10.1.0.1', '10.2.0.1']);
    expect(old.entry(CART)).toBeUndefined();
  });

  it('stamps an epoch above that of the objects there', async () => {
    const entry = old.entry(CART);
    if (entry !== undefined) old.put({ ...entry, annotations: { ...entry.annotations, [OBJECT.epoch]: '41' } });
    await world.restart({ clusters: [MOVED] });
    expect(world.client().entry(CART)?.annotations[OBJECT.epoch]).toBe('42');
  });
});
