import { isCatalogueKnown } from '@isthmus/desired';
import { planOf, pressBrake } from '@isthmus/plan';
import type { Clock } from '@isthmus/ports';
import type { Decision, DecisionInput } from './decision.js';
import { decisionWarnings } from './decision-warnings.js';
import type { BookBasis } from './host-book.js';
import { judgeContextOf } from './judge-context.js';
import { marksSeen, nextDueMs } from './live-view.js';
import { recallOf, viewOf } from './recall.js';
import { atOnce, inSlices } from './slices.js';

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
  return atOnce(decisionSteps(input));
}

/** The same, with pauses in which everything else goes on. */
export function decideInSlices(input: DecisionInput, clock: Clock): Promise<Decision> {
  return inSlices(decisionSteps(input), clock);
}

/** The same, step by step: a first decision on thousands of hosts must not keep the process from everything else. */
export function* decisionSteps(input: DecisionInput): Generator<void, Decision> {
  const { cluster, hub, sources, memory, nowMs, steadyMs, serverNowMs, snapshots } = input;
  const recall = recallOf(input);
  const { mapping, plain, book } = recall;
  const view = yield* viewOf(recall, input);
  const seen = marksSeen(view, memory.marksSeen, input);
  yield* mapping.update(snapshots);
  yield;
  const isKnown = isCatalogueKnown(cluster, sources, snapshots);
  const basis: BookBasis = {
    mapping,
    plain,
    judge: judgeContextOf(input, seen),
    hub: hub.name,
    author: { hub: hub.name, cluster: cluster.name },
    foreign: view.foreign,
    isCatalogueKnown: isKnown,
  };
  const dirty = book.dirtyHosts(mapping, view.live);
  yield;
  yield* book.judge(dirty, basis);
  const brake = pressBrake(
    {
      balances: book.balances,
      quiet: book.quiet,
      isQuiet: (name, component) => book.isQuiet(name, component),
      settings: cluster.brake,
      approvals: input.approvals.filter((approval) => approval.cluster === cluster.name),
      nowMs,
      steadyMs,
      configuration: cluster,
    },
    memory.brake,
  );
  const grounds = JSON.stringify([isKnown, ...view.foreign.names.keys(), ...view.foreign.hosts]);
  yield* book.render(brake.held, basis, grounds !== recall.grounds);
  const { stops } = view.foreign;
  const liveObjects = view.live.size;
  const plan = planOf({ ...brake, cluster: cluster.name, decided: book.decided, stops, liveCount: liveObjects });
  return {
    plan,
    memory: {
      brake: brake.memory,
      marksSeen: seen,
      live: view.live,
      recall: { ...recall, observed: input.observed, view, grounds },
    },
    desiredCount: book.desiredCount,
    liveObjects,
    liveEndpoints: view.endpoints,
    rejections: [...mapping.rejections, ...book.rejections],
    refused: book.refused,
    warnings: decisionWarnings(input, view, plan),
    referenced: view.referenced,
    nextDueMs: nextDueMs(view, { nowMs, serverNowMs, pendingMs: cluster.deletes.pendingMs }),
  };
}
