import type { Instance, ServiceState, Snapshot, SourceSettings } from '@isthmus/model';
import { hasAbsenceProof, hasEmptinessProof, hasNotFoundAnswer } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld } from '@isthmus/testing';
import fc from 'fast-check';
import type { Decision } from './decision.js';

/** How many times the usual number of runs: `PROPERTY_RUNS=20 npm test -- decide-cluster-estate` searches longer. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 1);

const [OWN, GUEST] = ['111122223333', '999988887777'];
const US = given.source({ name: 'us', account: OWN });
const EU = given.source({ name: 'eu', region: 'eu-west-1', account: OWN });
/** Another account of the first region: it has services of the same names, and some of `us` are shared with it. */
const OTHER = given.source({ name: 'other', account: GUEST });
const SOURCES = [US, EU, OTHER];
const SERVICES = ['a.shop', 'b.shop'];
/** Parts have about 250 endpoints, and more while some move from one part to another. */
const MOST_OF_AN_ENTRY = 500;

/** One service of one source, over its generations: each re-creation has a new id and addresses of its own. */
interface Drawn {
  readonly hosts: number;
  /** Number of hosts that are skipped, so that hosts leave and come. */
  readonly skipped: number;
  readonly sick: readonly number[];
  readonly revision: number;
  readonly isRecreated: boolean;
  readonly form: 'complete' | 'partial' | 'unread' | 'empty-proven' | 'gone-unproven' | 'gone-proven' | 'unlisted';
  /** What is known of the generation before. */
  readonly former: 'not-found' | 'missing' | 'unread' | 'forgotten';
  /** What a consumer that the service is shared with knows of it. */
  readonly shared: 'unseen' | 'older' | 'newer' | 'unshared';
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  hosts: fc.oneof(
    { arbitrary: fc.integer({ min: 1, max: 5 }), weight: 15 },
    { arbitrary: fc.integer({ min: 255, max: 600 }), weight: 1 },
  ),
  skipped: fc.integer({ min: 0, max: 2 }),
  sick: fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 2 }),
  revision: fc.integer({ min: 1, max: 6 }),
  isRecreated: fc.oneof({ arbitrary: fc.constant(false), weight: 3 }, { arbitrary: fc.constant(true), weight: 1 }),
  form: fc.constantFrom(
    'complete',
    'complete',
    'complete',
    'complete',
    'partial',
    'unread',
    'empty-proven',
    'gone-unproven',
    'gone-proven',
    'unlisted',
  ),
  former: fc.constantFrom('not-found', 'not-found', 'missing', 'unread', 'forgotten'),
  shared: fc.constantFrom('unseen', 'older', 'newer', 'unshared'),
});
const step = fc.record({
  draws: fc.array(drawn, { minLength: 6, maxLength: 6 }),
  afterMs: fc.integer({ min: 1_000, max: 200_000 }),
  restarts: fc.boolean(),
  moves: fc.oneof({ arbitrary: fc.constant(false), weight: 4 }, { arbitrary: fc.constant(true), weight: 1 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const steps = (least: number, most: number) => fc.array(step, { minLength: least, maxLength: most });

/** The world at one step: what each source knows. */
class Estate {
  readonly world = new DecisionWorld();
  /** Of each service of each source: how often it was created anew. */
  readonly #generations: number[] = [0, 0, 0, 0, 0, 0];
  snapshots: readonly Snapshot[] = [];

  constructor() {
    const routes = [given.route({}, { merge: 'sources' })];
    this.world.input = { ...this.world.input, cluster: given.cluster({ routes }), sources: SOURCES };
  }

  take({ draws, afterMs, restarts, moves }: Step): void {
    this.world.nowMs += afterMs;
    if (restarts) this.world.restart();
    if (moves) this.world.move();
    const known = draws.map((one, place) => this.#statesOf(one, place));
    this.snapshots = SOURCES.map((source, s) => {
      const own = known.slice(2 * s, 2 * s + 2).flat();
      const seen = source === OTHER ? draws.slice(0, 2).flatMap((one, place) => this.#sharedOf(one, place)) : [];
      return given.snapshot(source, [...own, ...seen]);
    });
  }

  #statesOf(one: Drawn, place: number): readonly ServiceState[] {
    const before = this.#generations[place] ?? 0;
    const now = one.isRecreated ? before + 1 : before;
    this.#generations[place] = now;
    const current = stateOf(one, serviceOf(place, now), {
      nowMs: this.world.nowMs,
      instances: instancesOf(one, place, now),
    });
    if (now === 0) return current;
    return [...current, ...formerOf(one, place, { generation: now - 1, nowMs: this.world.nowMs })];
  }

  /** A service of `us` as the other account sees it. */
  #sharedOf(one: Drawn, place: number): readonly ServiceState[] {
    const generation = this.#generations[place] ?? 0;
    const service = { ...serviceOf(place, generation), isShared: true };
    const { nowMs } = this.world;
    const instances = instancesOf(one, place, generation);
    const at = (ms: number) => given.reading(instances, { revision: one.revision, observedAtMs: nowMs + ms });
    switch (one.shared) {
      case 'unseen':
        return [];
      case 'older':
        return [given.serviceState(service, { reading: at(-1) })];
      case 'newer':
        return [given.serviceState(service, { reading: at(1) })];
      case 'unshared':
        return [
          given.serviceState(service, {
            reading: at(1),
            absence: { passesAtMs: [nowMs - 1, nowMs], notFoundAtMs: undefined },
          }),
        ];
    }
  }

  /** Everything that is published, here or where it still has to move from: address → revision on the object. */
  published(): ReadonlyMap<string, number> {
    const found = new Map<string, number>();
    for (const namespace of [this.world.previous, this.world.namespace]) {
      for (const { annotations, spec } of namespace.values()) {
        const records = JSON.parse(annotations['isthmus.dev/components'] ?? '[]') as { id: string; revision: number }[];
        const revisions = new Map(records.map(({ id, revision }) => [id, revision]));
        const { endpoints = [] } = spec.raw as { endpoints?: readonly { address: string }[] };
        for (const { address } of endpoints) found.set(address, revisions.get(keyOfAddress(address)) ?? -1);
      }
    }
    return found;
  }
}

/** `place`: two services of each source, in the order of the sources. */
function serviceOf(place: number, generation: number): ServiceState['service'] {
  const source: SourceSettings = SOURCES[Math.floor(place / 2)] ?? US;
  const name = SERVICES[place % 2] ?? '';
  return given.serviceRecord(name, {
    region: source.region,
    account: source.account ?? '',
    id: `srv-${name[0]}-${generation}`,
    createdAtMs: given.EPOCH_MS + generation * 1_000,
  });
}

/** 10.<place and generation>.x.y: the address says whose it is. */
function instancesOf({ hosts, skipped, sick }: Drawn, place: number, generation: number): readonly Instance[] {
  return Array.from({ length: hosts }, (_, n) => n + skipped).map((n) =>
    given.instance(`10.${generation * 6 + place}.${n >> 8}.${n & 255}`, {
      id: `i-${n}`,
      port: 8080,
      health: sick.includes(n) ? 'UNHEALTHY' : 'HEALTHY',
    }),
  );
}

function keyOfAddress(address: string): string {
  const net = Number(address.split('.')[1]);
  return serviceOf(net % 6, Math.floor(net / 6)).key;
}

function stateOf(
  { form, revision }: Drawn,
  service: ServiceState['service'],
  { nowMs, instances }: { readonly nowMs: number; readonly instances: readonly Instance[] },
): readonly ServiceState[] {
  const reading = given.reading(instances, { revision, observedAtMs: nowMs });
  const missing = { passesAtMs: [nowMs - 2, nowMs - 1], notFoundAtMs: undefined };
  switch (form) {
    case 'complete':
      return [given.serviceState(service, { reading })];
    case 'partial':
      return [given.serviceState(service, { reading: { ...reading, completeness: 'partial' } })];
    case 'unread':
      return [given.serviceState(service)];
    case 'empty-proven':
      return [given.serviceState(service, { emptiness: given.provenEmptiness(nowMs, revision) })];
    case 'gone-unproven':
      return [given.serviceState(service, { reading, absence: missing })];
    case 'gone-proven':
      return [given.serviceState(service, { absence: given.provenAbsence(nowMs) })];
    case 'unlisted':
      return [];
  }
}

/** The generation before: Cloud Map does not know it any more, or it cannot be told. */
function formerOf(
  one: Drawn,
  place: number,
  { generation, nowMs }: { readonly generation: number; readonly nowMs: number },
): readonly ServiceState[] {
  const service = serviceOf(place, generation);
  const absence = { passesAtMs: [nowMs - 1], notFoundAtMs: one.former === 'not-found' ? nowMs : undefined };
  if (one.former === 'forgotten') return [];
  return [given.serviceState(service, one.former === 'unread' ? {} : { absence })];
}

/** The oracle, written from the rules: what any source knows of the address's service lets it leave. */
function mayLeave(address: string, revision: number, { snapshots, world }: Estate): boolean {
  const key = keyOfAddress(address);
  const states = snapshots.flatMap(({ services }) => [...services.values()]);
  const { deletes } = world.input.cluster;
  return states
    .filter(({ service }) => service.key === key)
    .some((state) => {
      if (hasAbsenceProof(state.absence, 0) || hasEmptinessProof(state.emptiness, deletes)) return true;
      if (hasNotFoundAnswer(state.absence) && states.some((other) => succeeds(other, state, deletes))) return true;
      return isUnregistered(address, revision, state);
    });
}

function succeeds(one: ServiceState, old: ServiceState, deletes: Parameters<typeof hasEmptinessProof>[1]): boolean {
  const [a, b] = [one.service, old.service];
  const isNamesake =
    a.serviceName === b.serviceName &&
    a.identity.region === b.identity.region &&
    a.identity.ownerAccount === b.identity.ownerAccount &&
    a.createdAtMs > b.createdAtMs;
  const isRead = one.reading?.completeness === 'complete' || hasEmptinessProof(one.emptiness, deletes);
  return isNamesake && isRead;
}

function isUnregistered(address: string, revision: number, { reading }: ServiceState): boolean {
  if (reading === undefined) return false;
  const instance = reading.instances.find(({ attributes }) => attributes.get('AWS_INSTANCE_IPV4') === address);
  if (instance !== undefined) return instance.health === 'UNHEALTHY';
  return reading.completeness === 'complete' && reading.revision >= revision;
}

const foreign = given.foreignEntry('by-hand', 'b.shop');

describe('decideCluster, for any sequence of an estate with two accounts, re-created and shared services, large hosts and a move', () => {
  it('takes no endpoint away without a proof in the readings', () => {
    fc.assert(
      fc.property(steps(2, 6), (sequence) => {
        const estate = new Estate();
        for (const one of sequence) {
          estate.take(one);
          const before = estate.published();
          estate.world.run(...estate.snapshots);
          const after = estate.published();
          const unproven = [...before].filter(
            ([address, revision]) => !after.has(address) && !mayLeave(address, revision, estate),
          );
          expect(unproven).toEqual([]);
        }
      }),
      { numRuns: 50 * RUNS },
    );
  });

  it('is the same with what it recalls of earlier decisions as made afresh', () => {
    fc.assert(
      fc.property(steps(2, 5), (sequence) => {
        const estate = new Estate();
        for (const one of sequence) {
          estate.take(one);
          const [again, afresh] = [
            estate.world.decide(...estate.snapshots),
            estate.world.decideAfresh(...estate.snapshots),
          ];
          expect(comparable(again)).toEqual(comparable(afresh));
          estate.world.run(...estate.snapshots);
        }
      }),
      { numRuns: 15 * RUNS },
    );
  });

  it('comes to rest, in whatever order sources are read, with no entry larger than one may be', () => {
    fc.assert(
      fc.property(steps(1, 5), (sequence) => {
        const [estate, other] = [new Estate(), new Estate()];
        for (const one of sequence) {
          estate.take(one);
          other.take(one);
          const changes = estate.world.run(...estate.snapshots);
          expect(other.world.run(...other.snapshots.toReversed())).toEqual(changes);
          expect(other.world.namespace).toEqual(estate.world.namespace);
          for (const { spec } of estate.world.namespace.values()) {
            const { endpoints } = spec.raw as { readonly endpoints: readonly unknown[] };
            expect(endpoints.length).toBeLessThanOrEqual(MOST_OF_AN_ENTRY);
          }
        }
        // An endpoint that changes its part is added there before it leaves the other one.
        for (let n = 0; n < 3; n++) estate.world.run(...estate.snapshots);
        expect(estate.world.run(...estate.snapshots)).toEqual([]);
      }),
      { numRuns: 15 * RUNS },
    );
  });

  it('never writes or deletes what is not ours, here or in the namespace that entries move from', () => {
    fc.assert(
      fc.property(steps(1, 4), (sequence) => {
        const estate = new Estate();
        estate.world.put(foreign);
        for (const one of sequence) {
          estate.take(one);
          estate.world.put(foreign);
          estate.world.run(...estate.snapshots);
          expect(estate.world.entry('by-hand')).toBe(foreign);
          expect(estate.world.entry('cloudmap-b.shop')).toBeUndefined();
          if (estate.world.previous.size > 0) expect(estate.world.previous.get(foreign.name)).toBe(foreign);
        }
      }),
      { numRuns: 20 * RUNS },
    );
  });
});

/** What of a decision may not depend on how it was made. */
function comparable({ plan, memory, rejections, ...figures }: Decision): object {
  const refused = rejections.map(({ component, reason }) => `${component} ${reason}`);
  return { plan: given.writtenOut(plan), brake: memory.brake, figures, refused: new Set(refused) };
}
