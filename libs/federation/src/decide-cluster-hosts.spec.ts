import type { RouteTarget, ServiceState, Snapshot, SourceSettings } from '@isthmus/model';
import { OBJECT } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld, EU, US } from '@isthmus/testing';

const OTHER = given.source({ name: 'other', region: 'us-east-1' });
const CART = given.serviceRecord('cart.shop');
const CART_EU = given.serviceRecord('cart.shop', { region: 'eu-west-1', id: 'srv-eu' });
const CART_OTHER = given.serviceRecord('cart.shop', { account: '444455556666', id: 'srv-other' });

const read = (service: ServiceState['service'], addresses: readonly string[], changes: object = {}): ServiceState =>
  given.serviceState(service, {
    reading: given.reading(
      addresses.map((address) => given.instance(address)),
      changes,
    ),
  });
const of = (source: SourceSettings, ...states: readonly ServiceState[]): Snapshot => given.snapshot(source, states);
/** Services beside the one in question, so that one is no mass removal. */
const rest = Array.from({ length: 20 }, (_, i) => read(given.serviceRecord(`s${i}.shop`), ['10.1.0.1', '10.1.0.2']));

function worldWith(to: Partial<RouteTarget> = {}): DecisionWorld {
  const world = new DecisionWorld();
  const cluster = given.cluster({ routes: [given.route({}, to)] });
  world.input = { ...world.input, cluster, sources: [US, EU, OTHER] };
  return world;
}

const rejected = (world: DecisionWorld, ...snapshots: readonly Snapshot[]): readonly string[] =>
  world.decide(...snapshots).rejections.map(({ component, reason }) => `${reason} ${component}`);

describe('decideCluster: what may share a host', () => {
  const us = of(US, read(CART, ['10.0.0.1']));
  const eu = of(EU, read(CART_EU, ['10.2.0.1']));
  const other = of(OTHER, read(CART_OTHER, ['10.3.0.1']));

  it.each<[RouteTarget['merge'], readonly string[]]>([
    ['regions', ['10.2.0.1', '10.0.0.1']],
    ['sources', ['10.2.0.1', '10.0.0.1', '10.3.0.1']],
    ['none', ['10.2.0.1']],
  ])('merge: %s', (merge, addresses) => {
    const world = worldWith({ merge });
    world.run(us, eu, other);
    expect(world.addresses()).toEqual(addresses);
    expect(rejected(world, us, eu, other)).toHaveLength(3 - addresses.length);
  });

  it('never lets two services of one account and region share a host, whatever merge says', () => {
    const world = worldWith({ merge: 'sources' });
    const twin = read(given.serviceRecord('cart.shop', { id: 'srv-twin', createdAtMs: given.EPOCH_MS + 1 }), [
      '10.0.0.9',
    ]);
    expect(rejected(world, of(US, read(CART, ['10.0.0.1']), twin))).toEqual([expect.stringContaining('srv-twin')]);
  });

  it('lets a newcomer share only if its own route allows it too', () => {
    const world = worldWith();
    const routes = [
      given.route({ regions: ['us-east-1'] }, { merge: 'regions' }),
      given.route({ regions: ['eu-west-1'] }, { merge: 'none' }),
    ];
    world.input = { ...world.input, cluster: given.cluster({ routes }) };
    world.run(us);
    expect(rejected(world, us, eu)).toEqual([`host-conflict ${CART_EU.key}`]);
  });

  it('keeps what stands on a live entry when merge becomes narrower', () => {
    const world = worldWith({ merge: 'sources' });
    world.run(us, eu, other);
    world.input = { ...worldWith({ merge: 'none' }).input };
    world.run(us, eu, other);
    expect(world.addresses()).toEqual(['10.2.0.1', '10.0.0.1', '10.3.0.1']);
  });

  it('leaves the host with the incumbent although it is unread', () => {
    const world = worldWith({ merge: 'none' });
    world.run(eu);
    world.restart();
    expect(rejected(world, us, of(EU))).toEqual([`host-conflict ${CART.key}`]);
    world.run(us, of(EU));
    expect(world.addresses()).toEqual(['10.2.0.1']);
  });

  it('makes one endpoint of an address that two services register, and drops it when neither does', () => {
    const world = worldWith();
    const from = (of: typeof CART, addresses: readonly string[], revision: number): ServiceState =>
      read(of, addresses, { revision });
    world.run(of(US, from(CART, ['10.0.0.1', '10.9.9.9'], 1)), of(EU, from(CART_EU, ['10.2.0.1', '10.9.9.9'], 1)));
    expect(world.addresses().toSorted()).toEqual(['10.0.0.1', '10.2.0.1', '10.9.9.9']);
    world.run(of(US, from(CART, ['10.0.0.1'], 2)), of(EU, from(CART_EU, ['10.2.0.1', '10.9.9.9'], 1)));
    expect(world.addresses()).toContain('10.9.9.9');
    world.run(of(US, from(CART, ['10.0.0.1'], 2)), of(EU, from(CART_EU, ['10.2.0.1'], 2)));
    expect(world.addresses().toSorted()).toEqual(['10.0.0.1', '10.2.0.1']);
  });

  it('takes a service that two sources see for one, with the freshest reading', () => {
    const world = worldWith({ merge: 'none' });
    const fresher = read(CART, ['10.0.0.2'], { revision: 2, observedAtMs: given.EPOCH_MS + 1 });
    world.run(us, of(OTHER, fresher));
    expect(world.addresses()).toEqual(['10.0.0.2']);
    expect(rejected(world, us, of(OTHER, fresher))).toEqual([]);
  });

  it('believes the owner that a shared service is gone, although a consumer still has its last reading', () => {
    const world = worldWith();
    world.run(of(US, ...rest, read(CART, ['10.0.0.1'])), of(OTHER, read(CART, ['10.0.0.1'])));
    world.nowMs += 1_000;
    const gone = given.serviceState(CART, { absence: given.provenAbsence(world.nowMs) });
    expect(world.run(of(US, ...rest, gone), of(OTHER, read(CART, ['10.0.0.1'])))).toEqual(['mark cloudmap-cart.shop']);
  });

  it('holds a service whose host ends in no allowed suffix, and removes nothing that is live for it at once', () => {
    const world = worldWith();
    world.run(of(US, ...rest, read(CART, ['10.0.0.1'])));
    world.input = { ...worldWith({ hostSuffixes: ['pay'] }).input };
    expect(rejected(world, us)).toEqual([`host-not-allowed ${CART.key}`]);
    expect(world.run(of(US, ...rest, read(CART, ['10.0.0.1'])))).toEqual([]);
    expect(world.decide(us).plan.heldRemovals[0]).toMatchObject({ reason: 'config-removal' });
  });
});

