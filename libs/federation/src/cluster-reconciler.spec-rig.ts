import type { Change, ComponentRecord, DesiredEntry, Plan, Result, Snapshot } from '@isthmus/model';
import { clusterName, IsthmusError, OBJECT, ok } from '@isthmus/model';
import type { ClusterClient } from '@isthmus/ports';
import {
  cluster,
  configuration,
  createOf,
  deleteOf,
  desiredEntry,
  updateOf,
  planOf,
  FakeClusterClient,
  fixedRandom,
  ManualClock,
  recordingLogger,
  recordingMetrics,
} from '@isthmus/testing';
import type { DecisionCore } from './cluster-input.js';
import { ClusterReconciler } from './cluster-reconciler.js';
import type { DecisionInput } from './decide-cluster.js';
import { manifestOf, newClusterMemory } from './decide-cluster.js';
import { soleLeadership } from './leadership.js';

/** The smallest planner there can be: by name and content hash. */
function simplePlan({ observed }: DecisionInput, desired: readonly DesiredEntry[]): Plan {
  const live = new Map(observed.map((entry) => [entry.name, entry]));
  const changes: Change[] = [];
  for (const entry of desired) {
    const found = live.get(entry.name);
    live.delete(entry.name);
    if (found === undefined) changes.push(createOf(entry));
    else if (found.annotations[OBJECT.contentHash] !== entry.contentHash) changes.push(updateOf(entry, found));
  }
  return planOf({ changes: [...changes, ...[...live.values()].map(deleteOf)] });
}

/** For specs: a reconciler over a fake cluster, with a world that decides what it sees and wants. */
export function reconcilerRig({ relistsAfterMs = [] as readonly number[] } = {}) {
  const clock = new ManualClock();
  const client = new FakeClusterClient(clock);
  const metrics = recordingMetrics();
  const logger = recordingLogger();
  const inputs: DecisionInput[] = [];
  const referenced: (readonly ComponentRecord[])[] = [];
  const world = {
    desired: [desiredEntry('a'), desiredEntry('b')] as readonly DesiredEntry[],
    configuration: configuration(),
    cluster: cluster({ name: 'test' }),
    snapshots: [] as readonly Snapshot[],
    connection: ok(client) as Result<ClusterClient, IsthmusError>,
    onDecide: (): void => undefined,
    leadership: soleLeadership,
  };
  const core: DecisionCore = {
    decideCluster: (input) => {
      inputs.push(input);
      world.onDecide();
      return {
        plan: simplePlan(input, world.desired),
        memory: newClusterMemory(),
        desiredCount: world.desired.length,
        liveObjects: input.observed.length,
        liveEndpoints: 0,
        rejections: [],
        refused: [],
        warnings: [],
        referenced: [],
        nextDueMs: undefined,
      };
    },
    manifestOf,
  };
  const reconciler = new ClusterReconciler({
    name: clusterName('test'),
    input: () => ({ configuration: world.configuration, cluster: world.cluster }),
    snapshots: () => world.snapshots,
    connection: () => world.connection,
    core,
    leadership: {
      isSafe: () => world.leadership.isSafe(),
      epochFor: (highest, before) => world.leadership.epochFor(highest, before),
    },
    relistsAfterMs,
    onReferenced: (records) => void referenced.push(records),
    clock,
    random: fixedRandom(),
    logger,
    metrics,
  });
  /** One run, with as much time as it takes. */
  const run = async (ms = 30_000): Promise<number> => {
    const ended = reconciler.run(new AbortController().signal);
    await clock.advance(ms);
    return ended;
  };
  return { clock, client, metrics, logger, inputs, referenced, world, reconciler, run };
}
