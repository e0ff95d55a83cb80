import type { AcceptedReading, ServiceState, Snapshot } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld, US } from '@isthmus/testing';

const CART = given.serviceRecord('cart.shop');
const at = (seconds: number): number => given.EPOCH_MS + seconds * 1_000;
const readingOf = (addresses: readonly string[], changes: Partial<AcceptedReading> = {}): AcceptedReading =>
  given.reading(
    addresses.map((address) => given.instance(address)),
    changes,
  );
/** Enough others that no brake is pressed. */
const others = Array.from({ length: 20 }, (_, i) =>
  given.serviceState(given.serviceRecord(`s${i}.shop`), { reading: readingOf(['10.1.0.1', '10.1.0.2']) }),
);
const us = (cart: Partial<ServiceState>): Snapshot => given.snapshot(US, [...others, given.serviceState(CART, cart)]);

/** 10.0.0.1 of revision 1 stands, and one hub has added 10.0.0.2 from a page of revision 3; the next to decide is another. */
function added(): DecisionWorld {
  const world = new DecisionWorld();
  world.run(us({ reading: readingOf(['10.0.0.1']) }));
  world.run(us({ reading: readingOf(['10.0.0.2'], { revision: 3, completeness: 'partial', observedAtMs: at(180) }) }));
  expect(world.addresses()).toEqual(['10.0.0.1', '10.0.0.2']);
  world.restart();
  return world;
}

describe('decideCluster: an endpoint that one hub added while it kept others', () => {
  it('is not taken away by the proof of another that none was registered, of the same revision', () => {
    const world = added();
    // Empty answers of revision 2, the first of which gave a revision too high, end before the instance came.
    const emptiness = given.provenEmptiness(at(155), 3);
    expect(world.run(us({ reading: readingOf(['10.0.0.1']), emptiness }))).toEqual([]);
    expect(world.addresses()).toEqual(['10.0.0.1', '10.0.0.2']);
    world.run(us({ reading: readingOf(['10.0.0.1']), emptiness: given.provenEmptiness(at(300), 4) }));
    expect(world.addresses()).toEqual([]);
  });

  it('is not taken away by the proof that none was registered of a revision before', () => {
    const world = added();
    const emptiness = given.provenEmptiness(at(155), 2);
    expect(world.run(us({ reading: readingOf(['10.0.0.1']), emptiness }))).toEqual([]);
  });

  it('is not taken away by a reading of a revision before', () => {
    const world = added();
    expect(world.run(us({ reading: readingOf(['10.0.0.1', '10.0.0.9'], { revision: 2 }) }))).toEqual([]);
    expect(world.addresses()).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it('lets whoever reads all of its revision afterwards take away what was kept', () => {
    const world = added();
    const settled = (seconds: number): Snapshot =>
      us({ reading: readingOf(['10.0.0.2'], { revision: 3, observedAtMs: at(seconds) }) });
    expect(world.run(settled(170))).toEqual([]);
    world.run(settled(190));
    expect(world.addresses()).toEqual(['10.0.0.2']);
  });

  it('is not taken away by older answers that were believed, if their count began before', () => {
    const world = added();
    const overrules = { revision: 3, untilMs: at(120) };
    const older = readingOf(['10.0.0.1'], { revision: 2, observedAtMs: at(200), overrules });
    expect(world.run(us({ reading: older }))).toEqual([]);
  });
});

describe('decideCluster: a reading that adds nothing while it keeps others', () => {
  it('writes nothing', () => {
    const world = new DecisionWorld();
    world.run(us({ reading: readingOf(['10.0.0.1', '10.0.0.2']) }));
    const partial = readingOf(['10.0.0.2'], { revision: 3, completeness: 'partial', observedAtMs: at(180) });
    expect(world.run(us({ reading: partial }))).toEqual([]);
  });
});
