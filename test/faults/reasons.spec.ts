import { judgeInput } from '@isthmus/federation';
import type { ServiceState, Snapshot } from '@isthmus/model';
import { OBJECT } from '@isthmus/model';
import {
  DecisionWorld,
  instance,
  provenAbsence,
  reading,
  serviceRecord,
  serviceState,
  snapshot,
  US,
} from '@isthmus/testing';
import { FaultWorld, US as SOURCE } from './fault-world.js';

const CART = serviceRecord('cart.shop');
const PAY = serviceRecord('pay.shop');

const read = (addresses: readonly string[], changes: Parameters<typeof reading>[1] = {}): Snapshot =>
  snapshot(US, [
    serviceState(CART, {
      reading: reading(
        addresses.map((address) => instance(address)),
        changes,
      ),
    }),
    serviceState(PAY, { reading: reading([instance('10.9.0.1')]) }),
  ]);
const other = (cart: Partial<ServiceState>): Snapshot =>
  snapshot(US, [serviceState(CART, cart), serviceState(PAY, { reading: reading([instance('10.9.0.1')]) })]);

/** Why the endpoints of a service stay although the present readings do not ask for them. */
function keptFor(world: DecisionWorld, now: Snapshot): string | undefined {
  const { judgement } = judgeInput({
    ...world.input,
    snapshots: [now],
    observed: [...world.namespace.values()],
    memory: world.memory,
    nowMs: world.nowMs,
    steadyMs: world.nowMs,
    serverNowMs: world.nowMs,
    epoch: 1,
  });
  const component = judgement.hosts.flatMap(({ components }) => components).find(({ key }) => key === CART.key);
  return component !== undefined && 'reason' in component.verdict ? component.verdict.reason : undefined;
}

describe('the reason for which endpoints stay', () => {
  it.each([
    ['older-reading', read(['10.0.0.1'], { revision: 4 })],
    ['revision-not-advanced', read(['10.0.0.1'], { revision: 5 })],
    ['partial-reading', read(['10.0.0.1'], { revision: 6, completeness: 'partial' })],
    ['component-unread', other({})],
    ['component-unread', snapshot(US, [])],
    [
      'empty-unproven',
      other({
        emptiness: { reads: 1, firstAtMs: 0, lastAtMs: 0, revision: 6, observedAtMs: 0, isConfirmed: false },
      }),
    ],
    ['absence-unproven', other({ absence: { passesAtMs: [1], notFoundAtMs: undefined } })],
    [
      'unshared',
      snapshot(US, [
        serviceState({ ...CART, isShared: true }, { absence: { passesAtMs: [1, 2], notFoundAtMs: undefined } }),
      ]),
    ],
    ['all-rejected', read(['127.0.0.1'], { revision: 6 })],
  ])('is %s', (reason, now) => {
    const world = new DecisionWorld();
    world.run(read(['10.0.0.1', '10.0.0.2'], { revision: 5 }));
    expect(keptFor(world, now)).toBe(reason);
    world.run(now);
    expect(world.addresses()).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it('is store-away while nothing may be removed', () => {
    const world = new DecisionWorld();
    world.run(read(['10.0.0.1', '10.0.0.2'], { revision: 5 }));
    world.withhold(true);
    expect(keptFor(world, read(['10.0.0.1'], { revision: 6 }))).toBe('store-away');
  });

  it('is pending-delete from the mark until the absence is proven again', () => {
    const world = new DecisionWorld();
    world.run(read(['10.0.0.1'], { revision: 5 }));
    const gone = other({ absence: provenAbsence(world.nowMs) });
    world.run(gone);
    world.nowMs += 600_000;
    expect(keptFor(world, gone)).toBe('pending-delete');
    world.run(gone);
    expect(world.addresses()).toEqual(['10.0.0.1']);
  });
});

describe('the reason for which an object is left as it is', () => {
  let world = new FaultWorld({ sources: [SOURCE] });
  beforeEach(async () => {
    world = new FaultWorld({ sources: [SOURCE] });
    world.seed(SOURCE.region, { cart: { a: '10.1.0.1' } });
    world.start();
    await world.passMinutes(1);
    await world.stop();
  });
  afterEach(() => world.stop());
  const annotate = (annotation: string, value: string): void => {
    const entry = world.entry('cart.shop');
    if (entry === undefined) throw new Error('no entry');
    world.client().put({ ...entry, annotations: { ...entry.annotations, [annotation]: value } });
  };
  const expectLeftAlone = async (reason: string): Promise<void> => {
    const before = world.entry('cart.shop');
    world.register(SOURCE.region, 'cart', 'b', '10.1.0.2');
    world.start();
    await world.passMinutes(5);
    expect(world.entry('cart.shop')).toBe(before);
    expect(world.held()).toEqual([reason]);
    expect(world.explained('cart.shop')).toContain(`"${reason}"`);
  };

  it('is newer-schema when a newer version wrote it', async () => {
    annotate(OBJECT.schema, '2');
    await expectLeftAlone('newer-schema');
  });

  it('is other-cluster when it was written for another entry of the configuration', async () => {
    annotate(OBJECT.cluster, 'somebody-else');
    await expectLeftAlone('other-cluster');
  });

  it('is live-not-intact when nothing says whose its endpoints are and its source is dark', async () => {
    annotate(OBJECT.components, 'damaged');
    world.cloudMap.faults.set({ kind: 'outage', region: SOURCE.region, mode: 'refuse' });
    await expectLeftAlone('live-not-intact');
  });

  it('is terminating while its finalizers run', async () => {
    const entry = world.entry('cart.shop');
    if (entry === undefined) throw new Error('no entry');
    world.client().put({ ...entry, isTerminating: true });
    await expectLeftAlone('terminating');
  });
});
