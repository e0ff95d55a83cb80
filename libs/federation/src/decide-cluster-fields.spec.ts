import type {
  EntryName,
  Instance,
  ObservedEntry,
  RouteTarget,
  ServiceEntrySpec,
  ServiceState,
  Snapshot,
} from '@isthmus/model';
import { ATTRIBUTES, ISTIO, OBJECT } from '@isthmus/model';
import { manifestOf } from '@isthmus/federation';
import * as given from '@isthmus/testing';
import { DecisionWorld, EU, US } from '@isthmus/testing';

const CART = given.serviceRecord('cart.shop');
const named = (name: string): Instance => ({
  id: `i-${name}`,
  health: 'HEALTHY',
  attributes: new Map<string, string>([[ATTRIBUTES.cname, name]]),
});
const IP = given.instance('10.0.0.1', { zone: 'us-east-1a' });
const NAME = named('a.example.com');
const us = (instances: readonly Instance[], revision = 1): Snapshot =>
  given.snapshot(US, [given.serviceState(CART, { reading: given.reading(instances, { revision }) })]);
const unread = (): Snapshot => given.snapshot(US, [given.serviceState(CART)]);

function routedBy(world: DecisionWorld, to: Partial<RouteTarget>): void {
  world.input = { ...world.input, cluster: given.cluster({ routes: [given.route({}, to)] }) };
}

const specOf = (world: DecisionWorld): ServiceEntrySpec => world.entry()?.spec.raw as ServiceEntrySpec;
const reasons = (world: DecisionWorld, snapshot: Snapshot): readonly string[] =>
  world.decide(snapshot).plan.holds.map(({ reason }) => reason);
function liveCart(world: DecisionWorld): ObservedEntry {
  const live = world.entry();
  if (live === undefined) throw new Error('there is no entry');
  return live;
}

describe('decideCluster: resolution as the route wishes', () => {
  it('is DNS without localities when the route says so, although all are IPs', () => {
    const world = new DecisionWorld();
    routedBy(world, { resolution: 'dns' });
    world.run(us([IP]));
    expect(specOf(world)).toMatchObject({ resolution: 'DNS' });
    expect(specOf(world).endpoints[0]).not.toHaveProperty('locality');
  });

  it('turns a live STATIC entry to DNS in one update', () => {
    const world = new DecisionWorld();
    world.run(us([IP]));
    routedBy(world, { resolution: 'dns' });
    expect(world.run(us([IP]))).toEqual(['update cloudmap-cart.shop']);
    expect(specOf(world)).toMatchObject({ resolution: 'DNS', endpoints: [{ address: '10.0.0.1' }] });
    expect(world.run(us([IP]))).toEqual([]);
  });

  it('is STATIC and leaves names out when the route says so', () => {
    const world = new DecisionWorld();
    routedBy(world, { resolution: 'static' });
    world.run(us([IP, NAME]));
    expect(specOf(world)).toMatchObject({ resolution: 'STATIC', endpoints: [{ address: '10.0.0.1' }] });
  });

  it('makes no entry of names alone when the route says STATIC', () => {
    const world = new DecisionWorld();
    routedBy(world, { resolution: 'static' });
    expect(world.run(us([NAME]))).toEqual([]);
  });

  it('drops no published name because the route says STATIC now; it waits until the name is gone', () => {
    const world = new DecisionWorld();
    world.run(us([IP, NAME]));
    routedBy(world, { resolution: 'static' });
    expect(world.run(us([IP, NAME]))).toEqual([]);
    expect(reasons(world, us([IP, NAME]))).toEqual(['resolution-kept']);
    world.run(us([IP], 2));
    expect(specOf(world)).toMatchObject({ resolution: 'STATIC', endpoints: [{ address: '10.0.0.1' }] });
  });

  it('is STATIC and empty without endpoints, even when the route says DNS', () => {
    const world = new DecisionWorld();
    routedBy(world, { resolution: 'dns' });
    world.input = {
      ...world.input,
      cluster: { ...world.input.cluster, brake: { objectsShare: 1, endpointsShare: 1, windowMs: 1 } },
    };
    world.run(us([IP]));
    const empty = given.serviceState(CART, { emptiness: given.provenEmptiness(world.nowMs, 2) });
    world.run(given.snapshot(US, [empty]));
    expect(specOf(world)).toMatchObject({ resolution: 'STATIC', endpoints: [] });
  });
});

