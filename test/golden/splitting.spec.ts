import { manifestOf } from '@isthmus/federation';
import type { ServiceEntrySpec, Snapshot } from '@isthmus/model';
import {
  afterChange,
  cluster,
  DecisionWorld,
  instance,
  provenEmptiness,
  reading,
  route,
  serviceRecord,
  serviceState,
  snapshot,
  US,
} from '@isthmus/testing';

const CART = serviceRecord('cart.shop');
const PAY = serviceState(serviceRecord('pay.shop'), { reading: reading(addresses(250, 9).map((it) => instance(it))) });
const PART_0 = 'cloudmap-cart.shop';
const PART_1 = 'cloudmap-cart.shop--p1';

function addresses(count: number, net = 1): readonly string[] {
  return Array.from({ length: count }, (_, i) => `10.${net}.${Math.floor(i / 250)}.${(i % 250) + 1}`);
}

function of(instances: readonly string[], revision: number): Snapshot {
  const read = reading(
    instances.map((address) => instance(address, { port: 8080 })),
    { revision },
  );
  return snapshot(US, [serviceState(CART, { reading: read }), PAY]);
}

/** A world that looks at every single write. */
class SplitWorld extends DecisionWorld {
  /** Applies one change at a time until nothing is planned; `look` sees the cluster after each. */
  settle(now: Snapshot, look: () => void = () => undefined): number {
    let writes = 0;
    for (let run = 0; run < 8; run++) {
      const decision = this.decide(now);
      this.memory = decision.memory;
      if (decision.plan.changes.length === 0) return writes;
      for (const change of decision.plan.changes) {
        this.namespace = afterChange(this.namespace, change, (entry) => manifestOf(entry, 1));
        writes++;
        look();
      }
    }
    throw new Error('it does not come to rest');
  }

  parts(): readonly (readonly [name: string, spec: ServiceEntrySpec])[] {
    return [...this.namespace.values()]
      .filter(({ name }) => name.startsWith(PART_0))
      .map(({ name, spec }) => [name, spec.raw as ServiceEntrySpec] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  all(): readonly string[] {
    return this.parts().flatMap(([name]) => this.addresses(name));
  }
}

describe('a host with more endpoints than one entry takes', () => {
  it('stays whole with 250 endpoints', () => {
    const world = new SplitWorld();
    world.settle(of(addresses(250), 1));
    expect(world.parts().map(([name]) => name)).toEqual([PART_0]);
  });

  it('is split above 250 into parts of one host, ports and resolution that hold each endpoint once', () => {
    const world = new SplitWorld();
    world.settle(of(addresses(700), 1));
    const parts = world.parts();
    expect(parts.length).toBeGreaterThanOrEqual(3);
    expect(parts.map(([name]) => name)).toEqual(parts.map((_, i) => (i === 0 ? PART_0 : `${PART_0}--p${i}`)));
    expect(world.all().toSorted()).toEqual(addresses(700).toSorted());
    const [, { endpoints: _, ...first }] = parts[0] ?? ['', { endpoints: [] }];
    for (const [name, { endpoints, ...rest }] of parts) {
      expect(rest).toEqual(first);
      expect(endpoints.length).toBeGreaterThan(0);
      expect(world.entry(name)?.labels).toEqual(world.entry(PART_0)?.labels);
    }
  });

  it('writes nothing when the same instances come in another order', () => {
    const world = new SplitWorld();
    world.settle(of(addresses(300), 1));
    world.restart();
    expect(world.settle(of(addresses(300).toReversed(), 1))).toBe(0);
  });

  it('moves no endpoint when one is added, and writes one part only to its spec', () => {
    const world = new SplitWorld();
    world.settle(of(addresses(300), 1));
    const before = world.parts();
    world.settle(of([...addresses(300), '10.7.0.1'], 2));
    const after = world.parts();
    expect(after.filter(([, spec], i) => spec.endpoints.length !== before[i]?.[1].endpoints.length)).toHaveLength(1);
    expect(world.all()).toContain('10.7.0.1');
  });

  it('never lets an endpoint be in no part while it grows from one part to several', () => {
    const world = new SplitWorld();
    world.settle(of(addresses(250), 1));
    world.settle(of(addresses(600), 2), () => {
      expect(new Set(world.all())).toEqual(new Set([...addresses(250), ...world.all()]));
    });
    expect(world.all().toSorted()).toEqual(addresses(600).toSorted());
  });

  it('keeps its parts when it shrinks, also an empty one', () => {
    const world = new SplitWorld();
    world.settle(of(addresses(300), 1));
    world.settle(of(addresses(200), 2));
    expect(world.parts()).toHaveLength(2);
    expect(world.all()).toHaveLength(200);
    const emptiness = provenEmptiness(world.nowMs, 3);
    world.settle(snapshot(US, [serviceState(CART, { emptiness }), PAY]));
    expect(world.parts().map(([, { endpoints }]) => endpoints)).toEqual([[], []]);
  });

  it('keeps every part while its source is dark after a restart', () => {
    const world = new SplitWorld();
    world.settle(of(addresses(300), 1));
    world.restart();
    expect(world.settle(snapshot(US, [PAY]))).toBe(0);
    expect(world.all()).toHaveLength(300);
  });

  it('puts everything into part 0 when it turns DNS, and then lets the empty parts go in two phases', () => {
    const world = new SplitWorld();
    world.settle(of(addresses(300), 1));
    world.input = { ...world.input, cluster: cluster({ routes: [route({}, { resolution: 'dns' })] }) };
    world.settle(of(addresses(300), 1), () => {
      expect(new Set(world.all()).size).toBe(300);
    });
    expect(world.addresses(PART_0)).toHaveLength(300);
    expect(world.addresses(PART_1)).toEqual([]);
    expect(world.parts().map(([, { resolution }]) => resolution)).not.toContain('NONE');
    const [, part0] = world.parts()[0] ?? [];
    expect(part0?.resolution).toBe('DNS');
    expect(part0?.endpoints.some(({ locality }) => locality !== undefined)).toBe(false);
    world.nowMs += 130_000;
    world.settle(of(addresses(300), 1));
    expect(world.parts().map(([name]) => name)).toEqual([PART_0]);
  });
});