describe('decideCluster: a service that is created anew', () => {
  const NEW = given.serviceRecord('cart.shop', { id: 'srv-new', createdAtMs: given.EPOCH_MS + 60_000 });
  const missing = (atMs: number): ServiceState =>
    given.serviceState(CART, {
      reading: given.reading([given.instance('10.0.0.1')]),
      absence: { passesAtMs: [atMs], notFoundAtMs: undefined },
    });
  const notFound = (atMs: number): ServiceState =>
    given.serviceState(CART, {
      reading: given.reading([given.instance('10.0.0.1')]),
      absence: { passesAtMs: [atMs - 1], notFoundAtMs: atMs },
    });

  const live = (): DecisionWorld => {
    const world = worldWith();
    world.run(of(US, ...rest, read(CART, ['10.0.0.1'])));
    world.nowMs += 60_000;
    return world;
  };

  it('waits while Cloud Map has not said that the old one is unknown, and is a conflict until then', () => {
    const world = live();
    const snapshot = of(US, ...rest, missing(world.nowMs), read(NEW, ['10.0.0.7']));
    expect(rejected(world, snapshot)).toEqual([`host-conflict ${NEW.key}`]);
    expect(world.run(snapshot)).toEqual([]);
  });

  it('takes the place of the old one with its first complete reading, without delete, mark or grace', () => {
    const world = live();
    const uid = world.entry()?.uid;
    const snapshot = of(US, ...rest, notFound(world.nowMs), read(NEW, ['10.0.0.7']));
    expect(rejected(world, snapshot)).toEqual([]);
    expect(world.run(snapshot)).toEqual(['update cloudmap-cart.shop']);
    expect(world.addresses()).toEqual(['10.0.0.7']);
    expect(world.entry()?.uid).toBe(uid);
    expect(world.entry()?.annotations[OBJECT.components]).not.toContain(CART.key);
    expect(world.run(snapshot)).toEqual([]);
  });

  it('has the place before everybody who waits for it, also when merge has become narrower', () => {
    const world = worldWith({ merge: 'regions', host: '{service}.mesh' });
    const eu = of(EU, read(CART_EU, ['10.2.0.1']));
    const older = read(given.serviceRecord('cart.else', { id: 'srv-else', createdAtMs: 1 }), ['10.0.0.5']);
    world.run(of(US, ...rest, read(CART, ['10.0.0.1'])), eu);
    world.input = { ...worldWith({ merge: 'none', host: '{service}.mesh' }).input };
    world.run(of(US, ...rest, notFound(world.nowMs), read(NEW, ['10.0.0.7']), older), eu);
    expect(world.addresses('cloudmap-cart.mesh')).toEqual(['10.2.0.1', '10.0.0.7']);
  });

  it('begins its revisions anew', () => {
    const world = worldWith();
    world.run(of(US, ...rest, read(CART, ['10.0.0.1'], { revision: 900 })));
    world.run(of(US, ...rest, notFound(world.nowMs), read(NEW, ['10.0.0.7'], { revision: 1 })));
    expect(world.addresses()).toEqual(['10.0.0.7']);
  });

  it.each<[string, ServiceState]>([
    ['is unread', given.serviceState(NEW)],
    ['answers empty, unproven', given.serviceState(NEW, { emptiness: { ...proof(), reads: 1 } })],
  ])('leaves the endpoints of the old one while it %s', (_, successor) => {
    const world = live();
    world.run(of(US, ...rest, notFound(world.nowMs), successor));
    expect(world.addresses()).toEqual(['10.0.0.1']);
    expect(world.entry()?.annotations[OBJECT.pendingDelete]).toBeUndefined();
  });

  it('adds to the endpoints of the old one from a partial reading', () => {
    const world = live();
    world.run(of(US, ...rest, notFound(world.nowMs), read(NEW, ['10.0.0.7'], { completeness: 'partial' })));
    expect(world.addresses().toSorted()).toEqual(['10.0.0.1', '10.0.0.7']);
  });

  it('empties the entry when it is proven empty', () => {
    const world = live();
    world.run(of(US, ...rest, notFound(world.nowMs), given.serviceState(NEW, { emptiness: proof() })));
    expect(world.addresses()).toEqual([]);
  });

  it('clears the mark that the old one got before it appeared', () => {
    const world = live();
    const gone = given.serviceState(CART, { absence: given.provenAbsence(world.nowMs) });
    world.run(of(US, ...rest, gone));
    expect(world.entry()?.annotations[OBJECT.pendingDelete]).toBeDefined();
    world.run(of(US, ...rest, gone, given.serviceState(NEW)));
    expect(world.entry()?.annotations[OBJECT.pendingDelete]).toBeUndefined();
    expect(world.addresses()).toEqual(['10.0.0.1']);
  });

  it('is held by the brake where most of a source is created anew with less', () => {
    const world = worldWith();
    const services = Array.from({ length: 5 }, (_, i) => given.serviceRecord(`s${i}.shop`));
    const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'];
    world.run(of(US, ...services.map((service) => read(service, addresses))));
    const anew = services.flatMap((service, i) => [
      given.serviceState(service, { absence: { passesAtMs: [world.nowMs - 1], notFoundAtMs: world.nowMs } }),
      read(given.serviceRecord(`s${i}.shop`, { id: `srv-new${i}`, createdAtMs: given.EPOCH_MS + 1 }), ['10.0.0.1']),
    ]);
    world.run(of(US, ...anew));
    expect(world.addresses('cloudmap-s0.shop')).toEqual(addresses);
    expect(world.decide(of(US, ...anew)).plan.heldRemovals.map(({ reason }) => reason)).toContain('brake-endpoints');
  });

  function proof(): NonNullable<ServiceState['emptiness']> {
    const evidence = given.provenEmptiness(given.EPOCH_MS, 1);
    if (evidence === undefined) throw new Error('there is no evidence');
    return evidence;
  }
});
