import type { EntryName, Instance, ServiceEntrySpec } from '@isthmus/model';
import { ATTRIBUTES, OBJECT } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld, EU, US } from '@isthmus/testing';
import fc from 'fast-check';
import { violationsOf } from './violations.js';

const endpoint = fc.record(
  {
    address: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()),
    locality: fc.constantFrom('us-east-1', 'us-east-1/us-east-1a', 'eu-west-1'),
  },
  { requiredKeys: ['address'] },
);

describe('violationsOf, for any endpoints', () => {
  it('lets no entry pass that is DNS and carries a locality anywhere', () => {
    fc.assert(
      fc.property(fc.array(endpoint, { minLength: 1, maxLength: 6 }), (endpoints) => {
        const spec: ServiceEntrySpec = {
          hosts: ['a.b'],
          location: 'MESH_EXTERNAL',
          resolution: 'DNS',
          ports: [],
          endpoints,
        };
        const violations = violationsOf({ name: 'a' as EntryName, labels: {}, annotations: {}, spec }, 'isthmus');
        const wanted = endpoints.flatMap(({ locality }, i) =>
          locality === undefined ? [] : [`spec.endpoints[${i}].locality`],
        );
        expect(violations.map(({ path }) => path).filter((path) => path.endsWith('.locality'))).toEqual(wanted);
      }),
    );
  });
});

describe('what is rendered, for any instances and routes', () => {
  const instance: fc.Arbitrary<Instance> = fc
    .record({
      id: fc.integer({ min: 0, max: 40 }),
      address: fc.constantFrom(
        '10.0.0.1',
        '10.0.0.2',
        '2001:db8::1',
        'a.example.com',
        'b.example.com',
        'a_b.example.com',
      ),
      port: fc.constantFrom('80', '8080', '5432', '40001', '15001', ''),
      zone: fc.constantFrom('us-east-1a', 'eu-west-1b', 'nowhere'),
    })
    .map(({ id, address, port, zone }) => ({
      id: `i-${id}`,
      health: 'HEALTHY' as const,
      attributes: new Map<string, string>([
        [
          address.includes('example') ? ATTRIBUTES.cname : address.includes(':') ? ATTRIBUTES.ipv6 : ATTRIBUTES.ipv4,
          address,
        ],
        ...(port === '' ? [] : ([[ATTRIBUTES.port, port]] as const)),
        [ATTRIBUTES.zone, zone],
      ]),
    }));
  const instances = fc.uniqueArray(instance, { selector: ({ id }) => id, maxLength: 6 });
  const step = fc.record({
    us: instances,
    eu: instances,
    resolution: fc.constantFrom('auto', 'static', 'dns'),
    preset: fc.constantFrom(undefined, 'istio-cloud-map'),
  });

  it('never waits because it would be refused', () => {
    const cart = {
      us: given.serviceRecord('cart.shop'),
      eu: given.serviceRecord('cart.shop', { region: 'eu-west-1', id: 'e' }),
    };
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 4 }), (steps) => {
        const world = new DecisionWorld();
        steps.forEach(({ us, eu, resolution, preset }, index) => {
          const routes = [{ ...given.route({}, { resolution }), preset }];
          world.input = { ...world.input, cluster: given.cluster({ routes }) };
          const stateOf = (service: typeof cart.us, list: readonly Instance[]): Parameters<typeof given.snapshot>[1] =>
            list.length === 0
              ? []
              : [given.serviceState(service, { reading: given.reading(list, { revision: index + 1 }) })];
          const snapshots = [given.snapshot(US, stateOf(cart.us, us)), given.snapshot(EU, stateOf(cart.eu, eu))];
          const { holds } = world.decide(...snapshots).plan;
          expect(holds.filter(({ reason }) => reason === 'invalid-entry')).toEqual([]);
          world.run(...snapshots);
          for (const live of world.namespace.values()) {
            expect(live.annotations[OBJECT.contentHash]).toBeDefined();
            const { resolution: written, endpoints } = live.spec.raw as ServiceEntrySpec;
            expect(written === 'DNS' && endpoints.some(({ locality }) => locality !== undefined)).toBe(false);
          }
        });
      }),
      { numRuns: 100 },
    );
  });
});
