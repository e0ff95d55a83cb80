import type { Instance, RouteTarget, ServiceEntrySpec, ServiceState, Snapshot } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld, EU, US } from '@isthmus/testing';

const CART = given.serviceRecord('cart.shop');
const CART_EU = given.serviceRecord('cart.shop', { region: 'eu-west-1', id: 'srv-cart-eu' });

const read = (service: ServiceState['service'], instances: readonly Instance[], revision = 1): ServiceState =>
  given.serviceState(service, { reading: given.reading(instances, { revision }) });
const us = (instances: readonly Instance[], revision = 1): Snapshot =>
  given.snapshot(US, [read(CART, instances, revision)]);
const eu = (instances: readonly Instance[]): Snapshot => given.snapshot(EU, [read(CART_EU, instances)]);
const euUnread = given.snapshot(EU, [given.serviceState(CART_EU)]);
const specOf = (world: DecisionWorld): ServiceEntrySpec | undefined =>
  world.entry()?.spec.raw as ServiceEntrySpec | undefined;

function worldTo(to: Partial<RouteTarget>): DecisionWorld {
  const world = new DecisionWorld();
  world.input = { ...world.input, cluster: given.cluster({ routes: [given.route({}, to)] }) };
  return world;
}

/** A port of a pod as aws-cloud-map-mcs-controller registers it. */
function podPort(ipv4: string, name: string, port: number, servicePort: number): Instance {
  const attributes = new Map([
    ['AWS_INSTANCE_IPV4', ipv4],
    ['AWS_INSTANCE_PORT', String(port)],
    ['ENDPOINT_PORT_NAME', name],
    ['ENDPOINT_PROTOCOL', 'TCP'],
    ['SERVICE_PORT', String(servicePort)],
    ['SERVICE_PORT_NAME', name],
    ['SERVICE_TARGET_PORT', String(port)],
    ['SERVICE_PROTOCOL', 'TCP'],
    ['READY', 'true'],
  ]);
  return { id: `tcp-${ipv4.replaceAll('.', '_')}-${port}`, health: 'UNKNOWN', attributes };
}
const pod = (ipv4: string): readonly Instance[] => [
  podPort(ipv4, 'http', 8080, 80),
  podPort(ipv4, 'grpc-admin', 9090, 90),
];

describe('decideCluster: named ports', () => {
  it('make one endpoint of each pod and one service port of each name', () => {
    const world = new DecisionWorld();
    world.run(us([...pod('10.0.0.1'), ...pod('10.0.0.2')]));
    expect(specOf(world)).toMatchObject({
      ports: [
        { number: 80, name: 'http', protocol: 'HTTP' },
        { number: 90, name: 'grpc-admin', protocol: 'GRPC' },
      ],
      endpoints: [
        { address: '10.0.0.1', ports: { http: 8080, 'grpc-admin': 9090 } },
        { address: '10.0.0.2', ports: { http: 8080, 'grpc-admin': 9090 } },
      ],
    });
  });

  it('make no write when nothing changed, in another order, or after a restart', () => {
    const world = new DecisionWorld();
    const pods = [...pod('10.0.0.1'), ...pod('10.0.0.2')];
    world.run(us(pods));
    world.restart();
    expect(world.run(us(pods.toReversed()))).toEqual([]);
  });

  it('are counted by pods, so that losing most of them presses the brake', () => {
    const world = new DecisionWorld();
    const pods = [1, 2, 3, 4, 5].flatMap((n) => pod(`10.0.0.${n}`));
    world.run(us(pods));
    const few = us(pods.slice(0, 2), 2);
    expect(world.run(few)).toEqual([]);
    expect(world.decide(few).plan.heldRemovals).toMatchObject([{ reason: 'brake-endpoints', endpoints: 4 }]);
  });

  it('wait while a region of the host is unread', () => {
    const world = new DecisionWorld();
    world.run(us([given.instance('10.0.0.1')]), eu([given.instance('10.2.0.1')]));
    world.restart();
    const { plan } = world.decide(us(pod('10.0.0.1'), 2), euUnread);
    expect(plan.holds.map(({ reason }) => reason)).toEqual(['waiting-for-reading']);
  });
});

