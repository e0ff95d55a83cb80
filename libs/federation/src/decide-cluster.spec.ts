import type { ServiceState, Snapshot } from '@isthmus/model';
import { OBJECT } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld, EU, US } from '@isthmus/testing';

const CART = given.serviceRecord('cart.shop');
const CART_EU = given.serviceRecord('cart.shop', { region: 'eu-west-1', id: 'srv-cart-eu' });

const read = (
  service: ServiceState['service'],
  addresses: readonly string[],
  changes: Partial<ServiceState['reading'] & object> = {},
): ServiceState =>
  given.serviceState(service, {
    reading: given.reading(
      addresses.map((address) => given.instance(address)),
      changes,
    ),
  });
const us = (...states: readonly ServiceState[]): Snapshot => given.snapshot(US, states);
const eu = (...states: readonly ServiceState[]): Snapshot => given.snapshot(EU, states);
const unread = (of: typeof US): Snapshot => ({
  ...given.snapshot(of, []),
  catalogue: { lastCompleteAtMs: undefined, error: undefined, namespaceIds: [] },
});
/** Twenty services, so that one more or less is no mass removal. */
const many = (more: readonly ServiceState[] = []): Snapshot =>
  us(
    ...Array.from({ length: 20 }, (_, i) => read(given.serviceRecord(`s${i}.shop`), ['10.1.0.1', '10.1.0.2'])),
    ...more,
  );

describe('decideCluster: making entries', () => {
  it('creates an entry with its first endpoint, and writes nothing when nothing changed', () => {
    const world = new DecisionWorld();
    expect(world.run(us(given.serviceState(CART)))).toEqual([]);
    expect(world.run(us(read(CART, ['10.0.0.1'])))).toEqual(['create cloudmap-cart.shop']);
    expect(world.run(us(read(CART, ['10.0.0.1'])))).toEqual([]);
  });

  it('writes nothing when instances come in another order or a later poll shows the same', () => {
    const world = new DecisionWorld();
    world.run(us(read(CART, ['10.0.0.1', '10.0.0.2', '10.0.0.3'])));
    const later = read(CART, ['10.0.0.3', '10.0.0.1', '10.0.0.2'], { observedAtMs: given.EPOCH_MS + 60_000 });
    expect(world.run(us(later))).toEqual([]);
  });

  it('records a new revision even when the endpoints are equal', () => {
    const world = new DecisionWorld();
    world.run(us(read(CART, ['10.0.0.1'])));
    expect(world.run(us(read(CART, ['10.0.0.1'], { revision: 2 })))).toEqual(['update cloudmap-cart.shop']);
  });

  it('merges the regions of one service into one entry with a locality for each', () => {
    const world = new DecisionWorld();
    world.run(us(read(CART, ['10.0.0.1'])), eu(read(CART_EU, ['10.2.0.1'])));
    expect(world.addresses()).toEqual(['10.2.0.1', '10.0.0.1']);
    expect(JSON.stringify(world.entry()?.spec.raw)).toContain('"locality":"eu-west-1"');
  });

  it('leaves unhealthy instances out while others are healthy, and keeps all when none is', () => {
    const world = new DecisionWorld();
    const sick = given.instance('10.0.0.2', { health: 'UNHEALTHY' });
    world.run(us(given.serviceState(CART, { reading: given.reading([given.instance('10.0.0.1'), sick]) })));
    expect(world.addresses()).toEqual(['10.0.0.1']);
    world.run(
      us(
        given.serviceState(CART, {
          reading: given.reading([given.instance('10.0.0.1', { health: 'UNHEALTHY' }), sick]),
        }),
      ),
    );
    expect(world.addresses()).toEqual(['10.0.0.1', '10.0.0.2']);
  });
});

