import { CloudMapModel } from './cloud-map-model.js';
import { CloudMapProblems } from './problems.js';
import type { CloudMapProblem } from './problems.js';
import { seededRandom } from './seeded-random.js';

const ACCOUNT = '111122223333';
const REGION = 'us-east-1';

function newModel(): CloudMapModel {
  return new CloudMapModel({ nowMs: () => 0, random: seededRandom(1) });
}

function inRegion(namespaces: unknown, region = REGION): unknown {
  return { accounts: { [ACCOUNT]: { [region]: { namespaces } } } };
}

function problemsOf(seed: unknown): readonly CloudMapProblem[] {
  try {
    newModel().seed(seed);
  } catch (error) {
    if (error instanceof CloudMapProblems) return error.problems;
    throw error;
  }
  return [];
}

const SHOP = `accounts.${ACCOUNT}.${REGION}.namespaces.shop`;

describe('seed', () => {
  it('fills the model with namespaces, services and instances', () => {
    const model = newModel();
    const attributes = { AWS_INSTANCE_IPV4: '10.0.0.1', AWS_INSTANCE_PORT: 8080 };
    const cart = {
      id: 'srv-0123456789abcdef',
      health: 'custom',
      instances: { a: { attributes, health: 'UNHEALTHY' } },
    };
    model.seed(inRegion({ shop: { id: 'ns-0123456789abcdef', services: { cart } } }));
    expect(model.report().namespaces).toMatchObject([
      {
        account: ACCOUNT,
        region: REGION,
        id: 'ns-0123456789abcdef',
        name: 'shop',
        services: [
          {
            id: 'srv-0123456789abcdef',
            name: 'cart',
            instances: [
              {
                id: 'a',
                health: 'UNHEALTHY',
                attributes: { AWS_INSTANCE_IPV4: '10.0.0.1', AWS_INSTANCE_PORT: '8080' },
              },
            ],
          },
        ],
      },
    ]);
  });

  it('gives the same ids in every run', () => {
    const seed = inRegion({ shop: { generate: { services: 2, instances: 2, shape: 'ecs' } } });
    const reports = [newModel(), newModel()].map((model) => {
      model.seed(seed);
      return model.report();
    });
    expect(reports[0]).toEqual(reports[1]);
  });

  it('dates what it creates when it is told to', () => {
    const model = newModel();
    const generate = { services: 1, createDate: 1_500_000_000 };
    model.seed(inRegion({ shop: { services: { cart: { createDate: 1_600_000_000 } }, generate } }));
    const body = model.execute({ account: ACCOUNT, region: REGION, operation: 'ListServices', input: {} });
    expect(body).toMatchObject({ Services: [{ CreateDate: 1_600_000_000 }, { CreateDate: 1_500_000_000 }] });
  });

  it('leaves room in a namespace that it fills up to the quota', () => {
    const model = newModel();
    model.seed(inRegion({ shop: { services: { cart: {} }, generate: { services: 2, instances: 1000 } } }));
    const place = { account: ACCOUNT, region: REGION, namespace: 'shop', service: 'cart', id: 'one-more' };
    expect(() => model.putInstance(place, {})).not.toThrow();
  });

  it('generates 300 services of 20 instances in one line, each with an address of its own, beyond the quota', () => {
    const model = newModel();
    model.seed(
      inRegion({ shop: { generate: { services: 300, instances: 20, shape: 'ecs', firstAddress: '10.1.0.0' } } }),
    );
    const services = model.report().namespaces[0]?.services ?? [];
    const instances = services.flatMap((service) => service.instances);
    expect(services.map(({ name }) => name).slice(0, 2)).toEqual(['service-001', 'service-002']);
    expect(new Set(instances.map(({ attributes }) => attributes['AWS_INSTANCE_IPV4'])).size).toBe(6000);
    expect(instances[257]?.attributes).toMatchObject({
      AVAILABILITY_ZONE: 'us-east-1c',
      AWS_INSTANCE_IPV4: '10.1.1.1',
      ECS_SERVICE_NAME: 'service-013',
      REGION,
    });
    const place = { account: ACCOUNT, region: REGION, namespace: 'shop', service: 'service-001', id: 'one-more' };
    model.putInstance(place, {});
    expect(model.report().namespaces[0]?.services[0]?.instances).toHaveLength(21);
  });

  it('generates other addresses in another region', () => {
    const addresses = ['us-east-1', 'eu-west-1'].map((region) => {
      const model = newModel();
      model.seed(inRegion({ shop: { generate: { services: 1 } } }, region));
      return model.report().namespaces[0]?.services[0]?.instances[0]?.attributes['AWS_INSTANCE_IPV4'];
    });
    expect(addresses[0]).not.toBe(addresses[1]);
  });

  it('merges into what is there: adds, replaces what differs, takes nothing away', () => {
    const model = newModel();
    const cart = { instances: { a: {}, b: { attributes: { stage: 'beta' } } } };
    model.seed(inRegion({ shop: { services: { cart } } }));
    const again = { instances: { a: {}, b: { attributes: { stage: 'prod' } }, c: {} } };
    model.seed(inRegion({ shop: { services: { cart: again, mail: {} } } }));
    const [service, other] = model.report().namespaces[0]?.services ?? [];
    expect(service?.instances.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(service?.revision).toBe(4);
    expect(other?.name).toBe('mail');
  });

  it.each<[string, unknown, string]>([
    ['a seed that is a list', [], ''],
    ['an unknown member', { account: {} }, 'account'],
    ['an account that lost its leading zero', { accounts: { 12345678901: {} } }, 'accounts.12345678901'],
    ['a region that is none', { accounts: { [ACCOUNT]: { europe: {} } } }, `accounts.${ACCOUNT}.europe`],
    ['a namespace type', inRegion({ shop: { type: 'DNS' } }), `${SHOP}.type`],
    ['a namespace name', inRegion({ 'my shop': {} }), `accounts.${ACCOUNT}.${REGION}.namespaces.my shop`],
    ['a service id', inRegion({ shop: { services: { cart: { id: 'x' } } } }), `${SHOP}.services.cart.id`],
    ['a health check', inRegion({ shop: { services: { cart: { health: 'tcp' } } } }), `${SHOP}.services.cart.health`],
    [
      'a record type',
      inRegion({ shop: { services: { cart: { records: ['MX'] } } } }),
      `${SHOP}.services.cart.records.0`,
    ],
    ['a service name', inRegion({ shop: { services: { 'a b': {} } } }), `${SHOP}.services.a b`],
    [
      'an attribute value',
      inRegion({ shop: { services: { cart: { instances: { a: { attributes: { up: true } } } } } } }),
      `${SHOP}.services.cart.instances.a.attributes.up`,
    ],
    [
      'an address that AWS would refuse',
      inRegion({ shop: { services: { cart: { instances: { a: { attributes: { AWS_INSTANCE_IPV4: 'x' } } } } } } }),
      `${SHOP}.services.cart.instances.a`,
    ],
    ['a number of services', inRegion({ shop: { generate: { services: -1 } } }), `${SHOP}.generate.services`],
    [
      'a first address',
      inRegion({ shop: { generate: { services: 1, firstAddress: '10.0.0.256' } } }),
      `${SHOP}.generate.firstAddress`,
    ],
    [
      'health without a check',
      inRegion({ shop: { services: { cart: { instances: { a: { health: 'HEALTHY' } } } } } }),
      `${SHOP}.services.cart.instances.a`,
    ],
    [
      'an id that is taken',
      inRegion({ shop: { services: { a: { id: 'srv-0123456789abcdef' }, b: { id: 'srv-0123456789abcdef' } } } }),
      `${SHOP}.services.b`,
    ],
    ['an account of a key', { accessKeys: { KEY: '12' } }, 'accessKeys.KEY'],
  ])('refuses %s and names the place', (_, seed, place) => {
    expect(problemsOf(seed).map((problem) => problem.place)).toEqual([place]);
  });

  it('names every problem at once, and changes nothing', () => {
    const model = newModel();
    const seed = inRegion({ shop: { type: 'x', services: { cart: { health: 'y' } } }, fine: {} });
    expect(() => model.seed(seed)).toThrow(
      `The seed cannot be used: ${SHOP}.type: must be one of HTTP, DNS_PRIVATE, DNS_PUBLIC; ` +
        `${SHOP}.services.cart.health: must be one of none, custom, route53`,
    );
    expect(model.report().namespaces).toEqual([]);
  });
});