describe('decideCluster: endpoint labels', () => {
  const to = { endpointLabels: new Map([['version', 'v']]) };
  const versioned = (ipv4: string, version: string, id = ipv4): Instance => {
    const { attributes, health } = given.instance(ipv4);
    return { id, health, attributes: new Map([...attributes, ['v', version]]) };
  };

  it('stand on the endpoint, change with the attribute, and make no write while it stays', () => {
    const world = worldTo(to);
    world.run(us([versioned('10.0.0.1', '1.0')]));
    expect(specOf(world)?.endpoints).toMatchObject([{ labels: { version: '1.0' } }]);
    expect(world.run(us([versioned('10.0.0.1', '1.0')]))).toEqual([]);
    expect(world.run(us([versioned('10.0.0.1', '1.1')], 2))).toEqual(['update cloudmap-cart.shop']);
    expect(specOf(world)?.endpoints).toMatchObject([{ labels: { version: '1.1' } }]);
  });

  it('stay on the endpoints of a region that is unread', () => {
    const world = worldTo(to);
    world.run(us([versioned('10.0.0.1', '1.0')]), eu([versioned('10.2.0.1', '0.9')]));
    world.restart();
    world.run(us([versioned('10.0.0.7', '1.0')], 2), euUnread);
    expect(specOf(world)?.endpoints).toMatchObject([
      { address: '10.2.0.1', labels: { version: '0.9' } },
      { address: '10.0.0.7', labels: { version: '1.0' } },
    ]);
  });

  it('do not depend on the order of instances that share an address', () => {
    const two = [versioned('10.0.0.1', '2', 'b'), versioned('10.0.0.1', '1', 'a')];
    const [world, other] = [worldTo(to), worldTo(to)];
    world.run(us(two));
    const swapped = [versioned('10.0.0.1', '1', 'b'), versioned('10.0.0.1', '2', 'a')];
    other.run(us(swapped));
    expect(specOf(world)?.endpoints).toMatchObject([{ labels: { version: '1' } }]);
    expect(specOf(other)?.endpoints).toEqual(specOf(world)?.endpoints);
  });

  it('are repaired when somebody edits them, and what steers the mesh is not carried on meanwhile', () => {
    const world = worldTo(to);
    world.run(us([versioned('10.0.0.1', '1.0')]), eu([versioned('10.2.0.1', '0.9')]));
    const live = world.entry();
    if (live === undefined) throw new Error('no entry');
    const spec = live.spec.raw as ServiceEntrySpec;
    const labels = { 'istio-locality': 'moon.crater', version: 'mine' };
    const raw = { ...spec, endpoints: spec.endpoints.map((endpoint) => ({ ...endpoint, labels })) };
    world.put({ ...live, generation: 2, spec: { hosts: live.spec.hosts, raw } });
    world.restart();
    expect(world.run(us([versioned('10.0.0.1', '1.0')]), euUnread)).toEqual(['update cloudmap-cart.shop']);
    expect(JSON.stringify(specOf(world))).not.toContain('istio-locality');
    world.run(us([versioned('10.0.0.1', '1.0')]), eu([versioned('10.2.0.1', '0.9')]));
    expect(specOf(world)?.endpoints.map((endpoint) => endpoint.labels)).toEqual([
      { version: '0.9' },
      { version: '1.0' },
    ]);
  });
});

describe('decideCluster: an entry whose annotation is damaged', () => {
  it('keeps every endpoint while one service of the host is unread, although its catalogue is known', () => {
    const world = new DecisionWorld();
    world.run(us([given.instance('10.0.0.1')]), eu([given.instance('10.2.0.1')]));
    world.restart();
    const live = world.entry();
    if (live === undefined) throw new Error('no entry');
    world.put({ ...live, annotations: { ...live.annotations, 'isthmus.dev/components': 'damaged' } });
    world.run(us([given.instance('10.0.0.1')]), euUnread);
    expect(world.addresses()).toContain('10.2.0.1');
  });
});
