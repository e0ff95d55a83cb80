import type { Configuration } from '@isthmus/model';
import { sourceName } from '@isthmus/model';
import { cluster, EU, FederationWorld, hub, instance, route, source, US } from '@isthmus/testing';
import type { ConfigRemoval } from './config-removals.js';
import { findConfigRemovals } from './config-removals.js';

const ESTATE = { sources: [US, EU], clusters: [cluster()] };

/** A hub that has filled its cluster: `cart` from two regions, `pay` and `mail` from one each. */
async function filled(): Promise<FederationWorld> {
  const world = new FederationWorld(ESTATE);
  world.region('us').register('cart.shop', [instance('10.1.0.1'), instance('10.1.0.2')]);
  world.region('us').register('pay.shop', [instance('10.1.0.3')]);
  world.region('eu').register('cart.shop', [instance('10.2.0.1')]);
  world.region('eu').register('mail.shop', [instance('10.2.0.4')]);
  world.start();
  await world.pass(5_000);
  return world;
}

function removalsIn(world: FederationWorld, changes: Partial<Configuration>): readonly ConfigRemoval[] {
  const held = world.federation.components('eks');
  if (!held.ok) throw new Error(held.error);
  return findConfigRemovals(world.configuration(changes), {
    clusters: [held.value],
    sources: world.federation.status().sources,
  });
}

/** `name component` of what the hub itself marks, or holds as a removal by configuration. */
function removedBy(world: FederationWorld): readonly string[] {
  const plan = world.federation.plan('eks');
  if (!plan.ok) throw new Error(plan.error);
  const held = plan.value.heldRemovals
    .filter(({ reason }) => reason === 'config-removal')
    .map(({ name, component }) => `${name} ${component}`);
  const marked = plan.value.changes.flatMap((change) =>
    change.kind === 'delete' ? [] : [...change.desired.pending.keys()].map((key) => `${change.desired.name} ${key}`),
  );
  return [...held, ...marked].sort();
}

const routed = (...routes: ReturnType<typeof route>[]) => ({ clusters: [cluster({ routes })] });

