import type { Instance, ServiceEntrySpec } from '@isthmus/model';
import { ATTRIBUTES } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld, EU, US } from '@isthmus/testing';
import fc from 'fast-check';

const CART = given.serviceRecord('cart.shop');
const CART_EU = given.serviceRecord('cart.shop', { region: 'eu-west-1', id: 'srv-eu' });
const named = (name: string, zone: string): Instance => ({
  id: `i-${name}`,
  health: 'HEALTHY',
  attributes: new Map([
    [ATTRIBUTES.cname as string, name],
    [ATTRIBUTES.zone as string, zone],
  ]),
});

function runWith(
  world: DecisionWorld,
  us: readonly Instance[],
  eu: readonly Instance[] = [],
  revision = 1,
): ServiceEntrySpec | undefined {
  const state = (service: typeof CART, instances: readonly Instance[]): Parameters<typeof given.snapshot>[1] =>
    instances.length === 0 ? [] : [given.serviceState(service, { reading: given.reading(instances, { revision }) })];
  world.run(given.snapshot(US, state(CART, us)), given.snapshot(EU, state(CART_EU, eu)));
  return world.entry()?.spec.raw as ServiceEntrySpec | undefined;
}

describe('resolution', () => {
  it('is STATIC with localities when every address is an IP', () => {
    const spec = runWith(new DecisionWorld(), [given.instance('10.0.0.1', { zone: 'us-east-1a' })]);
    expect(spec).toMatchObject({ resolution: 'STATIC', endpoints: [{ locality: 'us-east-1/us-east-1a' }] });
  });

  it('is DNS without localities when one address is a name', () => {
    const spec = runWith(new DecisionWorld(), [given.instance('10.0.0.1'), named('db.example.com', 'us-east-1a')]);
    expect(spec?.resolution).toBe('DNS');
    expect(spec?.endpoints.every(({ locality }) => locality === undefined)).toBe(true);
  });

  it('leaves a new name out of an entry that lives as STATIC', () => {
    const world = new DecisionWorld();
    runWith(world, [given.instance('10.0.0.1')]);
    const spec = runWith(world, [given.instance('10.0.0.1'), named('db.example.com', 'us-east-1a')], [], 2);
    expect(spec?.endpoints.map(({ address }) => address)).toEqual(['10.0.0.1']);
  });

  it('never puts a locality on any endpoint of a DNS entry, whatever joins it', () => {
    const zone = fc.constantFrom('us-east-1a', 'eu-west-1b', '');
    const any = fc.oneof(
      fc.tuple(fc.integer({ min: 1, max: 9 }), zone).map(([n, at]) => given.instance(`10.0.0.${n}`, { zone: at })),
      fc.tuple(fc.constantFrom('a.example.com', 'b.example.com'), zone).map(([name, at]) => named(name, at)),
    );
    const draw = fc.uniqueArray(any, { selector: ({ id }) => id, minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(fc.tuple(draw, draw), { minLength: 1, maxLength: 4 }), (steps) => {
        const world = new DecisionWorld();
        steps.forEach(([us, eu], i) => {
          const spec = runWith(world, us, eu, i + 1);
          const localities = spec?.endpoints.filter(({ locality }) => locality !== undefined) ?? [];
          expect(spec?.resolution === 'DNS' ? localities : []).toEqual([]);
        });
      }),
    );
  });
});

describe('endpoints', () => {
  it('carry the name of every service port', () => {
    const spec = runWith(new DecisionWorld(), [
      given.instance('10.0.0.1', { port: 40_001 }),
      given.instance('10.0.0.2', { port: 40_002 }),
    ]);
    expect(spec?.ports).toEqual([{ number: 80, name: 'http', protocol: 'HTTP' }]);
    expect(spec?.endpoints.map(({ ports }) => ports)).toEqual([{ http: 40_001 }, { http: 40_002 }]);
  });

  it('stand once when two regions register one address, and stay until both have dropped it', () => {
    const world = new DecisionWorld();
    const more = [1, 2, 3, 4].map((n) => given.instance(`10.7.0.${n}`));
    const shared = given.instance('10.0.0.1');
    expect(runWith(world, [shared, ...more], [shared])?.endpoints).toHaveLength(5);
    const after = runWith(world, more, [shared], 2);
    expect(after?.endpoints.map(({ address }) => address)).toContain('10.0.0.1');
  });
});
