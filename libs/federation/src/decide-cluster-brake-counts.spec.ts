import type { ServiceState, Snapshot } from '@isthmus/model';
import { OBJECT } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld, EU, US } from '@isthmus/testing';

const read = (name: string, address: string): ServiceState =>
  given.serviceState(given.serviceRecord(name), { reading: given.reading([given.instance(address)]) });
const gone = (name: string, atMs: number): ServiceState =>
  given.serviceState(given.serviceRecord(name), { absence: given.provenAbsence(atMs) });

/** Twenty services, of which the first `count` are proven gone. */
const without = (count: number, atMs: number): Snapshot =>
  given.snapshot(
    US,
    Array.from({ length: 20 }, (_, n) => (n < count ? gone(`s${n}.shop`, atMs) : read(`s${n}.shop`, `10.1.0.${n}`))),
  );

describe('decideCluster: removals whose marks are not written', () => {
  it('are planned again, and not held as if they were twice as many', () => {
    const world = new DecisionWorld();
    world.run(without(0, 0));
    const first = world.decide(without(4, world.nowMs));
    expect(first.plan.changes.map(({ kind }) => kind)).toEqual(Array(4).fill('mark'));
    world.memory = first.memory;
    const again = world.decide(without(4, world.nowMs));
    expect(again.plan.heldRemovals).toEqual([]);
    expect(given.writtenOut(again.plan).changes).toEqual(given.writtenOut(first.plan).changes);
  });

  it('leave no room for others, and are held with them', () => {
    const world = new DecisionWorld();
    world.run(without(0, 0));
    world.memory = world.decide(without(4, world.nowMs)).memory;
    expect(world.decide(without(5, world.nowMs)).plan.heldRemovals).toHaveLength(5);
  });

  it('leave no room for others when they are written late, while others are held already', () => {
    const world = new DecisionWorld();
    world.run(without(0, 0));
    const late = world.decide(without(4, world.nowMs));
    world.memory = late.memory;
    world.memory = world.decide(without(6, world.nowMs)).memory;
    for (const change of late.plan.changes) world.apply(change);
    expect(world.decide(without(6, world.nowMs)).plan.heldRemovals).toHaveLength(2);
    world.nowMs += 5 * 3_600_000;
    expect(world.run(without(6, world.nowMs)).filter((change) => change.startsWith('mark'))).toEqual([]);
  });

  it('leave no room for others once they are written', () => {
    const world = new DecisionWorld();
    world.run(without(0, 0));
    world.run(without(4, world.nowMs));
    expect(world.decide(without(5, world.nowMs)).plan.heldRemovals).toHaveLength(1);
  });
});

