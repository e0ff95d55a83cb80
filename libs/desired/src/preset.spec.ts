import type { Instance, Json, ServiceEntrySpec, ServiceState } from '@isthmus/model';
import { ATTRIBUTES, canonicalJson, compareText } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld, US } from '@isthmus/testing';
import fc from 'fast-check';

const CART = given.serviceRecord('cart.shop');

interface Drawn {
  readonly ip?: string;
  readonly name?: string;
  readonly port?: string;
}

const instanceOf = ({ ip, name, port }: Drawn, index: number): Instance => ({
  id: `i-${index}`,
  health: 'HEALTHY',
  attributes: new Map<string, string>(
    [[ATTRIBUTES.ipv4, ip] as const, [ATTRIBUTES.cname, name] as const, [ATTRIBUTES.port, port] as const].flatMap(
      ([key, value]) => (value === undefined ? [] : [[key, value]]),
    ),
  ),
});

interface Written {
  readonly hosts: readonly string[];
  readonly addresses: readonly string[];
  readonly location: string;
  readonly resolution: string;
  readonly ports: readonly object[];
  readonly endpoints: readonly object[];
}

/** What istio-cloud-map would write, told by what it does: in sorted order, so that both can be compared. */
function original(instances: readonly Drawn[]): Written {
  const portOf = (number: number): { number: number; name: string; protocol: string } => {
    if (number === 80) return { number, name: 'http', protocol: 'HTTP' };
    return number === 443 ? { number, name: 'https', protocol: 'HTTPS' } : { number, name: 'tcp', protocol: 'TCP' };
  };
  const endpoints = instances.flatMap(({ ip, name, port }) => {
    const address = ip ?? name;
    if (address === undefined) return [];
    const numbers = port === undefined ? [80, 443] : [Number(port)];
    return [{ address, ports: Object.fromEntries(numbers.map((number) => [portOf(number).name, number])) }];
  });
  const numbers = new Set(endpoints.flatMap(({ ports }) => Object.values(ports)));
  const [first] = endpoints.map(({ address }) => address).toSorted(compareText);
  const isIp = (address: string | undefined): boolean => /^[0-9.]+$/.test(address ?? '');
  return sorted({
    hosts: ['cart.shop'],
    addresses: first !== undefined && isIp(first) ? [first] : [],
    location: 'MESH_EXTERNAL',
    resolution: endpoints.every(({ address }) => isIp(address)) ? 'STATIC' : 'DNS',
    ports: [...numbers].map(portOf),
    endpoints,
  });
}

/** Ports and endpoints in one order, equal endpoints once, and without localities: these are intended deviations. */
function sorted(spec: Partial<Written> & Omit<Written, 'addresses'>): Written {
  const inOrder = (list: readonly object[]): readonly object[] =>
    [...new Set(list.map((item) => canonicalJson(item as Json)))]
      .toSorted(compareText)
      .map((text) => JSON.parse(text) as object);
  const { hosts, addresses = [], location, resolution, ports, endpoints } = spec;
  return { hosts, addresses, location, resolution, ports: inOrder(ports), endpoints: inOrder(endpoints) };
}

function withPreset(): DecisionWorld {
  const world = new DecisionWorld();
  const routes = [{ ...given.route(), preset: 'istio-cloud-map' as const }];
  const brake = { objectsShare: 1, endpointsShare: 1, windowMs: 1 };
  world.input = { ...world.input, cluster: given.cluster({ routes, brake }) };
  return world;
}

function specAfter(world: DecisionWorld, instances: readonly Instance[], revision = 1): ServiceEntrySpec | undefined {
  const state: ServiceState = given.serviceState(CART, { reading: given.reading(instances, { revision }) });
  world.run(given.snapshot(US, [state]));
  return world.entry()?.spec.raw as ServiceEntrySpec | undefined;
}

const written = (world: DecisionWorld, drawn: readonly Drawn[], revision = 1): Written | undefined => {
  const spec = specAfter(world, drawn.map(instanceOf), revision);
  if (spec === undefined) return undefined;
  return sorted({ ...spec, endpoints: spec.endpoints.map(({ address, ports }) => ({ address, ports })) });
};

