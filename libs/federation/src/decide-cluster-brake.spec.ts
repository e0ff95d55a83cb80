import type { ServiceState, Snapshot } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld, US } from '@isthmus/testing';

const read = (name: string, address: string): ServiceState =>
  given.serviceState(given.serviceRecord(name), { reading: given.reading([given.instance(address)]) });
const gone = (name: string, atMs: number): ServiceState =>
  given.serviceState(given.serviceRecord(name), { absence: given.provenAbsence(atMs) });

/** Twenty services, of which the first `count` are proven gone. */
const without = (count: number, atMs: number): Snapshot =>
  given.snapshot(
    US,
    Array.from({ length: 20 }, (_, n) => (n < count ? gone(`s${n}.shop`, atMs) : read(`s${n}.shop`, `10.1.0.${n}`))),
  );

describe('decideCluster: removals whose marks are not written', () => {
  it('are planned again, and not held as if they were twice as many', () => {
    const world = new DecisionWorld();
    world.run(without(0, 0));
    const first = world.decide(without(4, world.nowMs));
    expect(first.plan.changes.map(({ kind }) => kind)).toEqual(Array(4).fill('mark'));
    world.memory = first.memory;
    const again = world.decide(without(4, world.nowMs));
    expect(again.plan.heldRemovals).toEqual([]);
    expect(again.plan.changes).toEqual(first.plan.changes);
  });

  it('leave no room for others, and are held with them', () => {
    const world = new DecisionWorld();
    world.run(without(0, 0));
    world.memory = world.decide(without(4, world.nowMs)).memory;
    expect(world.decide(without(5, world.nowMs)).plan.heldRemovals).toHaveLength(5);
  });

  it('leave no room for others once they are written', () => {
    const world = new DecisionWorld();
    world.run(without(0, 0));
    world.run(without(4, world.nowMs));
    expect(world.decide(without(5, world.nowMs)).plan.heldRemovals).toHaveLength(1);
  });
});
