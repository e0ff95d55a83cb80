import type { Instance } from '@isthmus/model';
import { cluster, FakeCloudMap, instance, route } from '@isthmus/testing';
import { FaultWorld, US } from './fault-world.js';

const LONG = `${'l'.repeat(63)}.${'m'.repeat(63)}.${'n'.repeat(63)}.${'o'.repeat(62)}`;

/** A world whose Cloud Map takes every name. */
function worldOf(
  services: Readonly<Record<string, readonly Instance[]>>,
  settings: Parameters<typeof cluster>[0] = {},
): FaultWorld {
  return new FaultWorld({
    sources: [US],
    clusters: [cluster({ name: 'all', ...settings })],
    createSource: (clock) => {
      const cloudMap = new FakeCloudMap({ clock });
      for (const [name, instances] of Object.entries(services)) cloudMap.register(name, instances);
      return cloudMap;
    },
  });
}

async function run<T>(world: FaultWorld, look: () => T): Promise<T> {
  world.start();
  await world.passMinutes(1);
  const seen = look();
  await world.stop();
  return seen;
}

const good = [instance('10.1.0.1')];

describe('fault 9: hosts that nobody may have', () => {
  it.each([
    ['kubernetes.default.svc.cluster.local', 'host-denied'],
    ['sts.amazonaws.com', 'host-denied'],
    ['*.prod', 'host-illegal'],
    ['localhost.', 'host-illegal'],
    ['10.0.0.1', 'host-illegal'],
    ['a..b', 'host-illegal'],
    ['_x.ns', 'host-illegal'],
    [LONG, 'host-illegal'],
  ])('refuses %s, says so, and serves its sibling', async (name, code) => {
    const world = worldOf({ [name]: good, 'cart.shop': good });
    const seen = await run(world, () => ({
      entries: world.clusterStatus()?.liveObjects,
      explained: world.explained(name),
    }));
    expect(world.addresses('cart.shop')).toEqual(['10.1.0.1']);
    expect(seen.entries).toBe(1);
    expect(seen.explained).toContain(`"${code}"`);
  });

  it('counts what it refuses, by code', async () => {
    const world = worldOf({ '_x.ns': good, 'sts.amazonaws.com': good, 'cart.shop': good });
    await run(world, () => undefined);
    expect([world.rejected('host-illegal'), world.rejected('host-denied')]).toEqual([1, 1]);
  });

  it('refuses a template that leaves a star alone', async () => {
    const world = worldOf({ '*.shop': good }, { routes: [route({}, { host: '{service}' })] });
    expect(await run(world, () => world.clusterStatus()?.liveObjects)).toBe(0);
  });

  it('serves a name in upper case under its lower-case host', async () => {
    const world = worldOf({ 'API.Prod.Internal': good });
    await run(world, () => undefined);
    expect(world.addresses('api.prod.internal')).toEqual(['10.1.0.1']);
  });
});

describe('fault 11: addresses that nobody may have', () => {
  const at = (attributes: Readonly<Record<string, string>>): Instance => ({
    id: 'hostile',
    health: 'HEALTHY',
    attributes: new Map(Object.entries(attributes)),
  });
  const v4 = (text: string): Instance => at({ AWS_INSTANCE_IPV4: text });
  const v6 = (text: string): Instance => at({ AWS_INSTANCE_IPV6: text });
  const table: readonly (readonly [string, Instance, string])[] = [
    ['127.0.0.1', v4('127.0.0.1'), 'address-denied'],
    ['0.0.0.0', v4('0.0.0.0'), 'address-denied'],
    ['169.254.169.254', v4('169.254.169.254'), 'address-denied'],
    ['::1', v6('::1'), 'address-denied'],
    ['fe80::1', v6('fe80::1'), 'address-denied'],
    ['::ffff:169.254.169.254', v6('::ffff:169.254.169.254'), 'address-denied'],
    ['fd00:ec2::254', v6('fd00:ec2::254'), 'address-denied'],
    ['2130706433', v4('2130706433'), 'address-illegal'],
    ['010.0.0.1', v4('010.0.0.1'), 'address-illegal'],
    ['224.0.0.1', v4('224.0.0.1'), 'address-denied'],
    ['unix:///x', v4('unix:///x'), 'address-illegal'],
    [' 10.0.0.1', v4(' 10.0.0.1'), 'address-illegal'],
    ['169.254.169.254 as a name', at({ AWS_INSTANCE_CNAME: '169.254.169.254' }), 'address-denied'],
    ['localhost as a name', at({ AWS_INSTANCE_CNAME: 'localhost' }), 'address-illegal'],
  ];

  it.each(table)('drops %s, says so, and keeps its sibling', async (_, hostile, code) => {
    const world = worldOf({ 'cart.shop': [hostile, ...good] });
    const explained = await run(world, () => world.explained('cart.shop'));
    expect(world.addresses('cart.shop')).toEqual(['10.1.0.1']);
    expect(explained).toContain(`"${code}"`);
  });

  it('counts what it drops, by code', async () => {
    const world = worldOf({ 'cart.shop': [v4('127.0.0.1'), ...good] });
    await run(world, () => undefined);
    expect(world.rejected('address-denied')).toBeGreaterThan(0);
  });

  it('drops an address of the cluster’s own services by deniedCidrs', async () => {
    const world = worldOf({ 'cart.shop': [v4('10.96.0.10'), ...good] }, { deniedCidrs: ['10.96.0.0/12'] });
    await run(world, () => undefined);
    expect(world.addresses('cart.shop')).toEqual(['10.1.0.1']);
  });

  it('keeps the last good endpoints when every address of a service becomes one of them', async () => {
    const world = new FaultWorld({ sources: [US] });
    world.seed(US.region, { cart: { a: '10.1.0.1' }, pay: { p: '10.1.1.1' } });
    world.start();
    await world.passMinutes(1);
    world.register(US.region, 'cart', 'a', '127.0.0.1');
    await world.passMinutes(30);
    expect(world.addresses('cart.shop')).toEqual(['10.1.0.1']);
    expect(world.explained('cart.shop')).toContain('"all-rejected"');
    await world.stop();
  });
});

