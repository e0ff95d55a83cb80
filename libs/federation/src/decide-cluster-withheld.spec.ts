import type { ServiceState, Snapshot } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld, EU, US } from '@isthmus/testing';

import { WITHHELD } from './decision-warnings.js';

const CART = given.serviceRecord('cart.shop');
const PAY = given.serviceRecord('pay.shop');
const reading = (addresses: readonly string[], changes: Parameters<typeof given.reading>[1] = {}) =>
  given.reading(
    addresses.map((address) => given.instance(address)),
    changes,
  );
/** `cart` as it is given, beside a service that never changes. */
const world = (cart: Partial<ServiceState> | undefined, service = CART): readonly Snapshot[] => {
  const pay = given.serviceState(PAY, { reading: reading(['10.9.0.1', '10.9.0.2', '10.9.0.3']) });
  const states = cart === undefined ? [pay] : [given.serviceState(service, cart), pay];
  return [given.snapshot(US, states), given.snapshot(EU, [])];
};
const BEFORE = world({ reading: reading(['10.0.0.1', '10.0.0.2'], { revision: 5 }) });

function started(): DecisionWorld {
  const decided = new DecisionWorld();
  decided.run(...BEFORE);
  decided.withhold(true);
  return decided;
}

describe('decideCluster while nothing may be removed', () => {
  it.each<[string, readonly Snapshot[]]>([
    ['an instance is gone', world({ reading: reading(['10.0.0.1'], { revision: 6 }) })],
    ['every instance is another one', world({ reading: reading(['10.0.0.3'], { revision: 6 }) })],
    ['the last instance is proven gone', world({ emptiness: given.provenEmptiness(given.EPOCH_MS, 6) })],
    ['the service is proven gone', world({ absence: given.provenAbsence(given.EPOCH_MS) })],
    ['no instance may be an endpoint', world({ reading: reading(['127.0.0.1'], { revision: 6 }) })],
    [
      'the service was created anew',
      world(
        { reading: reading(['10.0.0.3']) },
        given.serviceRecord('cart.shop', { id: 'srv-new', createdAtMs: given.EPOCH_MS + 1 }),
      ),
    ],
  ])('takes no endpoint away when %s, writes no mark, and says that it holds back', (_, now) => {
    const decided = started();
    for (let round = 0; round < 3; round++) {
      decided.run(...now);
      decided.nowMs += 200_000;
    }
    expect(decided.addresses()).toEqual(expect.arrayContaining(['10.0.0.1', '10.0.0.2']));
    expect(decided.entry()?.annotations).not.toHaveProperty('isthmus.dev/pending-delete');
    expect(decided.decide(...now).warnings).toEqual([WITHHELD]);
    expect(decided.decideAfresh(...now).warnings).toEqual([WITHHELD]);
    expect(decided.decide(...now).plan).toEqual(decided.decideAfresh(...now).plan);
  });

  it('takes no endpoint away when no route maps the service any more', () => {
    const decided = started();
    const cluster = given.cluster({ routes: [given.route({ services: ['pay'] })] });
    decided.input = { ...decided.input, cluster };
    decided.run(...BEFORE);
    expect([decided.addresses().length, decided.entry()?.annotations['isthmus.dev/pending-delete']]).toEqual([
      2,
      undefined,
    ]);
  });

  it('brings what is new, beside what stays', () => {
    const decided = started();
    decided.run(...world({ reading: reading(['10.0.0.1', '10.0.0.3'], { revision: 6 }) }));
    expect(decided.addresses()).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
  });

  it('keeps a mark as old as it is, and lets nothing leave by it', () => {
    const decided = started();
    decided.withhold(false);
    decided.run(...world({ absence: given.provenAbsence(decided.nowMs) }));
    const marked = decided.entry()?.annotations['isthmus.dev/pending-delete'];
    expect(marked).toBeDefined();
    decided.withhold(true);
    decided.nowMs += 200_000;
    const again = world({ absence: given.provenAbsence(decided.nowMs) });
    expect(decided.run(...again)).toEqual([]);
    expect(decided.entry()?.annotations['isthmus.dev/pending-delete']).toBe(marked);
    decided.withhold(false);
    decided.nowMs += 1_000;
    const proven = world({ absence: given.provenAbsence(decided.nowMs) });
    expect(decided.run(...proven)).toEqual(['delete cloudmap-cart.shop']);
  });

  it('lets leave what was held back, once the store is there again', () => {
    const decided = started();
    const now = world({ reading: reading(['10.0.0.1'], { revision: 6 }) });
    decided.run(...now);
    decided.withhold(false);
    expect(decided.run(...now)).toEqual(['update cloudmap-cart.shop']);
    expect(decided.addresses()).toEqual(['10.0.0.1']);
    expect(decided.decide(...now).warnings).toEqual([]);
  });
});
