import type { SourceSettings } from '@isthmus/model';
import { foreignEntry, source } from '@isthmus/testing';
import { ACCOUNT, FaultWorld, US } from './fault-world.js';

const SECOND = source({ name: 'second', region: 'eu-west-1', account: '444455556666' });

describe('fault 10: two services want one host', () => {
  const worldOf = (sources: readonly SourceSettings[]): FaultWorld => new FaultWorld({ sources });
  let world = worldOf([US, SECOND]);
  /** A service of the same name in another account that claims to be older than the incumbent. */
  const addOlder = (): void => {
    const instances = { b: { attributes: { AWS_INSTANCE_IPV4: '10.2.0.1' } } };
    const namespaces = { shop: { services: { cart: { createDate: 1_500_000_000, instances } } } };
    world.cloudMap.seed({ accounts: { '444455556666': { [SECOND.region]: { namespaces } } } });
  };
  /** Another private namespace `shop` with a service `cart`: AWS takes the same name in another VPC. */
  const addNamespace = (vpc: string, ipv4: string): void => {
    const call = (operation: string, input: Readonly<Record<string, unknown>>): unknown =>
      world.cloudMap.execute({ account: ACCOUNT, region: US.region, operation, input });
    const known = new Set(world.cloudMap.report().namespaces.map(({ id }) => id));
    call('CreatePrivateDnsNamespace', { Name: 'shop', Vpc: vpc });
    const NamespaceId = world.cloudMap.report().namespaces.find(({ id }) => !known.has(id))?.id;
    const DnsConfig = { DnsRecords: [{ Type: 'A', TTL: 60 }] };
    const { Service } = call('CreateService', { Name: 'cart', NamespaceId, DnsConfig }) as { Service: { Id: string } };
    const Attributes = { AWS_INSTANCE_IPV4: ipv4 };
    call('RegisterInstance', { ServiceId: Service.Id, InstanceId: `i-${vpc}`, Attributes });
  };
  afterEach(() => world.stop());

  it.each([
    ['in the order of the configuration', [US, SECOND]],
    ['in the other order', [SECOND, US]],
  ])('leaves the host with the incumbent of another account, through restarts, %s', async (_, sources) => {
    world = worldOf(sources);
    world.seed(US.region, { cart: { a: '10.1.0.1' } });
    world.start();
    await world.passMinutes(2);
    addOlder();
    await world.passMinutes(3);
    expect(world.addresses('cart.shop')).toEqual(['10.1.0.1']);
    const before = world.writes().length;
    await world.restart();
    await world.passMinutes(3);
    expect(world.addresses('cart.shop')).toEqual(['10.1.0.1']);
    expect(world.writes()).toHaveLength(before);
    expect(world.explained('cart.shop')).toContain('"host-conflict"');
  });

  it('leaves it there while the incumbent’s source is dark after a restart', async () => {
    world = worldOf([US, SECOND]);
    world.seed(US.region, { cart: { a: '10.1.0.1' } });
    world.start();
    await world.passMinutes(2);
    addOlder();
    world.cloudMap.faults.set({ kind: 'outage', region: US.region, mode: 'refuse' });
    await world.restart();
    await world.passMinutes(10);
    expect(world.sourceStatus('second')).toMatchObject({ state: 'fresh', instances: 1 });
    expect(world.addresses('cart.shop')).toEqual(['10.1.0.1']);
  });

  it('decides between two namespaces of one name by age, the same after a restart', async () => {
    world = worldOf([US]);
    addNamespace('vpc-old', '10.1.0.1');
    await world.clock.advance(60_000);
    addNamespace('vpc-new', '10.1.0.2');
    world.start();
    await world.passMinutes(3);
    await world.restart();
    await world.passMinutes(3);
    expect(world.addresses('cart.shop')).toEqual(['10.1.0.1']);
  });
});

describe('fault 13: somebody else has the object or the host', () => {
  let world = new FaultWorld({ sources: [US] });
  beforeEach(() => {
    world = new FaultWorld({ sources: [US] });
  });
  afterEach(() => world.stop());

  it.each([
    ['an object of the same name', foreignEntry('cloudmap-cart.shop', 'cart.internal'), 'foreign-owner'],
    [
      'an object of Argo CD',
      foreignEntry('cloudmap-cart.shop', 'cart.shop', { labels: { 'app.kubernetes.io/managed-by': 'argocd' } }),
      'foreign-owner',
    ],
    ['an entry with the same host', foreignEntry('by-hand', 'cart.shop'), 'host-taken'],
  ])('never writes to %s, says so, and takes the host when it is gone', async (_, foreign, code) => {
    world.seed(US.region, { cart: { a: '10.1.0.1' }, pay: { p: '10.1.1.1' } });
    world.client().put(foreign);
    const before = world.client().entry(foreign.name);
    world.start();
    await world.passMinutes(10);
    expect(world.client().entry(foreign.name)).toBe(before);
    expect(world.client().writes.filter(({ name }) => name === 'cloudmap-cart.shop')).toEqual([]);
    expect(world.addresses('pay.shop')).toEqual(['10.1.1.1']);
    expect(world.held()).toEqual([code]);
    expect(world.explained('cart.shop')).toContain(`"${code}"`);
    world.client().remove(foreign.name);
    await world.passMinutes(3);
    expect(world.addresses('cart.shop')).toEqual(['10.1.0.1']);
  });
});