describe('fault 12: ports and attributes that nobody may have', () => {
  const withPort = (port: string): Instance => instance('10.1.0.9', { id: 'hostile', port });

  it.each([
    ['0', 'port-illegal'],
    ['65536', 'port-illegal'],
    ['-1', 'port-illegal'],
    ['80abc', 'port-illegal'],
    ['1e3', 'port-illegal'],
    [' 80', 'port-illegal'],
    ['', 'port-illegal'],
    ['15000', 'port-denied'],
    ['15090', 'port-denied'],
    ['10250', 'port-denied'],
  ])('drops an instance on port “%s”, says so, and keeps its sibling', async (port, code) => {
    const world = worldOf({ 'cart.shop': [withPort(port), instance('10.1.0.1', { port: 8080 })] });
    const explained = await run(world, () => world.explained('cart.shop'));
    expect(world.addresses('cart.shop')).toEqual(['10.1.0.1']);
    expect(explained).toContain(`"${code}"`);
  });

  it('counts what it drops, by code', async () => {
    const world = worldOf({ 'cart.shop': [withPort('80abc'), ...good] });
    await run(world, () => undefined);
    expect(world.rejected('port-illegal')).toBeGreaterThan(0);
  });

  it('gives an instance without a port the ports of its route', async () => {
    const world = worldOf({ 'cart.shop': good });
    await run(world, () => undefined);
    expect(world.entry('cart.shop')?.spec.raw).toMatchObject({
      ports: [{ number: 80 }, { number: 443 }],
      endpoints: [{ ports: { http: 80, https: 443 } }],
    });
  });

  it('copies no attribute that no route names, changes no prototype and breaks no log line', async () => {
    const attributes = new Map([
      ['AWS_INSTANCE_IPV4', '10.1.0.1'],
      ['__proto__', '{"polluted":true}'],
      ['constructor', 'polluted'],
      ['security.istio.io/tlsMode', 'istio'],
      ['version', `1.0\n{"level":"error","message":"forged"}`],
      ['huge', 'x'.repeat(5_000)],
    ]);
    const labels = new Map([
      ['version', 'version'],
      ['constructor', 'constructor'],
      ['proto', '__proto__'],
      ['huge', 'huge'],
    ]);
    const world = worldOf(
      { 'cart.shop': [{ id: `i-1\nforged`, health: 'HEALTHY', attributes }] },
      { routes: [route({}, { endpointLabels: labels })] },
    );
    const explained = await run(world, () => world.explained('cart.shop'));
    expect(explained).toContain('"label-illegal"');
    expect(world.entry('cart.shop')?.spec.raw).toMatchObject({
      endpoints: [{ address: '10.1.0.1', labels: { constructor: 'polluted' } }],
    });
    expect(JSON.stringify(world.entry('cart.shop'))).not.toMatch(/tlsMode|forged|xxxxx/);
    expect(({} as { readonly polluted?: unknown }).polluted).toBeUndefined();
    expect(world.logger.lines.filter(({ message }) => message.includes('\n'))).toEqual([]);
  });
});
