import type { Overruled, Snapshot } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld, EPOCH_MS, US } from '@isthmus/testing';

import { restoreSnapshot } from './restore-snapshot.js';

const CART = given.serviceRecord('cart.shop');
const of = (addresses: readonly string[], revision: number): Snapshot =>
  given.snapshot(US, [
    given.serviceState(CART, {
      reading: given.reading(
        addresses.map((address) => given.instance(address)),
        { revision },
      ),
    }),
  ]);

function restored(snapshot: Snapshot): Snapshot {
  const after = restoreSnapshot(snapshot, { settings: US, keptAttributes: [], nowMs: EPOCH_MS });
  if (after === undefined) throw new Error('nothing was restored');
  return after;
}

describe('decideCluster on a snapshot of another term', () => {
  it.each([
    ['lacks an endpoint', ['10.0.0.1'], 3],
    ['has an endpoint more, which may be gone by now', ['10.0.0.1', '10.0.0.2', '10.0.0.3'], 3],
    ['says the same', ['10.0.0.1', '10.0.0.2'], 2],
    ['is older', ['10.0.0.9'], 1],
  ])('changes nothing that the cluster holds, when it %s', (_, addresses, revision) => {
    const world = new DecisionWorld();
    world.run(of(['10.0.0.1', '10.0.0.2'], 2));
    world.restart();
    expect(world.run(restored(of(addresses, revision)))).toEqual([]);
    expect(world.addresses()).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it('is overtaken by the first complete reading', () => {
    const world = new DecisionWorld();
    world.run(of(['10.0.0.1', '10.0.0.2'], 2));
    world.restart();
    world.run(restored(of(['10.0.0.1'], 3)));
    expect(world.run(of(['10.0.0.1'], 3))).toEqual(['update cloudmap-cart.shop']);
    expect(world.addresses()).toEqual(['10.0.0.1']);
  });

  it('gives a cluster that holds nothing of a service what is known of it', () => {
    const world = new DecisionWorld();
    expect(world.run(restored(of(['10.0.0.1'], 3)))).toEqual(['create cloudmap-cart.shop']);
  });

  it('begins nothing with a service that was suspected to be gone: another leader may have removed it', () => {
    const reading = given.reading([given.instance('10.0.0.1')], { revision: 3 });
    const absence = { passesAtMs: [EPOCH_MS], notFoundAtMs: undefined };
    const suspected = given.snapshot(US, [given.serviceState(CART, { reading, absence })]);
    expect(new DecisionWorld().run(restored(suspected))).toEqual([]);
    expect(new DecisionWorld().run(suspected)).toEqual([]);
  });
});

describe('decideCluster on a reading that overruled a higher revision', () => {
  const at = (revision: number, observedAtMs: number, overrules?: Overruled): Snapshot => {
    const reading = given.reading([given.instance(`10.0.0.${revision}`)], {
      revision,
      observedAtMs,
      overrules,
    });
    return given.snapshot(US, [given.serviceState(CART, { reading })]);
  };

  it.each([
    ['takes the place of what was recorded before', EPOCH_MS + 1_000, ['10.0.0.3']],
    [
      'leaves what was recorded since the answers went back: that revision was reached in earnest',
      EPOCH_MS - 1_000,
      ['10.0.0.4'],
    ],
  ])('%s', (_, untilMs, addresses) => {
    const world = new DecisionWorld();
    world.run(at(4, EPOCH_MS));
    world.restart();
    world.run(at(3, EPOCH_MS + 60_000, { revision: 4, untilMs }));
    expect(world.addresses()).toEqual(addresses);
  });
});
