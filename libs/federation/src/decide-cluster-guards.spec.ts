import type { ObservedEntry, ServiceState, Snapshot } from '@isthmus/model';
import { OBJECT } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld, EU, US } from '@isthmus/testing';

const CART = given.serviceRecord('cart.shop');
const read = (service: ServiceState['service'], addresses: readonly string[], changes: object = {}): ServiceState =>
  given.serviceState(service, {
    reading: given.reading(
      addresses.map((address) => given.instance(address)),
      changes,
    ),
  });
const us = (...states: readonly ServiceState[]): Snapshot => given.snapshot(US, states);

function liveCart(world: DecisionWorld): ObservedEntry {
  const live = world.entry();
  if (live === undefined) throw new Error('there is no entry');
  return live;
}

describe('decideCluster: guards that stand alone', () => {
  it('does not believe a recorded time far in the future, so a forged one cannot freeze a component', () => {
    const world = new DecisionWorld();
    world.run(us(read(CART, ['10.0.0.1'], { observedAtMs: given.EPOCH_MS + 3_600_000 })));
    world.run(
      us(
        given.serviceState(CART, {
          reading: given.reading([given.instance('10.0.0.1', { id: 'i' }), given.instance('10.0.0.2')]),
        }),
      ),
    );
    expect(world.addresses()).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it('leaves an object alone that is being deleted', () => {
    const world = new DecisionWorld();
    world.run(us(read(CART, ['10.0.0.1'])));
    world.put({ ...liveCart(world), isTerminating: true });
    const next = us(read(CART, ['10.0.0.2'], { revision: 2 }));
    expect(world.run(next)).toEqual([]);
    expect(world.decide(next).plan.holds.map(({ reason }) => reason)).toEqual(['terminating']);
  });

  it('repairs an object whose hash was edited although its content is right', () => {
    const world = new DecisionWorld();
    world.run(us(read(CART, ['10.0.0.1'])), given.snapshot(EU, []));
    const live = liveCart(world);
    world.put({ ...live, annotations: { ...live.annotations, [OBJECT.contentHash]: 'forged' } });
    const plan = world.decide(us(read(CART, ['10.0.0.1'])), given.snapshot(EU, [])).plan;
    expect(plan.changes).toEqual([expect.objectContaining({ kind: 'update', reason: 'drift' })]);
  });

  it('never touches an object of another hub, even when all else is as on ours', () => {
    const world = new DecisionWorld();
    world.run(us(read(CART, ['10.0.0.1'])));
    const live = liveCart(world);
    world.put({ ...live, labels: { ...live.labels, [OBJECT.hub]: 'else' } });
    expect(world.run(us(read(CART, ['10.0.0.2'], { revision: 2 })))).toEqual([]);
  });

  it('does not release held endpoints by time, although the peak from which they are counted leaves the window', () => {
    const world = new DecisionWorld();
    const upTo = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `10.0.0.${i + 1}`);
    world.run(us(read(CART, upTo(9))));
    world.run(us(read(CART, upTo(5), { revision: 2 })));
    expect(world.addresses()).toEqual(upTo(5));
    for (let hours = 0; hours < 5; hours++) {
      expect(world.run(us(read(CART, upTo(3), { revision: 3 })))).toEqual([]);
      world.nowMs += 3_600_000;
    }
    expect(world.addresses()).toEqual(upTo(5));
  });

  it('counts suspected objects where their endpoints are too few to press the brake', () => {
    const world = new DecisionWorld();
    const big = read(
      given.serviceRecord('big.shop'),
      Array.from({ length: 100 }, (_, i) => `10.9.0.${i + 1}`),
    );
    const small = Array.from({ length: 9 }, (_, i) => given.serviceRecord(`small${i}.shop`));
    world.run(us(big, ...small.map((service) => read(service, ['10.0.0.1']))));
    const leaving = small.map((service, i) => {
      const absence =
        i === 0 ? given.provenAbsence(world.nowMs) : { passesAtMs: [world.nowMs], notFoundAtMs: undefined };
      return given.serviceState(service, { absence });
    });
    expect(world.run(us(big, ...leaving))).toEqual([]);
  });

  it('rejects a service of another namespace that a template gives the same host, in whichever region', () => {
    const world = new DecisionWorld();
    world.input = { ...world.input, cluster: given.cluster({ routes: [given.route({}, { host: '{service}.mesh' })] }) };
    const stranger = given.serviceRecord('cart.else', { region: 'eu-west-1', createdAtMs: given.EPOCH_MS + 1 });
    const decision = world.decide(us(read(CART, ['10.0.0.1'])), given.snapshot(EU, [read(stranger, ['10.2.0.1'])]));
    expect(decision.rejections.map(({ component, reason }) => [component, reason])).toEqual([
      [stranger.key, 'host-conflict'],
    ]);
  });
});
