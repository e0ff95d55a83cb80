import type { ServiceState } from '@isthmus/model';
import { clusterName } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld, US } from '@isthmus/testing';
import { addressesOf, all, CART, gone, read, services, without } from './twenty-services.spec-rig.js';

describe('decideCluster: the brake', () => {
  it('lets a fifth of the objects go', () => {
    const world = new DecisionWorld();
    world.run(all());
    expect(world.run(without(4, world.nowMs))).toHaveLength(4);
  });

  it('holds every removal when more than a fifth would go, and goes on adding', () => {
    const world = new DecisionWorld();
    world.run(all());
    const snapshot = without(5, world.nowMs);
    const more = given.snapshot(US, [...snapshot.services.values(), read(CART, ['10.0.0.1'])]);
    expect(world.run(more)).toEqual(['create cloudmap-cart.shop']);
    expect(world.decide(more).plan.heldRemovals.map(({ reason }) => reason)).toEqual(Array(5).fill('brake-objects'));
  });

  it('trips on a slow bleed before a fifth of the window’s objects are gone', () => {
    const world = new DecisionWorld();
    world.run(all());
    let marked = 0;
    for (let count = 1; count <= 12; count++) {
      world.nowMs += 300_000;
      marked += world.run(without(count, world.nowMs)).filter((change) => change.startsWith('mark')).length;
    }
    expect(marked).toBe(4);
  });

  it('is not released by time', () => {
    const world = new DecisionWorld();
    world.run(all());
    world.run(without(10, world.nowMs));
    world.nowMs += 10 * 3_600_000;
    expect(world.run(without(10, world.nowMs))).toEqual([]);
  });

  it('lets go when enough services return', () => {
    const world = new DecisionWorld();
    world.run(all());
    world.run(without(10, world.nowMs));
    expect(world.run(without(2, world.nowMs))).toHaveLength(2);
  });

  it('holds a reading that would leave less than two fifths of the endpoints, but takes its additions', () => {
    const world = new DecisionWorld();
    world.run(all());
    const shrunk = given.snapshot(
      US,
      services.map((service, i) => read(service, [`10.1.${i}.9`], 2)),
    );
    world.run(shrunk);
    expect(world.addresses('cloudmap-s0.shop')).toEqual([...addressesOf(0), '10.1.0.9']);
    expect(world.decide(shrunk).plan.heldRemovals[0]?.reason).toBe('brake-endpoints');
    expect(world.run(shrunk)).toEqual([]);
  });

  it('still drops unhealthy instances, because losing a zone is when that matters', () => {
    const world = new DecisionWorld();
    world.run(all());
    const zoneLost = given.snapshot(
      US,
      services.map((service, i) => {
        const instances = addressesOf(i).map((address, n) =>
          given.instance(address, { health: n < 2 ? 'UNHEALTHY' : 'HEALTHY' }),
        );
        return given.serviceState(service, { reading: given.reading(instances) });
      }),
    );
    world.run(zoneLost);
    expect(world.addresses('cloudmap-s3.shop')).toEqual(['10.1.3.3']);
  });

  it('holds source-empty when everything of a source would go', () => {
    const world = new DecisionWorld();
    world.run(all());
    expect(world.run(without(20, world.nowMs))).toEqual([]);
    expect(new Set(world.decide(without(20, world.nowMs)).plan.heldRemovals.map(({ reason }) => reason))).toEqual(
      new Set(['source-empty']),
    );
  });

  it('holds every instance when all services of a source answer empty', () => {
    const world = new DecisionWorld();
    world.run(all());
    const empty = given.snapshot(
      US,
      services.map((service) => given.serviceState(service, { emptiness: given.provenEmptiness(world.nowMs, 2) })),
    );
    expect(world.run(empty)).toEqual([]);
    expect(world.addresses('cloudmap-s0.shop')).toHaveLength(3);
  });

  it('releases exactly the removals that an approval names, and nothing after them', () => {
    const world = new DecisionWorld();
    world.run(all());
    const held = world.decide(without(10, world.nowMs)).plan.removalsHash ?? '';
    const approve = (removals: string): void => {
      const untilMs = world.nowMs + 60_000;
      world.input = { ...world.input, approvals: [{ cluster: clusterName('eks'), removals, untilMs }] };
    };
    approve('0000000000000000');
    expect(world.run(without(10, world.nowMs))).toEqual([]);
    approve(held);
    expect(world.run(without(11, world.nowMs))).toEqual([]);
    expect(world.run(without(10, world.nowMs))).toHaveLength(10);
    expect(world.run(without(15, world.nowMs))).toEqual([]);
  });

  it('ignores an approval that has expired', () => {
    const world = new DecisionWorld();
    world.run(all());
    const removals = world.decide(without(10, world.nowMs)).plan.removalsHash ?? '';
    world.input = { ...world.input, approvals: [{ cluster: clusterName('eks'), removals, untilMs: world.nowMs }] };
    expect(world.run(without(10, world.nowMs))).toEqual([]);
  });

  it('starts from what is live after a restart', () => {
    const world = new DecisionWorld();
    world.run(all());
    world.restart();
    expect(world.run(without(10, world.nowMs))).toEqual([]);
  });
});

describe('decideCluster: a source that empties bit by bit', () => {
  const suspectedEmpty = (service: ServiceState['service'], atMs: number): ServiceState =>
    given.serviceState(service, {
      emptiness: { ...given.provenEmptiness(atMs, 2), reads: 1 } as ServiceState['emptiness'],
    });
  const suspectedGone = (service: ServiceState['service'], atMs: number): ServiceState =>
    given.serviceState(service, { absence: { passesAtMs: [atMs], notFoundAtMs: undefined } });

  it.each([
    [
      'empties no service while most others answer empty too, proven or not',
      (service: ServiceState['service'], atMs: number) =>
        given.serviceState(service, { emptiness: given.provenEmptiness(atMs, 2) }),
      suspectedEmpty,
    ],
    ['marks no service while most others are missing too, proven or not', gone, suspectedGone],
  ])('%s', (_, proven, suspected) => {
    const world = new DecisionWorld();
    world.run(all());
    const some = given.snapshot(
      US,
      services.map((service, i) => (i < 3 ? proven(service, world.nowMs) : suspected(service, world.nowMs))),
    );
    expect(world.run(some)).toEqual([]);
    expect(new Set(world.decide(some).plan.heldRemovals.map(({ reason }) => reason))).toEqual(
      new Set(['source-empty']),
    );
  });
});
