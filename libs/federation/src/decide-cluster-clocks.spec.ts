import type { ServiceState, Snapshot } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld, US } from '@isthmus/testing';

const HOUR_MS = 3_600_000;
const CART = given.serviceRecord('cart.shop');

const readOf = (service: ServiceState['service']): ServiceState =>
  given.serviceState(service, { reading: given.reading([given.instance('10.0.0.1')]) });
const all = (cart: ServiceState): Snapshot =>
  given.snapshot(US, [...Array.from({ length: 20 }, (_, i) => readOf(given.serviceRecord(`s${i}.shop`))), cart]);

/** A hub that has marked `cart.shop`, because it is proven gone. */
function marked(): { readonly world: DecisionWorld; readonly run: () => readonly string[] } {
  const world = new DecisionWorld();
  world.run(all(readOf(CART)));
  const run = (): readonly string[] =>
    world.run(all(given.serviceState(CART, { absence: given.provenAbsence(world.nowMs) })));
  world.nowMs += 60_000;
  expect(run()).toEqual(['mark cloudmap-cart.shop']);
  world.nowMs += 1_000;
  expect(run()).toEqual([]);
  return { world, run };
}

/** Twenty services, of which the first `count` are proven gone. */
const without = (count: number, atMs: number): Snapshot =>
  given.snapshot(
    US,
    Array.from({ length: 20 }, (_, i) => {
      const service = given.serviceRecord(`s${i}.shop`);
      return i < count ? given.serviceState(service, { absence: given.provenAbsence(atMs) }) : readOf(service);
    }),
  );

describe('decideCluster: clocks that jump', () => {
  it('ends no grace early when the clock of the API server jumps ahead', () => {
    const { world, run } = marked();
    world.serverAheadMs += HOUR_MS;
    world.nowMs += 10_000;
    expect(run()).toEqual([]);
    world.nowMs += 110_000;
    expect(run()).toEqual(['delete cloudmap-cart.shop']);
  });

  it('ends no grace early when the clock of the hub jumps ahead', () => {
    const { world, run } = marked();
    world.nowMs += HOUR_MS + 10_000;
    world.serverAheadMs -= HOUR_MS;
    expect(run()).toEqual([]);
    world.nowMs += 110_000;
    expect(run()).toEqual(['delete cloudmap-cart.shop']);
  });

  it('forgets no removal of the window when the clock of the hub jumps ahead', () => {
    const world = new DecisionWorld();
    world.run(without(0, 0));
    expect(world.run(without(4, world.nowMs))).toHaveLength(4);
    world.jumpClock(2 * HOUR_MS);
    expect(world.run(without(6, world.nowMs)).filter((change) => change.startsWith('mark'))).toEqual([]);
    expect(world.decide(without(6, world.nowMs)).plan.heldRemovals.map(({ reason }) => reason)).toEqual([
      'brake-objects',
      'brake-objects',
    ]);
  });

  it('begins the grace anew when the clock of the hub is set back, and does not wait until it has caught up', () => {
    const { world, run } = marked();
    world.nowMs += 60_000;
    world.jumpClock(-HOUR_MS);
    world.serverAheadMs += HOUR_MS;
    expect(run()).toEqual([]);
    world.nowMs += 110_000;
    expect(run()).toEqual([]);
    world.nowMs += 10_000;
    expect(run()).toEqual(['delete cloudmap-cart.shop']);
  });

  it('takes no proof from before the clock of the hub was set back for one given again', () => {
    const { world, run } = marked();
    const old = all(given.serviceState(CART, { absence: given.provenAbsence(world.nowMs + 1_000) }));
    world.jumpClock(-HOUR_MS);
    world.serverAheadMs += HOUR_MS;
    for (let minutes = 0; minutes < 30; minutes++) {
      expect(world.run(old)).toEqual([]);
      world.nowMs += 60_000;
    }
    expect(run()).toEqual(['delete cloudmap-cart.shop']);
  });

  it('overrules nothing that another hub has read since, although it seems to be of the future', () => {
    const world = new DecisionWorld();
    const at = (count: number, reading: Parameters<typeof given.reading>[1]): Snapshot => {
      const instances = Array.from({ length: count }, (_, n) => given.instance(`10.0.0.${n + 1}`));
      return given.snapshot(US, [given.serviceState(CART, { reading: given.reading(instances, reading) })]);
    };
    world.run(at(2, { revision: 4, observedAtMs: world.nowMs + 200_000 }));
    world.nowMs -= 400_000;
    world.serverAheadMs += 600_000;
    const overrules = { revision: 4, untilMs: given.EPOCH_MS + 10_000 };
    const older = { revision: 3, observedAtMs: given.EPOCH_MS + 20_000, overrules };
    expect(world.run(at(1, older))).toEqual([]);
    world.serverAheadMs -= 600_000;
    expect(world.run(at(1, older))).toEqual(['update cloudmap-cart.shop']);
  });

  it('counts the grace that has gone by before a restart', () => {
    const { world, run } = marked();
    world.nowMs += 110_000;
    world.restart();
    expect(run()).toEqual([]);
    world.nowMs += 10_000;
    expect(run()).toEqual(['delete cloudmap-cart.shop']);
  });
});
