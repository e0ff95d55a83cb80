import type { ServiceState } from '@isthmus/model';
import { hasAbsenceProof, hasEmptinessProof, hasNotFoundAnswer } from '@isthmus/model';
import * as given from '@isthmus/testing';
import fc from 'fast-check';
import type { Decision } from './decision.js';
import { Estate, keyOfAddress, steps } from './drawn-estate.spec-rig.js';

/** How many times the usual number of runs: `PROPERTY_RUNS=20 npm test -- decide-cluster-estate` searches longer. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 1);

/** Parts have about 250 endpoints, and more while some move from one part to another. */
const MOST_OF_AN_ENTRY = 500;

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
