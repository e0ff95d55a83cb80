import type { ClusterJudgement, HostJudgement, HostOutcome, LiveEntry, MarkSeen } from '@isthmus/desired';
import { balancesOf, judgeCluster, renderCluster } from '@isthmus/desired';
import type { EntryName, HeldComponents } from '@isthmus/model';
import { planCluster, pressBrake } from '@isthmus/plan';
import type { Decision, DecisionInput } from './decision.js';
import { decisionWarnings } from './decision-warnings.js';
import type { LiveView } from './live-view.js';
import { judgeContextOf } from './judge-context.js';
import { marksSeen, nextDueMs, viewLive } from './live-view.js';
import { plannedHost } from './planned-host.js';
import { refusedInstances } from './refused-instances.js';
import { atOnce } from './slices.js';

/** The first half of a decision: what is live, and what the readings prove about each host. */
export interface JudgedInput {
  readonly view: LiveView;
  readonly live: ReadonlyMap<EntryName, LiveEntry>;
  readonly marksSeen: ReadonlyMap<string, MarkSeen>;
  readonly judgement: ClusterJudgement;
}

/** One host after the brake has spoken. */
export interface RenderedHost {
  readonly judgement: HostJudgement;
  readonly outcome: HostOutcome;
}

/**
 * Decides as `decideCluster` does, but from nothing: every host is judged and rendered. It shows what a decision is, and
 * tests compare the two.
 */
export function decideAfresh(input: DecisionInput): Decision {
  const { cluster, memory, nowMs, steadyMs } = input;
  const judged = judgeInput(input);
  const { judgement, view } = judged;
  const brake = pressBrake(
    {
      balances: judgement.hosts.flatMap(balancesOf),
      settings: cluster.brake,
      approvals: input.approvals.filter((approval) => approval.cluster === cluster.name),
      nowMs,
      steadyMs,
      configuration: cluster,
    },
    memory.brake,
  );
  const rendered = renderInput(input, judged, brake.held);
  const plan = planCluster({
    cluster: cluster.name,
    hosts: rendered.map(({ judgement: host, outcome }) => plannedHost(host, outcome)),
    foreign: view.foreign,
    heldRemovals: brake.heldRemovals,
    removalsHash: brake.removalsHash,
  });
  return {
    plan,
    memory: { brake: brake.memory, marksSeen: judged.marksSeen, live: view.live },
    desiredCount: rendered.flatMap(({ outcome }) => outcome.parts).filter(({ wanted }) => wanted.kind === 'entry')
      .length,
    liveObjects: view.live.size,
    liveEndpoints: view.endpoints,
    rejections: judgement.rejections,
    refused: refusedInstances(rendered.flatMap(({ outcome }) => outcome.leftOut)),
    warnings: decisionWarnings(input, view, plan),
    referenced: view.referenced,
    nextDueMs: nextDueMs(view, { ...input, pendingMs: cluster.deletes.pendingMs }),
  };
}

/** Reads our live objects back and judges every host. */
export function judgeInput(input: DecisionInput): JudgedInput {
  const { cluster, hub, memory } = input;
  const view = atOnce(viewLive(input.observed, memory.live, { hub, cluster }));
  const seen = marksSeen(view, memory.marksSeen, input);
  const judgement = judgeCluster(input.snapshots, view.live, judgeContextOf(input, seen));
  return { view, live: view.live, marksSeen: seen, judgement };
}

/** Renders every judged host with what is held of it. */
export function renderInput(
  { hub, cluster, serverNowMs }: DecisionInput,
  { judgement }: JudgedInput,
  held: HeldComponents,
): readonly RenderedHost[] {
  return renderCluster(judgement, { hub, cluster, serverNowMs, held });
}
