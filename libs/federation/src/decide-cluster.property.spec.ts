import type { ClusterSettings, DeleteSettings, Snapshot } from '@isthmus/model';
import { OBJECT, hasAbsenceProof, hasEmptinessProof } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld, EU, US } from '@isthmus/testing';
import fc from 'fast-check';
import type { Decision } from './decision.js';
import { MappingShelf } from './mapping-shelf.js';
import { SERVICES, snapshotsOf, step } from './drawn-snapshots.spec-rig.js';

/** How many times the usual number of runs: `PROPERTY_RUNS=20 npm test -- decide-cluster` searches longer. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 1);

const foreign = [
  given.foreignEntry('cloudmap-a.shop', 'a.shop', {
    labels: { 'app.kubernetes.io/managed-by': 'isthmus', 'isthmus.dev/hub': 'other' },
  }),
  given.foreignEntry('by-hand', 'b.shop'),
];

/** Clusters that share all of their work, all but the hosts, or nothing; the hosts of the first are those of many services. */
const SHARING: readonly Partial<ClusterSettings>[] = [
  { routes: [given.route({}, { host: '{namespace}.mesh' })] },
  {},
  {},
  {},
  { deniedCidrs: ['10.1.0.0/29'] },
  { routes: [given.route({}, { host: '{service}.{namespace}.other' })] },
];

/** Name of the entry by each mark that stands, `name component`. */
function marksOn({ namespace }: DecisionWorld): ReadonlyMap<string, string> {
  const marks = [...namespace.values()].flatMap(({ name, annotations }) =>
    Object.keys(JSON.parse(annotations[OBJECT.pendingDelete] ?? '{}') as object).map(
      (component) => [`${name} ${component}`, name] as const,
    ),
  );
  return new Map(marks);
}

describe('decideCluster, for any sequence of snapshots', () => {
  it('does not depend on the order of sources, services or instances', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 4 }), (steps) => {
        const [one, other] = [new DecisionWorld(), new DecisionWorld()];
        for (const drawnStep of steps) {
          one.nowMs += drawnStep.afterMs;
          other.nowMs = one.nowMs;
          expect(other.run(...snapshotsOf(drawnStep, other.nowMs, true))).toEqual(
            one.run(...snapshotsOf(drawnStep, one.nowMs)),
          );
          expect(other.namespace).toEqual(one.namespace);
        }
      }),
      { numRuns: 60 * RUNS },
    );
  });

  it('is the same with what it recalls of earlier decisions as made afresh', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 6 }), (steps) => {
        const world = new DecisionWorld();
        for (const entry of foreign) world.put(entry);
        for (const drawnStep of steps) {
          world.nowMs += drawnStep.afterMs;
          if (drawnStep.restarts) world.restart();
          const snapshots = snapshotsOf(drawnStep, world.nowMs);
          const [again, afresh] = [world.decide(...snapshots), world.decideAfresh(...snapshots)];
          expect(comparable(again)).toEqual(comparable(afresh));
          world.run(...snapshots);
        }
      }),
      { numRuns: 100 * RUNS },
    );
  });

  it('is the same for clusters that share their work as for each alone', () => {
    const visits = fc.array(fc.record({ isVisited: fc.boolean(), edit: fc.constantFrom(...EDITS) }), {
      minLength: SHARING.length,
      maxLength: SHARING.length,
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(step, visits), { minLength: 2, maxLength: 6 }), (steps) => {
        const shared = { mappings: new MappingShelf(), sources: [US, EU] };
        const worlds = SHARING.map((settings, i) => {
          const world = new DecisionWorld();
          world.input = { ...world.input, ...shared, cluster: given.cluster({ name: `c${i}`, ...settings }) };
          return world;
        });
        for (const entry of foreign) worlds[3]?.put(entry);
        let nowMs = worlds[0]?.nowMs ?? 0;
        for (const [drawnStep, visited] of steps) {
          nowMs += drawnStep.afterMs;
          const snapshots = snapshotsOf(drawnStep, nowMs);
          for (const world of worlds) {
            world.nowMs = nowMs;
            if (drawnStep.restarts) world.restart();
          }
          // Round after round on the same readings: what one cluster learnt is used for the next.
          for (const world of [...worlds, ...worlds, ...worlds]) {
            const { isVisited, edit } = visited[worlds.indexOf(world)] ?? { isVisited: true, edit: 'none' };
            editByHand(world, 'cloudmap-c.pay', edit);
            if (!isVisited) continue;
            const [decision, afresh] = [world.decide(...snapshots), world.decideAfresh(...snapshots)];
            expect(comparable(decision)).toEqual(comparable(afresh));
            world.run(...snapshots);
          }
        }
      }),
      { numRuns: 35 * RUNS },
    );
  });

  it('plans nothing right after its plan was applied', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 5 }), (steps) => {
        const world = new DecisionWorld();
        for (const drawnStep of steps) {
          world.nowMs += drawnStep.afterMs;
          if (drawnStep.restarts) world.restart();
          const snapshots = snapshotsOf(drawnStep, world.nowMs);
          const before = marksOn(world);
          world.run(...snapshots);
          const after = marksOn(world);
          const cleared = [...before].filter(([mark, name]) => !after.has(mark) && world.entry(name) !== undefined);
          // A mark that was taken away makes room for another under the brake; nothing else may follow, and nothing ever.
          const next = world.run(...snapshots);
          if (cleared.length > 0) expect(next.filter((change) => !change.startsWith('mark '))).toEqual([]);
          else expect(next).toEqual([]);
          expect(world.run(...snapshots)).toEqual([]);
        }
      }),
      { numRuns: 120 * RUNS },
    );
  });

  it('never writes or deletes what is not ours', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 5 }), (steps) => {
        const world = new DecisionWorld();
        for (const entry of foreign) world.put(entry);
        for (const drawnStep of steps) {
          world.nowMs += drawnStep.afterMs;
          world.run(...snapshotsOf(drawnStep, world.nowMs));
          for (const entry of foreign) expect(world.entry(entry.name)).toBe(entry);
          expect(world.entry('cloudmap-b.shop')).toBeUndefined();
        }
      }),
      { numRuns: 60 * RUNS },
    );
  });

  it('takes no endpoint away without a proof in the readings', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 6 }), (steps) => {
        const world = new DecisionWorld();
        for (const drawnStep of steps) {
          world.nowMs += drawnStep.afterMs;
          if (drawnStep.restarts) world.restart();
          const snapshots = snapshotsOf(drawnStep, world.nowMs);
          const before = published(world);
          world.run(...snapshots);
          const after = published(world);
          const unproven = [...before].filter(
            ([address, revision]) =>
              !after.has(address) && !mayLeave(address, revision, { snapshots, deletes: world.input.cluster.deletes }),
          );
          expect(unproven).toEqual([]);
        }
      }),
      { numRuns: 150 * RUNS },
    );
  });
});