describe('preset istio-cloud-map', () => {
  it('writes the name of istio-cloud-map', () => {
    const world = withPreset();
    specAfter(world, [given.instance('10.0.0.1')]);
    expect([...world.namespace.keys()]).toEqual(['cloudmap-cart.shop']);
  });

  it('writes what istio-cloud-map writes, for any instances at IPv4 addresses and CNAMEs on at most one other port', () => {
    const address = fc.oneof(
      fc.integer({ min: 1, max: 30 }).map((n) => ({ ip: `10.0.0.${n}` })),
      fc.constantFrom('a.example.com', 'b.example.com').map((name) => ({ name })),
      fc.constant({ ip: '10.0.0.40', name: 'ignored.example.com' }),
      fc.constant({}),
    );
    const port = fc.constantFrom(undefined, '80', '443', '8080');
    const drawn = fc
      .tuple(address, port)
      .map(([at, given_]) => ({ ...at, ...(given_ === undefined ? {} : { port: given_ }) }));
    const usable = fc
      .array(drawn, { minLength: 1, maxLength: 8 })
      .filter((list) => list.some((one) => 'ip' in one || 'name' in one));
    fc.assert(
      fc.property(usable, (list) => {
        expect(written(withPreset(), list)).toEqual(original(list));
      }),
      { numRuns: 300 },
    );
  });

  it('follows from IPs to names and back, as istio-cloud-map does', () => {
    const world = withPreset();
    const [ip, name] = [{ ip: '10.0.0.1' }, { name: 'a.example.com' }];
    for (const [index, list] of [[ip], [ip, name], [ip]].entries()) {
      expect(written(world, list, index + 1)).toEqual(original(list));
    }
  });
});

describe('preset istio-cloud-map: intended deviations', () => {
  it('names each of several other ports by its number, because two ports named tcp are refused', () => {
    const spec = specAfter(withPreset(), [
      given.instance('10.0.0.1', { port: 8080 }),
      given.instance('10.0.0.2', { port: 9090 }),
    ]);
    expect(spec?.ports.map(({ number, name }) => [number, name])).toEqual([
      [8080, 'tcp-8080'],
      [9090, 'tcp-9090'],
    ]);
    expect(spec?.endpoints.map(({ ports }) => ports)).toEqual([{ 'tcp-8080': 8080 }, { 'tcp-9090': 9090 }]);
  });

  it('renames the ports of endpoints that are kept without a reading too', () => {
    const world = withPreset();
    const eu = given.serviceRecord('cart.shop', { region: 'eu-west-1', id: 'srv-eu' });
    const EU = given.source({ name: 'eu', region: 'eu-west-1' });
    const stateOf = (service: typeof CART, instances: readonly Instance[], revision = 1): ServiceState =>
      given.serviceState(service, { reading: given.reading(instances, { revision }) });
    const there = given.instance('10.2.0.1', { port: 8080 });
    world.run(given.snapshot(US, []), given.snapshot(EU, [stateOf(eu, [there])]));
    world.restart();
    const here = given.instance('10.0.0.1', { port: 9090 });
    world.run(given.snapshot(US, [stateOf(CART, [here])]), given.snapshot(EU, [given.serviceState(eu)]));
    expect(world.entry()?.spec.raw).toMatchObject({
      endpoints: [
        { address: '10.2.0.1', ports: { 'tcp-8080': 8080 } },
        { address: '10.0.0.1', ports: { 'tcp-9090': 9090 } },
      ],
    });
  });

  it('makes no entry for a service without instances, and keeps an emptied one STATIC', () => {
    const world = withPreset();
    expect(world.run(given.snapshot(US, [given.serviceState(CART)]))).toEqual([]);
    specAfter(world, [given.instance('10.0.0.1')]);
    const empty = given.serviceState(CART, { emptiness: given.provenEmptiness(world.nowMs, 2) });
    world.run(given.snapshot(US, [empty]));
    expect(world.entry()?.spec.raw).toMatchObject({ resolution: 'STATIC', endpoints: [] });
    expect(world.entry()?.spec.raw).not.toHaveProperty('addresses');
  });

  it.each([
    ['IPv6 addresses', ATTRIBUTES.ipv6, '2001:db8::1', 'STATIC'],
    ['aliases', ATTRIBUTES.alias, 'x.elb.amazonaws.com', 'DNS'],
  ])('serves %s, and takes none for the virtual IP', (_, attribute, value, resolution) => {
    const spec = specAfter(withPreset(), [
      { id: 'i', health: 'HEALTHY', attributes: new Map<string, string>([[attribute, value]]) },
    ]);
    expect(spec).toMatchObject({ resolution, endpoints: [{ address: value }] });
    expect(spec).not.toHaveProperty('addresses');
  });

  it('writes localities on STATIC entries', () => {
    const spec = specAfter(withPreset(), [given.instance('10.0.0.1', { zone: 'us-east-1a' })]);
    expect(spec?.endpoints[0]?.locality).toBe('us-east-1/us-east-1a');
  });

  it('leaves an instance out whose port is no port, instead of guessing 80 and 443', () => {
    const spec = specAfter(withPreset(), [given.instance('10.0.0.1'), given.instance('10.0.0.2', { port: 'x' })]);
    expect(spec?.endpoints.map(({ address }) => address)).toEqual(['10.0.0.1']);
  });

  it('keeps the virtual IP while that endpoint stays, because a change of it is a full push', () => {
    const world = withPreset();
    specAfter(world, [given.instance('10.0.0.5')]);
    expect(specAfter(world, [given.instance('10.0.0.1'), given.instance('10.0.0.5')], 2)?.addresses).toEqual([
      '10.0.0.5',
    ]);
    expect(specAfter(world, [given.instance('10.0.0.1')], 3)?.addresses).toEqual(['10.0.0.1']);
  });
});
