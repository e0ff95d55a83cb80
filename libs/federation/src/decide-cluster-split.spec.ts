import type { EntryName, Instance, ServiceEntrySpec, ServiceState, Snapshot } from '@isthmus/model';
import { ATTRIBUTES, OBJECT } from '@isthmus/model';
import { manifestOf } from '@isthmus/federation';
import * as given from '@isthmus/testing';
import { DecisionWorld, EU, US, afterChange } from '@isthmus/testing';
import fc from 'fast-check';

/** How many times the usual number of runs: `PROPERTY_RUNS=20 npm test -- decide-cluster` searches longer. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 1);

const CART = given.serviceRecord('cart.shop');
const CART_EU = given.serviceRecord('cart.shop', { region: 'eu-west-1', id: 'srv-eu' });
const PART_0 = 'cloudmap-cart.shop';

const at = (net: number, n: number): Instance =>
  given.instance(`10.${net}.${n >> 8}.${n & 255}`, { zone: 'us-east-1a' });
const named = (name: string): Instance => ({
  id: `i-${name}`,
  health: 'HEALTHY',
  attributes: new Map<string, string>([[ATTRIBUTES.cname, name]]),
});
const some = (count: number, net = 0): readonly Instance[] => Array.from({ length: count }, (_, n) => at(net, n));
const cart = (instances: readonly Instance[], revision = 1): ServiceState =>
  given.serviceState(CART, { reading: given.reading(instances, { revision }) });
const us = (...states: readonly ServiceState[]): Snapshot => given.snapshot(US, states);
const eu = (instances: readonly Instance[], revision = 1): Snapshot =>
  given.snapshot(EU, [given.serviceState(CART_EU, { reading: given.reading(instances, { revision }) })]);

const partsOf = (world: DecisionWorld): readonly string[] => [...world.namespace.keys()].toSorted();
const specOf = (world: DecisionWorld, name: string): ServiceEntrySpec =>
  world.entry(name)?.spec.raw as ServiceEntrySpec;
const allAddresses = (world: DecisionWorld): readonly string[] =>
  partsOf(world).flatMap((name) => world.addresses(name));
const distinct = (world: DecisionWorld): readonly string[] => [...new Set(allAddresses(world))].toSorted();

/** Runs until a plan is empty; says how many runs wrote something. */
function settle(world: DecisionWorld, ...snapshots: readonly Snapshot[]): number {
  for (let runs = 0; runs < 9; runs++) if (world.run(...snapshots).length === 0) return runs;
  throw new Error('it does not settle');
}

/** Decides once and applies what is not told to fail, one change after the other. */
function applyEach(
  world: DecisionWorld,
  snapshots: readonly Snapshot[],
  each: { readonly fails?: (position: number) => boolean; readonly check: () => void },
): void {
  const decision = world.decide(...snapshots);
  world.memory = decision.memory;
  decision.plan.changes.forEach((change, position) => {
    if (each.fails?.(position) === true) return;
    world.namespace = afterChange(world.namespace, change, (entry) => manifestOf(entry, 1));
    each.check();
  });
}

/** Two localities in a cluster that Istio makes of a DNS entry crash istiod, also when another entry of the host brings them. */
function hasLocalityBesideDns(world: DecisionWorld): boolean {
  const specs = partsOf(world).map((name) => specOf(world, name));
  const isDns = specs.some(({ resolution }) => resolution === 'DNS');
  return isDns && specs.some(({ endpoints }) => endpoints.some(({ locality }) => locality !== undefined));
}

const UNBRAKED = { brake: { objectsShare: 1, endpointsShare: 1, windowMs: 1 } };

