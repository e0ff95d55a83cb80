import type { Instance, RouteSettings, ServiceState, Snapshot } from '@isthmus/model';
import { clusterName } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld, US } from '@isthmus/testing';

const CART = given.serviceRecord('cart.shop');

const staged = (ipv4: string, stage: string): Instance => {
  const { attributes, ...rest } = given.instance(ipv4);
  return { ...rest, attributes: new Map([...attributes, ['stage', stage]]) };
};
const read = (instances: readonly Instance[], revision = 1): ServiceState =>
  given.serviceState(CART, { reading: given.reading(instances, { revision }) });
/** Other services of the source, so that one less is no mass removal. */
const others = Array.from({ length: 20 }, (_, i) =>
  given.serviceState(given.serviceRecord(`s${i}.shop`), {
    reading: given.reading([staged(`10.1.${i}.1`, 'beta'), staged(`10.1.${i}.2`, 'beta')]),
  }),
);
const us = (...states: readonly ServiceState[]): Snapshot => given.snapshot(US, [...states, ...others]);

const where = (stage: string): RouteSettings['from']['where'] => new Map([['stage', stage]]);
function route(world: DecisionWorld, ...routes: readonly RouteSettings[]): void {
  world.input = { ...world.input, cluster: given.cluster({ routes }) };
}
/** The configuration that the estate moves to: `where` for cart alone. */
const onlyBetaOfCart = [given.route({ services: ['cart'], where: where('beta') }), given.route()];

function approve(world: DecisionWorld, snapshot: Snapshot): void {
  const removals = world.decide(snapshot).plan.removalsHash ?? '';
  const untilMs = world.nowMs + 60_000;
  world.input = { ...world.input, approvals: [{ cluster: clusterName('eks'), removals, untilMs }] };
}