describe('findConfigRemovals', () => {
  it.each<[string, Partial<Configuration>, number]>([
    ['the same configuration', {}, 0],
    ['a route that takes one service', routed(route({ services: ['pay'] })), 3],
    ['a route that takes one region', routed(route({ regions: ['eu-*'] })), 2],
    [
      'another host for one service',
      routed(route({ services: ['pay'] }, { host: '{service}.mesh.local' }), route()),
      1,
    ],
    ['a host suffix that excludes all', routed(route({}, { hostSuffixes: ['example.com'] })), 4],
    ['routes in another order', routed(route({ regions: ['us-*'] }), route()), 0],
    ['a source less', { sources: [US] }, 2],
    ['a source that reads less', { sources: [US, { ...EU, services: { include: ['cart'], exclude: [] } }] }, 1],
    ['sources with other names', { sources: [US, source({ name: 'europe', region: 'eu-west-1' })] }, 0],
    [
      'routes by the old name of a source',
      { sources: [US, source({ name: 'europe', region: 'eu-west-1' })], ...routed(route({ sources: ['us', 'eu'] })) },
      2,
    ],
    ['a source of another region under an old name', { sources: [US, { ...EU, region: 'eu-north-1' }] }, 2],
  ])('finds what the hub itself would remove: %s', async (_what, changes, count) => {
    const world = await filled();
    const found = removalsIn(world, changes);
    const components = found.flatMap(({ name, components }) =>
      components.map(({ component }) => `${name} ${component}`),
    );
    expect(components).toHaveLength(count);
    await world.change({ ...changes, hub: hub({ readOnly: true }) });
    expect(removedBy(world)).toEqual(components.toSorted());
    await world.stop();
  });

  it('counts a service of another account as mapped as long as a source sees it, whatever its name is now', async () => {
    const world = await filled();
    const held = world.federation.components('eks');
    const other = source({ name: 'other', account: '999988887777' });
    const next = world.configuration({ sources: [other, EU] });
    const seen = (seenBy: readonly string[]) =>
      held.ok
        ? held.value.hosts.map((host) => ({ ...host, components: host.components.map((one) => ({ ...one, seenBy })) }))
        : [];
    const names = (seenBy: readonly string[]) =>
      findConfigRemovals(next, {
        clusters: [{ cluster: 'eks', hosts: seen(seenBy) }],
        sources: [
          { name: 'us', region: 'us-east-1', account: '111122223333' },
          { name: 'renamed', region: 'us-east-1', account: '999988887777' },
          { name: 'elsewhere', region: 'eu-north-1', account: '999988887777' },
        ],
      }).map(({ name }) => name);
    expect(names([])).toEqual(['cloudmap-cart.shop', 'cloudmap-pay.shop']);
    expect(names([sourceName('other')])).toEqual([]);
    expect(names([sourceName('renamed')])).toEqual([]);
    expect(names([sourceName('elsewhere')])).toEqual(['cloudmap-cart.shop', 'cloudmap-pay.shop']);
    await world.stop();
  });

  it('tells an object that goes from one that loses endpoints', async () => {
    const world = await filled();
    expect(removalsIn(world, { sources: [EU] })).toMatchObject([
      {
        host: 'cart.shop',
        kind: 'endpoints',
        endpoints: 2,
        components: [{ service: 'cart', source: 'us', seenBy: ['us'] }],
      },
      { host: 'pay.shop', kind: 'object', endpoints: 1, detail: null },
    ]);
    await world.stop();
  });

  it.each<[string, Partial<Configuration>, string]>([
    ['no cluster', { clusters: [] }, 'its cluster is not configured any more'],
    ['another cluster', { clusters: [cluster({ name: 'gke' })] }, 'its cluster is not configured any more'],
    ['another hub', { hub: hub({ name: 'new' }) }, 'objects of the hub name test are not ours any more'],
    [
      'another namespace',
      { clusters: [cluster({ namespace: 'mesh' })] },
      "the namespace isthmus is neither the cluster's own nor among its previousNamespaces",
    ],
  ])('tells what stays and is not updated: %s', async (_what, changes, detail) => {
    const world = await filled();
    const found = removalsIn(world, changes);
    expect(found.map(({ kind }) => kind)).toEqual(['left', 'left', 'left']);
    expect(new Set(found.map((one) => one.detail))).toEqual(new Set([detail]));
    await world.stop();
  });

  it.each<[string, Partial<Configuration>]>([
    ['a former name of the cluster', { clusters: [cluster({ name: 'gke', formerNames: ['eks'] })] }],
    ['a former name of the hub', { hub: hub({ name: 'new', formerNames: ['test'] }) }],
    ['a previous namespace', { clusters: [cluster({ namespace: 'mesh', previousNamespaces: ['isthmus'] })] }],
  ])('finds nothing under %s', async (_what, changes) => {
    const world = await filled();
    expect(removalsIn(world, changes)).toEqual([]);
    await world.stop();
  });

  it('counts a split host once', async () => {
    const world = new FederationWorld(ESTATE);
    const many = Array.from({ length: 600 }, (_, n) => instance(`10.${n >> 8}.${n & 255}.9`, { id: `i-${n}` }));
    world.region('us').register('cart.shop', many);
    world.start();
    await world.pass(10_000);
    const held = world.federation.components('eks');
    expect(held.ok && held.value.hosts).toMatchObject([
      { host: 'cart.shop', objects: 3, components: [{ endpoints: 600 }] },
    ]);
    expect(removalsIn(world, routed(route({ services: ['x'] })))).toMatchObject([{ kind: 'object', endpoints: 600 }]);
    await world.stop();
  });

  it('knows nothing of a cluster before it was planned', () => {
    const world = new FederationWorld(ESTATE);
    world.start();
    expect(world.federation.components('eks')).toEqual({ ok: false, error: 'not-planned' });
    expect(world.federation.components('gke')).toEqual({ ok: false, error: 'unknown-cluster' });
  });
});