describe('decideCluster: a host of more than 250 endpoints', () => {
  it('is created as parts that are equal but for their endpoints, each at most 250', () => {
    const world = new DecisionWorld();
    expect(settle(world, us(cart(some(600))))).toBe(1);
    expect(partsOf(world).slice(0, 3)).toEqual([PART_0, `${PART_0}--p1`, `${PART_0}--p2`]);
    const { endpoints: _, ...shared } = specOf(world, PART_0);
    for (const name of partsOf(world)) {
      const { endpoints, ...rest } = specOf(world, name);
      expect(rest).toEqual(shared);
      expect(endpoints.length).toBeLessThanOrEqual(250);
      expect(world.entry(name)?.labels).toEqual(world.entry(PART_0)?.labels);
    }
    expect(allAddresses(world)).toHaveLength(600);
  });

  it('grows a part before it shrinks another when it becomes too large', () => {
    const world = new DecisionWorld();
    settle(world, us(cart(some(250))));
    world.run(us(cart(some(251), 2)));
    expect(distinct(world)).toHaveLength(251);
    expect(world.addresses(PART_0).length).toBeGreaterThanOrEqual(250);
    settle(world, us(cart(some(251), 2)));
    expect(allAddresses(world)).toHaveLength(251);
    expect(world.addresses(PART_0).length).toBeLessThan(200);
  });

  it('records on each part the components that it holds, so that an unread region keeps its endpoints on all of them', () => {
    const world = new DecisionWorld();
    settle(world, us(cart(some(300))), eu(some(300, 9)));
    world.restart();
    expect(world.run(us(cart(some(300))), given.snapshot(EU, []))).toEqual([]);
    settle(world, us(cart(some(310), 2)), given.snapshot(EU, []));
    expect(distinct(world)).toHaveLength(610);
  });

  it('loses no endpoint when somebody deletes one of its parts and a region is read again', () => {
    const world = new DecisionWorld();
    settle(world, us(cart(some(600))));
    const without = new Map(world.namespace);
    without.delete(`${PART_0}--p1` as EntryName);
    world.namespace = without;
    settle(world, us(cart(some(600))));
    expect(allAddresses(world)).toHaveLength(600);
  });

  it('keeps an emptied part', () => {
    const world = new DecisionWorld();
    world.input = { ...world.input, cluster: given.cluster(UNBRAKED) };
    settle(world, us(cart(some(600))));
    const before = partsOf(world);
    settle(world, us(cart(some(1), 2)));
    expect(partsOf(world)).toEqual(before);
    expect(allAddresses(world)).toEqual(['10.0.0.0']);
  });

  it('goes part by part when its service is proven gone, part 0 last, because it carries the marks', () => {
    const world = new DecisionWorld();
    const rest = Array.from({ length: 9 }, (_, i) => given.serviceRecord(`s${i}.shop`)).map((service) =>
      given.serviceState(service, { reading: given.reading(some(300, 20)) }),
    );
    settle(world, us(cart(some(600)), ...rest));
    const gone = (): Snapshot => us(given.serviceState(CART, { absence: given.provenAbsence(world.nowMs) }), ...rest);
    expect(world.run(gone())).toEqual([`mark ${PART_0}`]);
    expect(world.run(gone())).toEqual([]);
    world.nowMs += 130_000;
    const deletions = world.run(gone());
    expect(deletions.at(0)).toMatch(/^delete .*--p[1-9]$/);
    expect(deletions.at(-1)).toBe(`delete ${PART_0}`);
    expect(partsOf(world).some((name) => name.startsWith(PART_0))).toBe(false);
  });

  it('repairs the one part that somebody edited, and drops nothing before every region is read', () => {
    const world = new DecisionWorld();
    settle(world, us(cart(some(600))), eu([at(9, 1)]));
    const name = `${PART_0}--p1`;
    const live = world.entry(name);
    if (live === undefined) throw new Error('there is no part 1');
    const raw = {
      ...specOf(world, name),
      endpoints: [...specOf(world, name).endpoints, { address: '10.66.6.6', ports: {} }],
    };
    world.put({ ...live, generation: 2, spec: { hosts: live.spec.hosts, raw } });
    world.restart();
    const dark = {
      ...given.snapshot(EU, []),
      catalogue: { ...given.snapshot(EU, []).catalogue, lastCompleteAtMs: undefined },
    };
    settle(world, us(cart(some(600))), dark);
    expect(distinct(world)).toContain('10.66.6.6');
    settle(world, us(cart(some(600))), eu([at(9, 1)]));
    expect(distinct(world)).not.toContain('10.66.6.6');
    expect(allAddresses(world)).toHaveLength(601);
  });

  it('turns to DNS only when part 0 holds everything, and removes its empty parts in two phases', () => {
    const world = new DecisionWorld();
    world.input = { ...world.input, cluster: given.cluster(UNBRAKED) };
    settle(world, us(cart(some(600))));
    const dns = given.cluster({ ...world.input.cluster, routes: [given.route({}, { resolution: 'dns' })] });
    world.input = { ...world.input, cluster: dns };
    for (let runs = 0; runs < 9; runs++) {
      const check = (): void => {
        expect(distinct(world)).toHaveLength(600);
        expect(hasLocalityBesideDns(world)).toBe(false);
      };
      applyEach(world, [us(cart(some(600)))], { check });
    }
    expect(specOf(world, PART_0)).toMatchObject({ resolution: 'DNS' });
    expect(world.addresses(PART_0)).toHaveLength(600);
    expect(partsOf(world).length).toBeGreaterThan(2);
    expect(world.entry(`${PART_0}--p1`)?.annotations[OBJECT.pendingDelete]).toBeDefined();
    world.nowMs += 121_000;
    world.run(us(cart(some(600))));
    expect(partsOf(world)).toEqual([PART_0]);
  });

  it('turns back from DNS before it is split again, also when the write that turns it fails first', () => {
    const world = new DecisionWorld();
    const dns = given.cluster({ ...UNBRAKED, routes: [given.route({}, { resolution: 'dns' })] });
    world.input = { ...world.input, cluster: dns };
    settle(world, us(cart(some(600))));
    expect(partsOf(world)).toEqual([PART_0]);
    world.input = {
      ...world.input,
      cluster: given.cluster({ ...UNBRAKED, routes: [given.route({}, { resolution: 'static' })] }),
    };
    const check = (): void => expect(hasLocalityBesideDns(world)).toBe(false);
    applyEach(world, [us(cart(some(600)))], { fails: (position) => position === 0, check });
    for (let runs = 0; runs < 3; runs++) applyEach(world, [us(cart(some(600)))], { check });
    expect(partsOf(world).length).toBeGreaterThan(2);
    expect(allAddresses(world)).toHaveLength(600);
  });

  it('counts an endpoint that stands on two parts once, so that the brake does not take the move for a loss', () => {
    const world = new DecisionWorld();
    settle(world, us(cart(some(250))));
    world.run(us(cart(some(251), 2)));
    expect(allAddresses(world).length).toBeGreaterThan(300);
    settle(world, us(cart(some(120), 3)));
    expect(world.decide(us(cart(some(120), 3))).plan.heldRemovals).toEqual([]);
    expect(allAddresses(world)).toHaveLength(120);
  });

  it('replaces IPs by names without a moment with neither', () => {
    const world = new DecisionWorld();
    world.input = { ...world.input, cluster: given.cluster(UNBRAKED) };
    settle(world, us(cart(some(600))));
    const names = [named('a.example.com'), named('b.example.com')];
    for (let runs = 0; runs < 6; runs++) {
      world.run(us(cart(names, 2)));
      expect(world.addresses(PART_0).length).toBeGreaterThan(0);
    }
    expect(world.addresses(PART_0)).toEqual(['a.example.com', 'b.example.com']);
  });

  it('holds a DNS host that does not fit one entry, and leaves it as it is', () => {
    const world = new DecisionWorld();
    world.input = { ...world.input, cluster: given.cluster({ routes: [given.route({}, { resolution: 'dns' })] }) };
    const decision = world.decide(us(cart(some(4_097))));
    expect(decision.plan.changes).toEqual([]);
    expect(decision.plan.holds.map(({ reason }) => reason)).toEqual(['too-many-endpoints']);
  });

  it('creates no part while somebody else has the name of its first', () => {
    const world = new DecisionWorld();
    world.put(given.foreignEntry(PART_0, 'other.shop'));
    const decision = world.decide(us(cart(some(600))));
    expect(decision.plan.changes).toEqual([]);
    expect(decision.plan.holds.map(({ reason }) => reason)).toEqual(['foreign-owner']);
  });
});

