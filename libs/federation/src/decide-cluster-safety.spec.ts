import type { Snapshot } from '@isthmus/model';
import { OBJECT } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld, EU, US } from '@isthmus/testing';
import { all, CART, gone, read, services } from './twenty-services.spec-rig.js';

describe('decideCluster: the configuration', () => {
  const mapped = (...names: readonly string[]): DecisionWorld['input']['cluster'] =>
    given.cluster({ routes: [given.route({ services: names })] });

  it('removes one object that is no longer mapped in two phases', () => {
    const world = new DecisionWorld();
    world.run(all());
    world.input = { ...world.input, cluster: mapped(...services.slice(1).map(({ serviceName }) => serviceName)) };
    expect(world.run(all())).toEqual(['mark cloudmap-s0.shop']);
    world.run(all());
    world.nowMs += 130_000;
    expect(world.run(all())).toEqual(['delete cloudmap-s0.shop']);
  });

  it('holds the removal of more than one object until it is approved', () => {
    const world = new DecisionWorld();
    world.run(all());
    world.input = { ...world.input, cluster: mapped(...services.slice(2).map(({ serviceName }) => serviceName)) };
    expect(world.run(all())).toEqual([]);
    expect(world.decide(all()).plan.heldRemovals.map(({ reason }) => reason)).toEqual([
      'config-removal',
      'config-removal',
    ]);
  });

  it('treats a component whose names still match as unread, not as unmapped', () => {
    const world = new DecisionWorld();
    world.run(all());
    expect(world.run(given.snapshot(US, []))).toEqual([]);
  });

  it('removes nothing when a source disappears from the configuration with all it had', () => {
    const world = new DecisionWorld();
    world.run(all());
    world.input = { ...world.input, sources: [EU] };
    expect(world.run(given.snapshot(EU, []))).toEqual([]);
  });
});

describe('decideCluster: what is not ours', () => {
  it.each([
    ['an object of the same name', given.foreignEntry('cloudmap-cart.shop', 'other.shop'), 'foreign-owner'],
    ['an entry with the same host', given.foreignEntry('by-hand', 'Cart.Shop'), 'host-taken'],
  ])('holds a host for %s, and takes it over when that is gone', (_, foreign, reason) => {
    const world = new DecisionWorld();
    world.put(foreign);
    const snapshot = given.snapshot(US, [read(CART, ['10.0.0.1'])]);
    expect(world.run(snapshot)).toEqual([]);
    expect(world.decide(snapshot).plan.holds.map((hold) => hold.reason)).toEqual([reason]);
    world.namespace = new Map();
    expect(world.run(snapshot)).toEqual(['create cloudmap-cart.shop']);
  });

  it.each([
    ['another hub', { labels: { [OBJECT.managedBy]: 'isthmus', [OBJECT.hub]: 'else' } }],
    ['another cluster of this hub', { annotations: { [OBJECT.cluster]: 'aks' } }],
    ['a newer version', { annotations: { [OBJECT.cluster]: 'eks', [OBJECT.schema]: '2' } }],
  ])('never touches an object of %s', (_, changes) => {
    const world = new DecisionWorld();
    const labels = { [OBJECT.managedBy]: 'isthmus', [OBJECT.hub]: 'test' };
    world.put(given.foreignEntry('cloudmap-cart.shop', 'cart.shop', { labels, ...changes }));
    expect(world.run(given.snapshot(US, [read(CART, ['10.0.0.1'])]))).toEqual([]);
  });

  it('writes nothing beside a running istio-cloud-map', () => {
    const world = new DecisionWorld();
    world.put(given.foreignEntry('cloudmap-a.b', 'a.b', { owners: ['cloudmap.istio.io/ServiceController'] }));
    expect(world.run(given.snapshot(US, [read(CART, ['10.0.0.1'])]))).toEqual([]);
  });

  it('repairs an entry of ours that was edited by hand', () => {
    const world = new DecisionWorld();
    const snapshot = given.snapshot(US, [read(CART, ['10.0.0.1'])]);
    const euRead = given.snapshot(EU, []);
    world.run(snapshot, euRead);
    const live = world.entry();
    if (live === undefined) throw new Error('no entry');
    const raw = { ...(live.spec.raw as object), endpoints: [{ address: '10.6.6.6', ports: { http: 80, https: 443 } }] };
    world.put({ ...live, generation: 2, spec: { hosts: live.spec.hosts, raw } });
    expect(world.run(snapshot, euRead)).toEqual(['update cloudmap-cart.shop']);
    expect(world.addresses()).toEqual(['10.0.0.1']);
  });

  it('drops nothing from an edited entry while a region is unread', () => {
    const world = new DecisionWorld();
    const cartEu = given.serviceRecord('cart.shop', { region: 'eu-west-1', id: 'srv-eu' });
    world.run(given.snapshot(US, [read(CART, ['10.0.0.1'])]), given.snapshot(EU, [read(cartEu, ['10.2.0.1'])]));
    world.restart();
    const live = world.entry();
    if (live === undefined) throw new Error('no entry');
    world.put({ ...live, annotations: { ...live.annotations, [OBJECT.components]: 'damaged' } });
    world.run(given.snapshot(US, [read(CART, ['10.0.0.1'])]));
    expect(world.addresses()).toContain('10.2.0.1');
  });
});

describe('decideCluster: one host, several services', () => {
  const older = given.serviceRecord('cart.shop', { id: 'srv-older', createdAtMs: 1 });

  it('gives the host to the oldest service and rejects the other', () => {
    const world = new DecisionWorld();
    const decision = world.decide(given.snapshot(US, [read(CART, ['10.0.0.1']), read(older, ['10.0.0.2'])]));
    expect(decision.rejections.map(({ component, reason }) => [component, reason])).toEqual([
      [CART.key, 'host-conflict'],
    ]);
  });

  it('leaves the host with the incumbent on the live object', () => {
    const world = new DecisionWorld();
    world.run(given.snapshot(US, [read(CART, ['10.0.0.1'])]));
    expect(world.run(given.snapshot(US, [read(CART, ['10.0.0.1']), read(older, ['10.0.0.2'])]))).toEqual([]);
  });

  it('hands the same object to the next service when the incumbent is proven gone, without a delete', () => {
    const world = new DecisionWorld();
    const rest = [...all().services.values()];
    world.run(given.snapshot(US, [...rest, read(CART, ['10.0.0.1'])]));
    const next = (): Snapshot => given.snapshot(US, [...rest, gone(CART, world.nowMs), read(older, ['10.0.0.2'])]);
    expect(world.run(next())).toEqual(['update cloudmap-cart.shop']);
    expect(world.addresses()).toEqual(['10.0.0.1', '10.0.0.2']);
    world.run(next());
    world.nowMs += 130_000;
    expect(world.run(next())).toEqual(['update cloudmap-cart.shop']);
    expect(world.addresses()).toEqual(['10.0.0.2']);
  });
});