describe('decideCluster: a service that its owner and a consumer see', () => {
  const OWNER = given.source({ name: 'owner', account: '111122223333' });
  const CONSUMER = given.source({ name: 'consumer', account: '999988887777' });
  const names = Array.from({ length: 10 }, (_, n) => `s${n}.shop`);
  const seen = (name: string, ms: number, isShared: boolean): ServiceState => {
    const service = { ...given.serviceRecord(name), isShared };
    const instances = [given.instance(`10.2.0.${name.slice(1, 2)}`)];
    return given.serviceState(service, { reading: given.reading(instances, { observedAtMs: given.EPOCH_MS + ms }) });
  };
  const readBy = (first: typeof OWNER, ms: number): Snapshot =>
    given.snapshot(
      first,
      names.map((name) => seen(name, ms, first === CONSUMER)),
    );
  const worldOf = (...sources: readonly (typeof OWNER)[]) => {
    const world = new DecisionWorld();
    world.input = { ...world.input, sources };
    return world;
  };
  const sourcesIn = (world: DecisionWorld) =>
    new Set(
      names.map(
        (name) => /"source":"(\w+)"/.exec(world.entry(`cloudmap-${name}`)?.annotations[OBJECT.components] ?? '')?.[1],
      ),
    );

  it.each([
    ['whichever read it last', [OWNER, CONSUMER], 'owner'],
    ['where the owner’s account is not named', [CONSUMER, { ...OWNER, account: undefined }], 'owner'],
    [
      'where the owner’s source does not read it',
      [{ ...OWNER, services: { include: ['x'], exclude: [] } }, CONSUMER],
      'consumer',
    ],
  ] as const)('is recorded under the same source and not written again, %s', (_what, sources, source) => {
    const world = worldOf(...sources);
    world.run(readBy(OWNER, 0), readBy(CONSUMER, 1));
    expect(sourcesIn(world)).toEqual(new Set([source]));
    expect(world.run(readBy(OWNER, 2), readBy(CONSUMER, 1))).toEqual([]);
    expect(world.run(readBy(OWNER, 2), readBy(CONSUMER, 3))).toEqual([]);
  });

  it('counts for the brake under that source, so that one proven removal of many is not all of a source', () => {
    const world = worldOf(OWNER, CONSUMER);
    world.run(readBy(OWNER, 0), readBy(CONSUMER, 1));
    const own = readBy(OWNER, 2);
    const atMs = world.nowMs + 5;
    const isGone = ({ service }: ServiceState): boolean => service.serviceName === 's0';
    const states = [...own.services.values()].map((state) => (isGone(state) ? gone('s0.shop', atMs) : state));
    // The consumer reads all others last.
    expect(world.run(given.snapshot(OWNER, states), readBy(CONSUMER, 4))).toEqual(['mark cloudmap-s0.shop']);
  });

  it('is kept when its owner’s source leaves the configuration and the consumer is unread', () => {
    const world = worldOf(OWNER, CONSUMER);
    world.run(readBy(OWNER, 0), readBy(CONSUMER, 1));
    world.input = { ...world.input, sources: [CONSUMER] };
    expect(world.run(readBy(CONSUMER, 1)).every((change) => change.startsWith('update'))).toBe(true);
    world.restart();
    expect(world.run(given.snapshot(CONSUMER, []))).toEqual([]);
  });
});

describe('decideCluster: a removal that is done', () => {
  it('counts until its window ends or its service is live again, however the decision is made', () => {
    const world = new DecisionWorld();
    world.run(without(0, 0));
    const marksOf = (decision: ReturnType<typeof world.decide>) => [
      ...(decision.memory.brake.sources.get('us')?.marks ?? []),
    ];
    const at = (state: ServiceState): Snapshot => {
      const others = [...without(1, world.nowMs).services.values()].slice(1);
      return given.snapshot(US, [state, ...others]);
    };
    world.run(at(gone('s0.shop', world.nowMs)));
    world.nowMs += 121_000;
    world.run(at(gone('s0.shop', world.nowMs)));
    world.nowMs += 1_000;
    expect(world.run(at(gone('s0.shop', world.nowMs)))).toEqual(['delete cloudmap-s0.shop']);
    const unread = at(given.serviceState(given.serviceRecord('s0.shop')));
    expect(marksOf(world.decide(unread))).toHaveLength(1);
    expect(marksOf(world.decideAfresh(unread))).toHaveLength(1);
    const back = at(read('s0.shop', '10.1.0.9'));
    world.run(back);
    expect([marksOf(world.decide(back)), marksOf(world.decideAfresh(back))]).toEqual([[], []]);
  });
});

describe('decideCluster: a source of which nothing stands or could stand in the cluster any more', () => {
  it('is forgotten by the brake, whether the decision recalls it or not', () => {
    const world = new DecisionWorld();
    world.put(given.foreignEntry('cloudmap-s0.shop', 's0.shop'));
    const there = given.serviceState(given.serviceRecord('s0.shop', { region: EU.region }), {
      reading: given.reading([given.instance('10.2.0.1')]),
    });
    world.run(given.snapshot(US, [read('s1.shop', '10.1.0.1')]), given.snapshot(EU, [there]));
    const now = [given.snapshot(US, [read('s1.shop', '10.1.0.1')]), given.snapshot(EU, [])];
    expect(world.decide(...now).memory.brake).toEqual(world.decideAfresh(...now).memory.brake);
    expect([...world.decide(...now).memory.brake.sources.keys()]).toEqual(['us']);
  });
});