describe('decideCluster, for any history of a large host and any writes that fail', () => {
  const size = fc.constantFrom(1, 200, 249, 250, 251, 260, 400, 520, 800);
  const step = fc.record({
    size,
    from: fc.integer({ min: 0, max: 300 }),
    hasName: fc.boolean(),
    isDns: fc.boolean(),
    fails: fc.nat(255),
    restarts: fc.boolean(),
  });

  it('leaves no wanted endpoint that was published on no part, and no locality beside DNS', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 5 }), (steps) => {
        const world = new DecisionWorld();
        world.input = { ...world.input, cluster: given.cluster(UNBRAKED) };
        steps.forEach((drawn, index) => {
          const wanted = Array.from({ length: drawn.size }, (_, n) => at(0, n + drawn.from));
          const instances = drawn.hasName ? [...wanted, named('a.example.com')] : wanted;
          const addresses = new Set(wanted.map(({ attributes }) => attributes.get(ATTRIBUTES.ipv4) ?? ''));
          if (drawn.restarts) world.restart();
          const snapshots = [us(cart(instances, index + 1))];
          const resolution = drawn.isDns ? 'dns' : 'auto';
          world.input = {
            ...world.input,
            cluster: given.cluster({ ...UNBRAKED, routes: [given.route({}, { resolution })] }),
          };
          for (let run = 0; run < 6; run++) {
            let before = distinct(world).filter((address) => addresses.has(address));
            applyEach(world, snapshots, {
              fails: (position) => run < 3 && ((drawn.fails >> ((position + run) % 8)) & 1) === 1,
              check: () => {
                const after = new Set(distinct(world));
                expect(before.filter((address) => !after.has(address))).toEqual([]);
                expect(hasLocalityBesideDns(world)).toBe(false);
                before = [...after].filter((address) => addresses.has(address));
              },
            });
          }
          expect(world.run(us(cart(instances, index + 1)))).toEqual([]);
          expect(distinct(world).filter((address) => !addresses.has(address) && address !== 'a.example.com')).toEqual(
            [],
          );
        });
      }),
      { numRuns: 10 * RUNS },
    );
  });
});