describe('decideCluster: where', () => {
  it('publishes the instances that have every attribute, and gives the others a reason', () => {
    const world = new DecisionWorld();
    route(world, ...onlyBetaOfCart);
    world.run(us(read([staged('10.0.0.1', 'beta'), staged('10.0.0.2', 'prod'), given.instance('10.0.0.3')])));
    expect(world.addresses()).toEqual(['10.0.0.1']);
  });

  it('makes no entry of a service that it leaves out as a whole', () => {
    const world = new DecisionWorld();
    route(world, ...onlyBetaOfCart);
    world.run(us(read([staged('10.0.0.2', 'prod')])));
    expect(world.entry()).toBeUndefined();
  });

  it('takes out what a new configuration leaves out, at once and under the same revision', () => {
    const world = new DecisionWorld();
    const snapshot = us(read([staged('10.0.0.1', 'beta'), staged('10.0.0.2', 'prod')]));
    world.run(snapshot);
    route(world, ...onlyBetaOfCart);
    expect(world.run(snapshot)).toEqual(['update cloudmap-cart.shop']);
    expect(world.addresses()).toEqual(['10.0.0.1']);
    expect(world.run(snapshot)).toEqual([]);
  });

  it('takes nothing out while the reading is partial', () => {
    const world = new DecisionWorld();
    world.run(us(read([staged('10.0.0.1', 'beta'), staged('10.0.0.2', 'prod')])));
    route(world, ...onlyBetaOfCart);
    const reading = given.reading([staged('10.0.0.2', 'prod')], { revision: 2, completeness: 'partial' });
    world.run(us(given.serviceState(CART, { reading })));
    expect(world.addresses()).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it('still keeps an instance that vanished without a new revision', () => {
    const world = new DecisionWorld();
    route(world, ...onlyBetaOfCart);
    const beta = ['10.0.0.1', '10.0.0.2'].map((ip) => staged(ip, 'beta'));
    world.run(us(read([...beta, staged('10.0.0.9', 'prod')])));
    world.run(us(read([...beta.slice(0, 1), staged('10.0.0.9', 'prod')])));
    expect(world.addresses()).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it('is braked when it would leave less than two fifths of a source', () => {
    const world = new DecisionWorld();
    const snapshot = given.snapshot(US, [
      read([staged('10.0.0.1', 'beta'), ...['2', '3', '4', '5'].map((n) => staged(`10.0.0.${n}`, 'prod'))]),
    ]);
    world.run(snapshot);
    route(world, given.route({ where: where('beta') }));
    expect(world.run(snapshot)).toEqual([]);
    expect(world.decide(snapshot).plan.heldRemovals.map(({ reason }) => reason)).toEqual(['brake-endpoints']);
  });
});

describe.each<[string, (world: DecisionWorld) => Snapshot]>([
  [
    'all-filtered',
    (world) => {
      route(world, ...onlyBetaOfCart);
      return us(read([staged('10.0.0.1', 'prod'), staged('10.0.0.2', 'prod')]));
    },
  ],
  ['all-rejected', () => us(read([staged('127.0.0.1', 'prod'), staged('not an address', 'prod')], 2))],
  [
    'all-rejected',
    (world) => {
      world.input = { ...world.input, cluster: given.cluster({ deniedCidrs: ['10.0.0.0/24'] }) };
      return us(read([staged('10.0.0.1', 'prod'), staged('10.0.0.2', 'prod')]));
    },
  ],
])('decideCluster: %s', (reason, change) => {
  const published = us(read([staged('10.0.0.1', 'prod'), staged('10.0.0.2', 'prod')]));
  const lived = (): { readonly world: DecisionWorld; readonly snapshot: Snapshot } => {
    const world = new DecisionWorld();
    world.run(published);
    return { world, snapshot: change(world) };
  };

  it('keeps the last good endpoints and lists them as a removal that waits for a person', () => {
    const { world, snapshot } = lived();
    expect(world.run(snapshot)).toEqual([]);
    const { plan } = world.decide(snapshot);
    expect(plan.heldRemovals).toMatchObject([{ kind: 'endpoints', reason, endpoints: 2, component: CART.key }]);
    expect(plan.holds.map((hold) => [hold.name, hold.reason])).toEqual([['cloudmap-cart.shop', reason]]);
  });

  it('keeps them over a restart, and time releases nothing', () => {
    const { world, snapshot } = lived();
    world.restart();
    expect(world.run(snapshot)).toEqual([]);
    world.nowMs += 10 * 3_600_000;
    expect(world.run(snapshot)).toEqual([]);
    expect(world.addresses()).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it('lets them go once that is approved, and never deletes the entry', () => {
    const { world, snapshot } = lived();
    approve(world, snapshot);
    expect(world.run(snapshot)).toEqual(['update cloudmap-cart.shop']);
    expect(world.addresses()).toEqual([]);
    expect(world.decide(snapshot).plan).toMatchObject({ changes: [], heldRemovals: [], holds: [] });
  });

  it('asks again when it happens again after the approval is over', () => {
    const { world, snapshot } = lived();
    approve(world, snapshot);
    world.run(snapshot);
    world.input = { ...world.input, cluster: given.cluster(), approvals: [] };
    world.run(us(read([staged('10.7.0.1', 'prod')], 3)));
    expect(world.addresses()).toEqual(['10.7.0.1']);
    expect(world.run(us(read([staged('127.0.0.1', 'prod')], 4)))).toEqual([]);
    expect(world.addresses()).toEqual(['10.7.0.1']);
  });

  it('does not hold what other services of the source drop', () => {
    const { world, snapshot } = lived();
    const [first, ...rest] = others;
    if (first === undefined) throw new Error('no other service');
    const shrunk = given.serviceState(first.service, {
      reading: given.reading([staged('10.1.0.1', 'beta')], { revision: 2 }),
    });
    const cart = snapshot.services.get(CART.key);
    if (cart === undefined) throw new Error('no cart');
    world.run(given.snapshot(US, [cart, shrunk, ...rest]));
    expect(world.addresses('cloudmap-s0.shop')).toEqual(['10.1.0.1']);
  });
});

describe('decideCluster: all-rejected', () => {
  it('drops nothing from an entry that was edited by hand', () => {
    const world = new DecisionWorld();
    world.run(us(read([staged('10.0.0.1', 'prod')])));
    const live = world.entry();
    if (live === undefined) throw new Error('no entry');
    world.put({ ...live, annotations: { ...live.annotations, 'isthmus.dev/components': 'damaged' } });
    world.run(us(read([staged('127.0.0.1', 'prod')], 2)));
    expect(world.addresses()).toEqual(['10.0.0.1']);
  });
});
