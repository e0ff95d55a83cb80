import type {
  Approval,
  ClusterSettings,
  ComponentKey,
  ComponentRecord,
  DesiredEntry,
  EntryName,
  HubSettings,
  ObservedEntry,
  Plan,
  Rejection,
  Snapshot,
  SourceSettings,
} from '@isthmus/model';
import { OBJECT } from '@isthmus/model';
import type { HostJudgement, HostOutcome, LiveEntry } from '@isthmus/desired';
import { balancesOf, judgeCluster, readLive, renderCluster } from '@isthmus/desired';
import type { BrakeMemory, PlannedHost } from '@isthmus/plan';
import { newBrakeMemory, planCluster, pressBrake, sortByOwner } from '@isthmus/plan';
import type { EntryManifest } from '@isthmus/ports';

/** What earlier decisions on one cluster left to be remembered, in this term; opaque to everybody else. */
export interface ClusterMemory {
  readonly brake: BrakeMemory;
  /** When this process first saw each mark (hub clock), by `name component`: a proof has to be given again after it. */
  readonly marksSeenAtMs: ReadonlyMap<string, number>;
  /** Our live objects as they were read back, by the very object that was observed. */
  readonly live: ReadonlyMap<ObservedEntry, LiveEntry>;
}

/** Everything that one decision on one cluster depends on. Times are epoch ms. */
export interface DecisionInput {
  readonly cluster: ClusterSettings;
  readonly hub: HubSettings;
  readonly sources: readonly SourceSettings[];
  readonly approvals: readonly Approval[];
  readonly snapshots: readonly Snapshot[];
  readonly observed: readonly ObservedEntry[];
  readonly memory: ClusterMemory;
  readonly nowMs: number;
  /** The API server's time. */
  readonly serverNowMs: number;
  readonly epoch: number;
}

/** What one cluster should get, and what is worth telling about it. */
export interface Decision {
  readonly plan: Plan;
  readonly memory: ClusterMemory;
  readonly desiredCount: number;
  readonly liveObjects: number;
  readonly liveEndpoints: number;
  readonly rejections: readonly Rejection[];
  readonly warnings: readonly string[];
  /** Components on live objects of ours. */
  readonly referenced: readonly ComponentRecord[];
  /** Hub time at which time alone changes the decision; undefined: it does not. */
  readonly nextDueMs: number | undefined;
}

/** A memory without history: the start of a term. */
export function newClusterMemory(): ClusterMemory {
  return { brake: newBrakeMemory(), marksSeenAtMs: new Map(), live: new Map() };
}

/** Decides what one cluster should get: judge, brake, render, plan. Pure: same input, same decision. */
export function decideCluster(input: DecisionInput): Decision {
  const { cluster, hub, sources, memory, nowMs, serverNowMs } = input;
  const sorted = sortByOwner(input.observed, { hub: hub.name, cluster: cluster.name });
  const readBack = new Map(sorted.ours.map((observed) => [observed, memory.live.get(observed) ?? readLive(observed)]));
  const live = new Map([...readBack.values()].map((entry) => [entry.observed.name, entry]));
  const marksSeenAtMs = marksOf(live, memory.marksSeenAtMs, nowMs);

  const judgement = judgeCluster(input.snapshots, live, {
    cluster,
    sources,
    nowMs,
    serverNowMs,
    markSeenAtMs: (name, component) => marksSeenAtMs.get(markId(name, component)),
  });
  const brake = pressBrake(
    {
      balances: judgement.hosts.flatMap(balancesOf),
      settings: cluster.brake,
      approvals: input.approvals.filter((approval) => approval.cluster === cluster.name),
      nowMs,
      configuration: cluster,
    },
    memory.brake,
  );
  const rendered = renderCluster(judgement, { hub, cluster, serverNowMs, held: brake.held });
  const plan = planCluster({
    cluster: cluster.name,
    hosts: rendered.map(({ judgement: host, outcome }) => plannedHost(host, outcome)),
    foreign: sorted.foreign,
    heldRemovals: brake.heldRemovals,
    removalsHash: brake.removalsHash,
  });
  return {
    plan,
    memory: { brake: brake.memory, marksSeenAtMs, live: readBack },
    desiredCount: rendered.filter(({ outcome }) => outcome.kind === 'entry').length,
    liveObjects: live.size,
    liveEndpoints: [...live.values()].reduce((sum, entry) => sum + entry.endpoints.length, 0),
    rejections: judgement.rejections,
    warnings: [],
    referenced: [...live.values()].flatMap((entry) => entry.components),
    nextDueMs: nextDueMs(input, live),
  };
}

/** The object to send for a desired entry. */
export function manifestOf(entry: DesiredEntry, epoch: number): EntryManifest {
  const annotations = { ...entry.annotations, [OBJECT.epoch]: String(epoch) };
  const absentAnnotations = [OBJECT.pendingDelete].filter((name) => !(name in annotations));
  return { name: entry.name, labels: entry.labels, annotations, spec: entry.spec, absentAnnotations };
}

function marksOf(
  live: ReadonlyMap<EntryName, LiveEntry>,
  seen: ReadonlyMap<string, number>,
  nowMs: number,
): ReadonlyMap<string, number> {
  const marks = new Map<string, number>();
  for (const [name, { pending }] of live) {
    for (const component of pending.keys()) {
      const id = markId(name, component);
      marks.set(id, seen.get(id) ?? nowMs);
    }
  }
  return marks;
}

function markId(name: EntryName, component: ComponentKey): string {
  return `${name} ${component}`;
}

function plannedHost({ name, host, live }: HostJudgement, outcome: HostOutcome): PlannedHost {
  return {
    name,
    host,
    wanted: outcome,
    holds: outcome.holds,
    live:
      live === undefined
        ? undefined
        : {
            observed: live.observed,
            contentHash: live.contentHash,
            isIntact: live.isIntact,
            endpoints: live.endpoints,
            marked: new Set(live.pending.keys()),
          },
  };
}

/** The end of the next grace period, on the hub's clock. */
function nextDueMs(
  { cluster, nowMs, serverNowMs }: DecisionInput,
  live: ReadonlyMap<EntryName, LiveEntry>,
): number | undefined {
  const ends = [...live.values()]
    .flatMap(({ pending }) => [...pending.values()])
    .map((markedAtMs) => markedAtMs + cluster.deletes.pendingMs - serverNowMs + nowMs)
    .filter((endMs) => endMs > nowMs);
  return ends.length === 0 ? undefined : Math.min(...ends);
}