const EDITS = ['none', 'none', 'endpoint', 'hash', 'deletion', 'deletion'] as const;

/** Somebody takes the last endpoint out of an entry of ours, forges its hash, or deletes it against a finalizer. */
function editByHand(world: DecisionWorld, name: string, edit: (typeof EDITS)[number]): void {
  const entry = world.entry(name);
  if (entry === undefined || edit === 'none') return;
  const raw = entry.spec.raw as { readonly endpoints: readonly unknown[] };
  const edited = {
    endpoint: { spec: { ...entry.spec, raw: { ...raw, endpoints: raw.endpoints.slice(0, -1) } } },
    hash: { annotations: { ...entry.annotations, 'isthmus.dev/content-hash': 'forged' } },
    deletion: { isTerminating: true },
  };
  world.put({ ...entry, ...edited[edit] });
}

/** What of a decision may not depend on how it was made. */
function comparable({ plan, memory, ...rest }: Decision): object {
  const { rejections, ...figures } = rest;
  return {
    plan: given.writtenOut(plan),
    brake: memory.brake,
    figures,
    rejections: new Set(rejections.map(({ component, reason }) => `${component} ${reason}`)),
  };
}

/** Address → revision at which its component stands on the object. Each component has addresses of its own. */
function published(world: DecisionWorld): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [name, entry] of world.namespace) {
    const records = JSON.parse(entry.annotations['isthmus.dev/components'] ?? '[]') as {
      id: string;
      revision: number;
    }[];
    for (const address of world.addresses(name)) {
      const wanted = Number(address.split('.')[1]) % 2 === 1 ? 'us-east-1' : 'eu-west-1';
      found.set(address, records.find(({ id }) => id.includes(`/${wanted}/`))?.revision ?? -1);
    }
  }
  return found;
}

/** The oracle: written from the rules, not from the code. */
function mayLeave(
  address: string,
  revision: number,
  { snapshots, deletes }: { readonly snapshots: readonly Snapshot[]; readonly deletes: DeleteSettings },
): boolean {
  const net = Number(address.split('.')[1]);
  const name = SERVICES[Math.floor(net / 10)] ?? '';
  const at = net % 2 === 1 ? 'us-east-1' : 'eu-west-1';
  const state = snapshots
    .flatMap(({ services }) => [...services.values()])
    .find(
      ({ service }) => `${service.serviceName}.${service.namespaceName}` === name && service.identity.region === at,
    );
  if (state === undefined) return false;
  if (hasEmptinessProof(state.emptiness, deletes) || hasAbsenceProof(state.absence, 0)) return true;
  const { reading } = state;
  if (reading === undefined) return false;
  const instance = reading.instances.find(({ attributes }) => attributes.get('AWS_INSTANCE_IPV4') === address);
  if (instance?.health === 'UNHEALTHY') return true;
  return (
    instance === undefined &&
    reading.completeness === 'complete' &&
    (reading.revision > revision || (reading.instances.length > 0 && reading.revision === revision))
  );
}
