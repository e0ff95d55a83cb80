import type { ClusterMemory, Decision, DecisionInput } from '@isthmus/federation';
import { decisionSteps, manifestOf, MappingShelf, newClusterMemory, withSharedParts } from '@isthmus/federation';
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
  const cold = clusters.map((held) => fill(held, estate));
  for (const held of clusters) decide(held, estate);
  const again = restarted(clusters, estate);
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
    timeRow(`${size}, from cold`, sum(cold.map(({ tookMs }) => tookMs)), 3_000),
    timeRow('the same, longest block of the event loop', most(cold.map(({ blockMs }) => blockMs)), 100),
    timeRow(`${size}, after a restart: everything stands`, sum(again.map(({ tookMs }) => tookMs)), 30_000),
    timeRow('the same, longest block of the event loop', most(again.map(({ blockMs }) => blockMs)), 100),
    timeRow(`${size}, one service changed (median of ${ROUNDS})`, median(changed), 50),
    timeRow(`${size}, nothing changed (median of ${ROUNDS})`, median(unchanged), 20),
    countRow('changes planned when nothing changed', writes, { most: 0, unit: 'changes' }),
  ];
}

function heldBy(n: number, shared: Pick<DecisionInput, 'sources' | 'mappings'>): Held {
  const settings = cluster({ name: `c${n}`, routes: [route({}, { host: TEMPLATES[n % TEMPLATES.length] ?? '' })] });
  const times = { nowMs: EPOCH_MS, steadyMs: EPOCH_MS, serverNowMs: EPOCH_MS };
  return {
    input: { cluster: settings, hub: hub(), ...shared, approvals: [], epoch: 1, ...times },
    observed: [],
    memory: newClusterMemory(),
  };
}

function decide(held: Held, estate: Snapshot): number {
  const { plan, memory } = timedDecision({ ...held.input, ...held, snapshots: [estate] }).decision;
  held.memory = memory;
  return plan.changes.length;
}

/** A decision, how long it took, and for how long at most it kept everything else waiting. */
function timedDecision(input: DecisionInput): {
  readonly decision: Decision;
  readonly tookMs: number;
  readonly blockMs: number;
} {
  const steps = decisionSteps(input);
  const startMs = performance.now();
  let blockMs = 0;
  for (let sinceMs = startMs; ;) {
    const step = steps.next();
    const nowMs = performance.now();
    blockMs = Math.max(blockMs, nowMs - sinceMs);
    if (step.done === true) return { decision: step.value, tookMs: nowMs - startMs, blockMs };
    sinceMs = nowMs;
  }
}

/** Decides, which is timed, and lets every write through. */
function fill(held: Held, estate: Snapshot): Omit<ReturnType<typeof timedDecision>, 'decision'> {
  const { decision, ...times } = timedDecision({ ...held.input, ...held, snapshots: [estate] });
  held.memory = decision.memory;
  if (decision.plan.changes.length === 0) return times;
  const byName = new Map(held.observed.map((entry) => [entry.name, entry]));
  for (const change of decision.plan.changes) {
    if (change.kind === 'delete') continue;
    const at = { uid: `uid-${change.desired.name}`, resourceVersion: '1', generation: 1 };
    // As the hub remembers its own writes: the spec that it sent, not a copy.
    const { name, labels, annotations, spec } = manifestOf(change.desired, 1);
    const raw = { hosts: spec.hosts, raw: spec };
    byName.set(name, { name, ...at, labels, annotations, owners: [], isTerminating: false, spec: raw });
  }
  held.observed = [...byName.values()];
  return times;
}

/** Decisions of a new process over full clusters, each read from its API server by itself. */
function restarted(clusters: readonly Held[], estate: Snapshot): readonly ReturnType<typeof fill>[] {
  const mappings = new MappingShelf();
  return clusters.map(({ input, observed }) => {
    const read = structuredClone(observed).map(withSharedParts);
    const fresh = { ...input, mappings, snapshots: [estate], observed: read, memory: newClusterMemory() };
    const { decision, ...times } = timedDecision(fresh);
    if (decision.plan.changes.length > 0) throw new Error('a restart changes nothing');
    return times;
  });
}

function most(numbers: readonly number[]): number {
  return Math.max(...numbers);
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
