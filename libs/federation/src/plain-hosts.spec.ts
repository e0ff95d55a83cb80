import type { RouteSettings, SourceSettings } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld } from '@isthmus/testing';

import { MappingShelf } from './mapping-shelf.js';

const OWNER = given.source({ name: 'owner', account: '111122223333' });
const CONSUMER = given.source({ name: 'consumer', account: '444455556666' });
const CART = given.serviceState(
  { ...given.serviceRecord('cart.shop'), isShared: true },
  { reading: given.reading([given.instance('10.0.0.1', { port: 8080 })]) },
);
/** Only the consumer has read the service. */
const SNAPSHOTS = [given.snapshot(OWNER, []), given.snapshot(CONSUMER, [CART])];

type Hosts = Readonly<Record<'owner' | 'consumer', string>>;

/** Clusters that share their work, one for each pair of hosts. */
function worlds(...hosts: readonly Hosts[]): readonly DecisionWorld[] {
  const shared = { mappings: new MappingShelf(), sources: [OWNER, CONSUMER] };
  return hosts.map((host, i) => {
    const world = new DecisionWorld();
    const routes = [routeOf(OWNER, host.owner), routeOf(CONSUMER, host.consumer)];
    world.input = { ...world.input, ...shared, cluster: given.cluster({ name: `c${i}`, routes }) };
    return world;
  });
}

function routeOf({ name }: SourceSettings, host: string): RouteSettings {
  return given.route({ sources: [name] }, { host });
}

describe('the work of clusters whose routes differ in their hosts', () => {
  it('is taken over under the own host', () => {
    const [first, second] = worlds(
      { owner: 'a', consumer: '{service}.one' },
      { owner: 'b', consumer: '{service}.two' },
    );
    first?.run(...SNAPSHOTS);
    expect(second?.run(...SNAPSHOTS)).toEqual(['create cloudmap-cart.two']);
    const { spec } = second?.entry('cloudmap-cart.two') ?? {};
    expect(spec?.raw).toMatchObject({ hosts: ['cart.two'], endpoints: [{ address: '10.0.0.1' }] });
    // Its hash is of what it says, and not of the other's.
    expect(second?.run(...SNAPSHOTS)).toEqual([]);
  });

  it('is not taken over where other hosts make it a service of another source', () => {
    const same = { owner: '{service}.one', consumer: '{service}.one' };
    const [first, second] = worlds(same, { owner: '{service}.one', consumer: '{service}.two' });
    first?.run(...SNAPSHOTS);
    second?.run(...SNAPSHOTS);
    expect(first?.entry('cloudmap-cart.one')?.annotations['isthmus.dev/components']).toMatch(/"source":"owner"/);
    expect(second?.entry('cloudmap-cart.two')?.annotations['isthmus.dev/components']).toMatch(/"source":"consumer"/);
  });

  it('follows the service: a newer reading is not that which another cluster has seen', () => {
    const [first, second] = worlds(
      { owner: 'a', consumer: '{service}.one' },
      { owner: 'b', consumer: '{service}.two' },
    );
    first?.run(...SNAPSHOTS);
    const reading = given.reading([given.instance('10.0.0.2', { port: 8080 })], { revision: 2 });
    second?.run(given.snapshot(OWNER, []), given.snapshot(CONSUMER, [{ ...CART, reading }]));
    expect(second?.addresses('cloudmap-cart.two')).toEqual(['10.0.0.2']);
  });
});
