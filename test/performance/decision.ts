import type { ClusterMemory, DecisionInput } from '@isthmus/federation';
import { decideCluster, manifestOf, newClusterMemory } from '@isthmus/federation';
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
  const clusters = Array.from({ length: CLUSTERS }, (_, n): Held => heldBy(n, us));
  const coldMs = timed(() => {
    for (const held of clusters) fill(held, estate);
  });
  for (const held of clusters) decide(held, estate);
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
    timeRow(`${size}, one service changed (median of ${ROUNDS})`, median(changed), 50),
    timeRow(`${size}, nothing changed (median of ${ROUNDS})`, median(unchanged), 20),
    countRow('changes planned when nothing changed', writes, { most: 0, unit: 'changes' }),
  ];
}

function heldBy(n: number, us: ReturnType<typeof source>): Held {
  const settings = cluster({ name: `c${n}`, routes: [route({}, { host: TEMPLATES[n % TEMPLATES.length] ?? '' })] });
  const times = { nowMs: EPOCH_MS, serverNowMs: EPOCH_MS };
  return {
    input: { cluster: settings, hub: hub(), sources: [us], approvals: [], epoch: 1, ...times },
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

/** Decides and lets every write through. */
function fill(held: Held, estate: Snapshot): void {
  const { plan, memory } = decideCluster({
    ...held.input,
    snapshots: [estate],
    observed: held.observed,
    memory: held.memory,
  });
  held.memory = memory;
  if (plan.changes.length === 0) return;
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