describe('decideCluster: Istio’s label and annotation', () => {
  const PREFERRED = { revision: 'canary', trafficDistribution: 'PreferClose' } as const;

  it('writes revision and traffic distribution, and nothing more afterwards', () => {
    const world = new DecisionWorld();
    routedBy(world, PREFERRED);
    world.run(us([IP]));
    expect(world.entry()?.labels[ISTIO.revision]).toBe('canary');
    expect(world.entry()?.annotations[ISTIO.trafficDistribution]).toBe('PreferClose');
    expect(world.run(us([IP]))).toEqual([]);
  });

  it('sends them as null when the route drops them', () => {
    const world = new DecisionWorld();
    routedBy(world, PREFERRED);
    world.run(us([IP]));
    routedBy(world, {});
    const [change] = world.decide(us([IP])).plan.changes;
    if (change?.kind !== 'update') throw new Error('there is no update');
    expect(manifestOf(change.desired, 1)).toMatchObject({
      absentLabels: [ISTIO.revision],
      absentAnnotations: [OBJECT.pendingDelete, ISTIO.trafficDistribution],
    });
  });

  it.each<[string, (live: ObservedEntry) => Partial<ObservedEntry>]>([
    ['the revision', ({ labels }) => ({ labels: { ...labels, [ISTIO.revision]: 'other' } })],
    ['the distribution', ({ annotations }) => ({ annotations: { ...annotations, [ISTIO.trafficDistribution]: 'x' } })],
  ])('repairs %s that somebody edited', (_, edit) => {
    const world = new DecisionWorld();
    world.run(us([IP]), given.snapshot(EU, []));
    world.put({ ...liveCart(world), ...edit(liveCart(world)) });
    expect(world.run(us([IP]), given.snapshot(EU, []))).toEqual(['update cloudmap-cart.shop']);
    expect(world.run(us([IP]), given.snapshot(EU, []))).toEqual([]);
  });

  it('leaves labels and annotations of others alone', () => {
    const world = new DecisionWorld();
    world.run(us([IP]));
    const { labels, annotations } = liveCart(world);
    world.put({ ...liveCart(world), labels: { ...labels, team: 'x' }, annotations: { ...annotations, note: 'y' } });
    expect(world.run(us([IP]))).toEqual([]);
  });

  it('keeps them as they are while nothing maps the host and its removal waits', () => {
    const world = new DecisionWorld();
    routedBy(world, PREFERRED);
    world.run(us([IP]));
    world.input = { ...world.input, cluster: given.cluster({ routes: [] }) };
    world.run(us([IP]));
    expect(world.entry()?.labels[ISTIO.revision]).toBe('canary');
    expect(world.entry()?.annotations[ISTIO.trafficDistribution]).toBe('PreferClose');
  });
});

describe('decideCluster: former names', () => {
  it('takes over the objects of former names and writes the present ones with its next write', () => {
    const world = new DecisionWorld();
    world.input = { ...world.input, hub: given.hub({ name: 'old' }), cluster: given.cluster({ name: 'old-cluster' }) };
    world.run(us([IP]));
    const uid = world.entry()?.uid;
    const hub = given.hub({ name: 'new', formerNames: ['older', 'old'] });
    world.input = {
      ...world.input,
      hub,
      cluster: given.cluster({ name: 'new-cluster', formerNames: ['old-cluster'] }),
    };
    expect(world.run(us([IP]))).toEqual(['update cloudmap-cart.shop']);
    expect(world.entry()).toMatchObject({
      uid,
      labels: { [OBJECT.hub]: 'new' },
      annotations: { [OBJECT.cluster]: 'new-cluster' },
    });
    expect(world.run(us([IP]))).toEqual([]);
  });

  it('keeps what is unread under a former name', () => {
    const world = new DecisionWorld();
    world.input = { ...world.input, hub: given.hub({ name: 'old' }) };
    world.run(us([IP]));
    world.restart();
    world.input = { ...world.input, hub: given.hub({ name: 'new', formerNames: ['old'] }) };
    world.run(unread());
    expect(world.addresses()).toEqual(['10.0.0.1']);
  });

  it.each([
    ['another hub', { hub: given.hub({ name: 'new' }) }, 'foreign-owner'],
    ['another cluster', { cluster: given.cluster({ name: 'new' }) }, 'other-cluster'],
  ])('leaves the object of %s alone whose name is no former one', (_, input, reason) => {
    const world = new DecisionWorld();
    world.run(us([IP]));
    world.input = { ...world.input, ...input };
    expect(world.run(us([IP, given.instance('10.0.0.2')], 2))).toEqual([]);
    expect(reasons(world, us([IP], 2))).toEqual([reason]);
  });
});

