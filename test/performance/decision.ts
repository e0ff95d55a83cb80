import type { ClusterMemory, DecisionInput } from '@isthmus/federation';
import { decideCluster, manifestOf, MappingShelf, newClusterMemory } from '@isthmus/federation';
import type { ObservedEntry, ServiceState, Snapshot } from '@isthmus/model';
import {
  EPOCH_MS,
  cluster,
  hub,
  instance,
  reading,
  route,
  serviceRecord,
  serviceState,
  snapshot,
  source,
} from '@isthmus/testing';
import type { Benchmark, Row } from './measure.js';
import { countRow, median, timeRow, timed } from './measure.js';

const SERVICES = 10_000;
const INSTANCES = 20;
const CLUSTERS = 20;
const ROUNDS = 15;
const TEMPLATES = [
  '{service}.{namespace}',
  '{service}.{namespace}.a',
  '{service}.{namespace}.b',
  '{service}.{namespace}.c',
];

/** snapshot → desired → plan for 20 clusters with four distinct routes: from cold, unchanged, and with one service changed. */
export const decision: Benchmark = { title: 'Decision', run: () => Promise.resolve(rows()) };

/** One cluster as the benchmark keeps it: what it holds and what its decisions remember. */
interface Held {
  readonly input: Omit<DecisionInput, 'snapshots' | 'observed' | 'memory'>;
  observed: readonly ObservedEntry[];
  memory: ClusterMemory;
}

function rows(): readonly Row[] {
  const us = source();
  let estate = snapshot(
    us,
    Array.from({ length: SERVICES }, (_, i) => stateOf(i, 1)),
  );
  const mappings = new MappingShelf();
  const sources = [us];
  const clusters = Array.from({ length: CLUSTERS }, (_, n): Held => heldBy(n, { sources, mappings }));
  const coldMs = sum(clusters.map((held) => fill(held, estate)));
  for (const held of clusters) decide(held, estate);
  const restartMs = restarted(clusters, estate);
  const unchanged: number[] = [];
  const changed: number[] = [];
  let writes = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    unchanged.push(timed(() => clusters.forEach((held) => void (writes += decide(held, estate)))));
    estate = withChange(estate, round);
    changed.push(timed(() => clusters.forEach((held) => void decide(held, estate))));
    for (const held of clusters) fill(held, estate);
    for (const held of clusters) decide(held, estate);
  }
  const size = `${SERVICES} services × ${INSTANCES} instances × ${CLUSTERS} clusters`;
  return [
    timeRow(`${size}, from cold`, coldMs, 3_000),
    timeRow(`${size}, from cold, after a restart: everything stands`, restartMs, 3_000),
    timeRow(`${size}, one service changed (median of ${ROUNDS})`, median(changed), 50),
    timeRow(`${size}, nothing changed (median of ${ROUNDS})`, median(unchanged), 20),
    countRow('changes planned when nothing changed', writes, { most: 0, unit: 'changes' }),
  ];
}

function heldBy(n: number, shared: Pick<DecisionInput, 'sources' | 'mappings'>): Held {
  const settings = cluster({ name: `c${n}`, routes: [route({}, { host: TEMPLATES[n % TEMPLATES.length] ?? '' })] });
  const times = { nowMs: EPOCH_MS, serverNowMs: EPOCH_MS };
  return {
    input: { cluster: settings, hub: hub(), ...shared, approvals: [], epoch: 1, ...times },
    observed: [],
    memory: newClusterMemory(),
  };
}

function decide(held: Held, estate: Snapshot): number {
  const { plan, memory } = decideCluster({
    ...held.input,
    snapshots: [estate],
    observed: held.observed,
    memory: held.memory,
  });
  held.memory = memory;
  return plan.changes.length;
}

/** Decides, which is timed, and lets every write through. */
function fill(held: Held, estate: Snapshot): number {
  const startMs = performance.now();
  const { plan, memory } = decideCluster({
    ...held.input,
    snapshots: [estate],
    observed: held.observed,
    memory: held.memory,
  });
  const tookMs = performance.now() - startMs;
  held.memory = memory;
  if (plan.changes.length === 0) return tookMs;
  const byName = new Map(held.observed.map((entry) => [entry.name, entry]));
  for (const change of plan.changes) {
    if (change.kind === 'delete') continue;
    const at = { uid: `uid-${change.desired.name}`, resourceVersion: '1', generation: 1 };
    // As the hub remembers its own writes: the spec that it sent, not a copy.
    const { name, labels, annotations, spec } = manifestOf(change.desired, 1);
    const raw = { hosts: spec.hosts, raw: spec };
    byName.set(name, { name, ...at, labels, annotations, owners: [], isTerminating: false, spec: raw });
  }
  held.observed = [...byName.values()];
  return tookMs;
}

/** Ms that the decisions of a new process take over full clusters, each read from its API server by itself. */
function restarted(clusters: readonly Held[], estate: Snapshot): number {
  const mappings = new MappingShelf();
  return sum(
    clusters.map(({ input, observed }) => {
      const read = structuredClone(observed);
      const fresh = { ...input, mappings, snapshots: [estate], observed: read, memory: newClusterMemory() };
      return timed(() => {
        if (decideCluster(fresh).plan.changes.length > 0) throw new Error('a restart changes nothing');
      });
    }),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function stateOf(i: number, revision: number): ServiceState {
  const net = `10.${Math.floor(i / 250)}.${i % 250}`;
  const instances = Array.from({ length: INSTANCES }, (_, n) =>
    instance(`${net}.${n + revision}`, { id: `i-${n}`, port: 8080, zone: 'us-east-1a' }),
  );
  return serviceState(serviceRecord(`s${i}.shop${i % 20}`), { reading: reading(instances, { revision }) });
}

function withChange(estate: Snapshot, round: number): Snapshot {
  const state = stateOf(round * 37, round + 1);
  return { ...estate, version: estate.version + 1, services: new Map(estate.services).set(state.service.key, state) };
}