describe('decideCluster: what is unread stays', () => {
  it('keeps every endpoint after a restart while nothing is read', () => {
    const world = new DecisionWorld();
    world.run(us(read(CART, ['10.0.0.1'])), eu(read(CART_EU, ['10.2.0.1'])));
    world.restart();
    expect(world.run(unread(US), unread(EU))).toEqual([]);
  });

  it('keeps the endpoints of a dark region after a restart while the other region changes', () => {
    const world = new DecisionWorld();
    world.run(us(read(CART, ['10.0.0.1'])), eu(read(CART_EU, ['10.2.0.1', '10.2.0.2'])));
    world.restart();
    world.run(us(read(CART, ['10.0.0.7'], { revision: 2 })), unread(EU));
    expect(world.addresses()).toEqual(['10.2.0.1', '10.2.0.2', '10.0.0.7']);
  });

  it('keeps the newer state of a live object against an older reading', () => {
    const world = new DecisionWorld();
    world.run(us(read(CART, ['10.0.0.1', '10.0.0.2'], { revision: 9 })));
    expect(world.run(us(read(CART, ['10.0.0.1'], { revision: 8 })))).toEqual([]);
  });

  it('keeps an instance that vanished without a new revision', () => {
    const world = new DecisionWorld();
    world.run(us(read(CART, ['10.0.0.1', '10.0.0.2', '10.0.0.3'])));
    world.restart();
    world.run(us(read(CART, ['10.0.0.1', '10.0.0.2'], { observedAtMs: given.EPOCH_MS + 9_000 })));
    expect(world.addresses()).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
  });

  it('lets an instance go with a new revision', () => {
    const world = new DecisionWorld();
    world.run(us(read(CART, ['10.0.0.1', '10.0.0.2', '10.0.0.3'])));
    world.run(us(read(CART, ['10.0.0.1', '10.0.0.2'], { revision: 2 })));
    expect(world.addresses()).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it('adds from a partial reading and drops nothing', () => {
    const world = new DecisionWorld();
    world.run(us(read(CART, ['10.0.0.1', '10.0.0.2'])));
    world.run(us(read(CART, ['10.0.0.3'], { revision: 2, completeness: 'partial' })));
    expect(world.addresses()).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
  });

  it('keeps the last good endpoints when no instance is usable any more', () => {
    const world = new DecisionWorld();
    world.run(us(read(CART, ['10.0.0.1'])));
    expect(world.run(us(read(CART, ['127.0.0.1'], { revision: 2 })))).toEqual([]);
  });

  it('waits with a change of ports while a part of the host is unread', () => {
    const world = new DecisionWorld();
    world.run(us(read(CART, ['10.0.0.1'])), eu(read(CART_EU, ['10.2.0.1'])));
    world.restart();
    const moved = given.serviceState(CART, {
      reading: given.reading([given.instance('10.0.0.1', { port: 8080 })], { revision: 2 }),
    });
    const decision = world.decide(us(moved), unread(EU));
    expect(decision.plan.holds.map(({ reason }) => reason)).toEqual(['waiting-for-reading']);
    world.run(us(moved), unread(EU));
    expect(world.addresses()).toEqual(['10.2.0.1', '10.0.0.1']);
  });
});

describe('decideCluster: what is empty or gone', () => {
  it('keeps the endpoints of an empty service until emptiness is proven, then empties the entry and never deletes it', () => {
    const world = new DecisionWorld();
    world.run(many([read(CART, ['10.0.0.1'])]));
    const emptiness = { ...given.provenEmptiness(world.nowMs, 2), isConfirmed: false } as ServiceState['emptiness'];
    expect(world.run(many([given.serviceState(CART, { emptiness })]))).toEqual([]);
    const proven = given.serviceState(CART, { emptiness: given.provenEmptiness(world.nowMs, 2) });
    expect(world.run(many([proven]))).toEqual(['update cloudmap-cart.shop']);
    expect(world.addresses()).toEqual([]);
    expect(world.entry()?.spec.raw).toMatchObject({ resolution: 'STATIC' });
    expect(world.run(many([proven]))).toEqual([]);
  });

  it('marks a service that is proven gone, deletes after the grace and only with the proof given again', () => {
    const world = new DecisionWorld();
    world.run(many([read(CART, ['10.0.0.1'])]));
    const goneAt = (atMs: number): Snapshot =>
      many([
        given.serviceState(CART, {
          reading: given.reading([given.instance('10.0.0.1')]),
          absence: given.provenAbsence(atMs),
        }),
      ]);
    const first = goneAt(world.nowMs);
    expect(world.run(first)).toEqual(['mark cloudmap-cart.shop']);
    expect(world.addresses()).toEqual(['10.0.0.1']);
    world.run(first);
    world.nowMs += 119_000;
    expect(world.run(goneAt(world.nowMs))).toEqual([]);
    world.nowMs += 2_000;
    expect(world.run(first)).toEqual([]);
    expect(world.run(goneAt(world.nowMs))).toEqual(['delete cloudmap-cart.shop']);
    expect(world.run(goneAt(world.nowMs))).toEqual([]);
  });

  it('starts the proof anew after a restart between mark and removal', () => {
    const world = new DecisionWorld();
    const gone = many([given.serviceState(CART, { absence: given.provenAbsence(world.nowMs) })]);
    world.run(many([read(CART, ['10.0.0.1'])]));
    world.run(gone);
    world.restart();
    world.nowMs += 600_000;
    expect(world.run(gone)).toEqual([]);
    world.nowMs += 5;
    expect(world.run(many([given.serviceState(CART, { absence: given.provenAbsence(world.nowMs) })]))).toEqual([
      'delete cloudmap-cart.shop',
    ]);
  });

  it('clears the mark of a service that returns, and keeps it while the proof is only being renewed', () => {
    const world = new DecisionWorld();
    world.run(many([read(CART, ['10.0.0.1'])]));
    world.run(many([given.serviceState(CART, { absence: given.provenAbsence(world.nowMs) })]));
    const renewing = { passesAtMs: [world.nowMs, world.nowMs + 10], notFoundAtMs: world.nowMs };
    expect(world.run(many([{ ...read(CART, ['10.0.0.1']), absence: renewing }]))).toEqual([]);
    expect(world.run(many([read(CART, ['10.0.0.1'])]))).toEqual(['update cloudmap-cart.shop']);
    expect(world.entry()?.annotations[OBJECT.pendingDelete]).toBeUndefined();
  });

  it('takes only the gone region out of a shared entry', () => {
    const world = new DecisionWorld();
    const others = many().services.values();
    world.run(us(...others, read(CART, ['10.0.0.1'])), eu(...manyEu(), read(CART_EU, ['10.2.0.1'])));
    const gone = (): Snapshot =>
      eu(...manyEu(), given.serviceState(CART_EU, { absence: given.provenAbsence(world.nowMs) }));
    world.run(many([read(CART, ['10.0.0.1'])]), gone());
    world.run(many([read(CART, ['10.0.0.1'])]), gone());
    world.nowMs += 130_000;
    world.run(many([read(CART, ['10.0.0.1'])]), gone());
    expect(world.addresses()).toEqual(['10.0.0.1']);
  });

  it('never deletes an object in mode upsert-only', () => {
    const world = new DecisionWorld();
    world.input = { ...world.input, cluster: given.cluster({ mode: 'upsert-only' }) };
    world.run(many([read(CART, ['10.0.0.1'])]));
    const gone = (): Snapshot => many([given.serviceState(CART, { absence: given.provenAbsence(world.nowMs) })]);
    world.run(gone());
    world.run(gone());
    world.nowMs += 130_000;
    expect(world.run(gone())).toEqual(['update cloudmap-cart.shop']);
    expect(world.entry()).toBeDefined();
    expect(world.run(gone())).toEqual([]);
  });
});

const manyEu = (): readonly ServiceState[] =>
  Array.from({ length: 20 }, (_, i) =>
    read(given.serviceRecord(`e${i}.shop`, { region: 'eu-west-1' }), ['10.3.0.1', '10.3.0.2']),
  );
