import { isCatalogueKnown, JUDGE_GUARDS } from '@isthmus/desired';
import { planOf, pressBrake } from '@isthmus/plan';
import type { Clock } from '@isthmus/ports';
import type { Decision, DecisionInput } from './decision.js';
import type { BookContext } from './host-book.js';
import { markId, marksSeen, nextDueMs } from './live-view.js';
import { recallOf, viewOf } from './recall.js';

export { decideAfresh, judgeInput, renderInput } from './decide-afresh.js';
export type { JudgedInput, RenderedHost } from './decide-afresh.js';
export { newClusterMemory } from './decision.js';
export type { ClusterMemory, Decision, DecisionInput } from './decision.js';
export { manifestOf } from './manifest.js';
export { MappingShelf } from './mapping-shelf.js';

/**
 * Decides what one cluster should get: judge, brake, render, plan. Same input, same decision, whatever is recalled of
 * earlier ones: a recall only saves the work on hosts that nothing has touched since.
 */
export function decideCluster(input: DecisionInput): Decision {
  const steps = decisionSteps(input);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** How long a decision keeps the process to itself at a time. */
const SLICE_MS = 20;

/** The same, with pauses in which everything else goes on. */
export async function decideInSlices(input: DecisionInput, clock: Clock): Promise<Decision> {
  const steps = decisionSteps(input);
  for (let sinceMs = clock.monotonicMs(); ;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (clock.monotonicMs() - sinceMs < SLICE_MS) continue;
    await clock.sleep(0);
    sinceMs = clock.monotonicMs();
  }
}

/** The same, step by step: a first decision on thousands of hosts must not keep the process from everything else. */
export function* decisionSteps(input: DecisionInput): Generator<void, Decision> {
  const { cluster, hub, sources, memory, nowMs, serverNowMs, snapshots } = input;
  const recall = recallOf(input);
  const { mapping, book } = recall;
  const view = viewOf(recall, input);
  const marksSeenAtMs = marksSeen(view, memory.marksSeenAtMs, nowMs);
  mapping.update(snapshots);
  const markSeenAtMs: BookContext['judge']['markSeenAtMs'] = (name, component) =>
    marksSeenAtMs.get(markId(name, component));
  const isKnown = isCatalogueKnown(cluster, sources, snapshots);
  const context: BookContext = {
    judge: { cluster, sources, nowMs, serverNowMs, markSeenAtMs, guards: input.guards ?? JUDGE_GUARDS },
    hub: hub.name,
    foreign: view.foreign,
    isCatalogueKnown: isKnown,
  };
  const dirty = book.dirtyHosts(mapping, view.live);
  yield* book.judge(dirty, mapping, context);
  const brake = pressBrake(
    {
      balances: book.balances,
      quiet: book.quiet,
      isQuiet: (name, component) => book.isQuiet(name, component),
      settings: cluster.brake,
      approvals: input.approvals.filter((approval) => approval.cluster === cluster.name),
      nowMs,
      configuration: cluster,
    },
    memory.brake,
  );
  const grounds = JSON.stringify([isKnown, ...view.foreign.names.keys(), ...view.foreign.hosts]);
  yield* book.render(brake.held, { mapping, context }, grounds !== recall.grounds);
  const { stops } = view.foreign;
  const { heldRemovals, removalsHash } = brake;
  return {
    plan: planOf({
      cluster: cluster.name,
      heldRemovals,
      removalsHash,
      decided: book.decided,
      stops,
      liveCount: view.live.size,
    }),
    memory: {
      brake: brake.memory,
      marksSeenAtMs,
      live: view.readBack,
      recall: { ...recall, observed: input.observed, view, grounds },
    },
    desiredCount: book.desiredCount,
    liveObjects: view.live.size,
    liveEndpoints: view.endpoints,
    rejections: [...mapping.rejections, ...book.rejections],
    refused: book.refused,
    warnings: [],
    referenced: view.referenced,
    nextDueMs: nextDueMs(view, { nowMs, serverNowMs, pendingMs: cluster.deletes.pendingMs }),
  };
}
