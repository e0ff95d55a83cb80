import type { ServiceState, Snapshot, SourceSettings } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld } from '@isthmus/testing';

const CONSUMER = given.source({ name: 'consumer', account: '444455556666' });
const RENAMED = given.source({ name: 'renamed', account: '444455556666' });
const CART = { ...given.serviceRecord('cart.shop'), isShared: true };

const services = (...more: readonly ServiceState[]): readonly ServiceState[] => [
  ...Array.from({ length: 20 }, (_, i) => readOf(given.serviceRecord(`s${i}.shop`, { account: '444455556666' }))),
  ...more,
];
const readOf = (service: ServiceState['service']): ServiceState =>
  given.serviceState(service, { reading: given.reading([given.instance('10.0.0.1')]) });
const read = (of: SourceSettings, ...more: readonly ServiceState[]): Snapshot => given.snapshot(of, services(...more));
const unread = (of: SourceSettings): Snapshot => ({
  ...given.snapshot(of, []),
  catalogue: { lastCompleteAtMs: undefined, error: undefined, namespaceIds: [] },
});

/** A shared service of another account stands in the cluster, and the source that saw it is renamed over a restart. */
function renamed(): DecisionWorld {
  const world = new DecisionWorld();
  world.input = { ...world.input, sources: [CONSUMER] };
  world.run(read(CONSUMER, readOf(CART)));
  world.restart();
  world.input = { ...world.input, sources: [RENAMED] };
  return world;
}

describe('decideCluster: a source of a consumer that has another name after a restart', () => {
  it('begins no removal of the shared services that it saw, while it is unread', () => {
    const world = renamed();
    const { plan } = world.decide(unread(RENAMED));
    expect(plan.changes).toEqual([]);
    expect(plan.heldRemovals).toEqual([]);
  });

  it('goes on with a shared service that it sees under its new name', () => {
    const world = renamed();
    world.run(unread(RENAMED));
    expect(world.run(read(RENAMED, readOf(CART)))).toContain('update cloudmap-cart.shop');
    expect(world.addresses()).toEqual(['10.0.0.1']);
    expect(world.run(read(RENAMED, readOf(CART)))).toEqual([]);
  });

  it('asks a person about a service that it does not see, once all that it sees was read', () => {
    const world = renamed();
    world.run(unread(RENAMED));
    world.run(read(RENAMED));
    expect(world.decide(read(RENAMED)).plan.heldRemovals).toMatchObject([{ name: 'cloudmap-cart.shop' }]);
  });

  it('drops a service in no region that it reads at once', () => {
    const world = renamed();
    const elsewhere = given.source({ name: 'renamed', account: '444455556666', region: 'eu-west-1' });
    world.input = { ...world.input, sources: [elsewhere] };
    expect(world.decide(unread(elsewhere)).plan.heldRemovals[0]).toMatchObject({ reason: 'config-removal' });
  });
});