describe('decideCluster: an entry that would be refused', () => {
  const NAMED = { exportTo: ['apps', 'apps'] };

  it('is not sent, and the last good one stays', () => {
    const world = new DecisionWorld();
    world.run(us([IP]));
    routedBy(world, NAMED);
    const next = us([IP, given.instance('10.0.0.2')], 2);
    expect(world.run(next)).toEqual([]);
    expect(world.decide(next).plan.holds).toEqual([
      expect.objectContaining({ reason: 'invalid-entry', detail: expect.stringContaining('exportTo') as string }),
    ]);
    expect(world.addresses()).toEqual(['10.0.0.1']);
  });

  it('does not keep the others from being sent', () => {
    const world = new DecisionWorld();
    const routes = [given.route({ services: ['cart'] }, NAMED), given.route()];
    world.input = { ...world.input, cluster: given.cluster({ routes }) };
    const pay: ServiceState = given.serviceState(given.serviceRecord('pay.shop'), { reading: given.reading([IP]) });
    const cart: ServiceState = given.serviceState(CART, { reading: given.reading([IP]) });
    expect(world.run(given.snapshot(US, [cart, pay]))).toEqual(['create cloudmap-pay.shop']);
  });
});

describe('decideCluster: a copy of our entry under another name', () => {
  it.each(['cloudmap-cart.shop-copy', 'copy'])('removes %s in two phases and leaves the original alone', (name) => {
    const world = new DecisionWorld();
    world.run(us([IP]));
    const original = liveCart(world);
    world.put({ ...original, name: name as EntryName, uid: 'uid-copy' });
    expect(world.run(us([IP]))).toEqual([`mark ${name}`]);
    world.run(us([IP]));
    world.nowMs += 121_000;
    expect(world.run(us([IP]))).toEqual([`delete ${name}`]);
    expect(world.entry()).toBe(original);
  });
});

describe('decideCluster: an entry whose components nobody can read', () => {
  const damaged = (live: ObservedEntry): ObservedEntry => ({
    ...live,
    annotations: { ...live.annotations, [OBJECT.components]: 'damaged' },
  });

  it('keeps all of it while its service is unread', () => {
    const world = new DecisionWorld();
    world.run(us([IP]));
    world.put(damaged(liveCart(world)));
    world.restart();
    expect(world.run(unread())).toEqual([]);
    expect(world.addresses()).toEqual(['10.0.0.1']);
  });

  it('keeps the endpoints of an unread region over every later run, whatever the other region does', () => {
    const world = new DecisionWorld();
    const cartEu = given.serviceRecord('cart.shop', { region: 'eu-west-1', id: 'srv-eu' });
    const eu = given.snapshot(EU, [
      given.serviceState(cartEu, { reading: given.reading([given.instance('10.2.0.1')]) }),
    ]);
    const euUnread = given.snapshot(EU, [given.serviceState(cartEu)]);
    world.run(us([IP]), eu);
    world.put(damaged(liveCart(world)));
    world.restart();
    for (const [index, address] of ['10.0.0.2', '10.0.0.3', '10.0.0.4'].entries()) {
      world.run(us([given.instance(address)], index + 2), euUnread);
      expect(world.addresses()).toEqual(expect.arrayContaining([address, '10.2.0.1']));
      expect(world.run(us([given.instance(address)], index + 2), euUnread)).toEqual([]);
    }
    world.run(us([given.instance('10.0.0.4')], 4), eu);
    expect(world.addresses().toSorted()).toEqual(['10.0.0.4', '10.2.0.1']);
    expect(world.run(us([given.instance('10.0.0.4')], 4), eu)).toEqual([]);
  });
});

describe('decideCluster: a port that proxies know by its number alone', () => {
  it('is warned of as soon as it is planned, and no longer when its route names a protocol', () => {
    const world = new DecisionWorld();
    const database = us([given.instance('10.0.0.1', { port: 5432 })]);
    expect(world.decide(database).warnings).toEqual([expect.stringContaining('a port of cart.shop is TCP')]);
    world.run(database);
    expect(world.decide(database).warnings).toEqual([expect.stringContaining('a port of cart.shop is TCP')]);
    expect(world.decideAfresh(database).warnings).toEqual(world.decide(database).warnings);
    routedBy(world, { protocol: 'TLS' });
    expect(world.decide(database).warnings).toEqual([]);
    world.run(database);
    expect(world.decide(database).warnings).toEqual([]);
  });
});
