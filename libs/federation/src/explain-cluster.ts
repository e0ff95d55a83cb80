import type { HostJudgement, LiveEntry } from '@isthmus/desired';
import { decodeComponents, entryNameOf, lineageOf } from '@isthmus/desired';
import type {
  Code,
  ComponentKey,
  EntryName,
  HeldComponents,
  HeldRemoval,
  Hold,
  HoldReason,
  Host,
  ObservedEntry,
} from '@isthmus/model';
import { OBJECT, printEndpoint } from '@isthmus/model';
import { nameOf } from '@isthmus/plan';

import type { ClusterView } from './cluster-reconciler.js';
import type { Decision, DecisionInput, JudgedInput } from './decide-cluster.js';
import { judgeInput, renderInput } from './decide-cluster.js';
import { explainComponent, viewReason } from './explain-components.js';
import type {
  ClusterExplanation,
  HostState,
  LiveExplanation,
  NotMappedExplanation,
  RejectionExplanation,
} from './explain-view.js';
import type { HostServices } from './explain-services.js';
import { explainNotMapped, seenServices } from './explain-services.js';
import type { ChangeView } from './plan-view.js';
import { viewChange } from './plan-view.js';
import type { SourceView } from './source-view.js';
import { errorStatus } from './status.js';
import { writesStopped } from './writes-stopped.js';

/** One cluster as the latest run left it. */
export interface ClusterFacts {
  readonly view: ClusterView;
  /** What the latest decision was made from; without a decision, what one would be made from, with nothing observed. */
  readonly input: DecisionInput;
}

/** What is asked of every cluster. */
export interface HostQuery {
  readonly host: Host;
  readonly services: HostServices;
  readonly sources: readonly SourceView[];
}

/** What one cluster says of a host. */
export interface ClusterAnswer {
  /** Undefined: the cluster has nothing to do with the host. */
  readonly explanation: ClusterExplanation | undefined;
  readonly notMapped: readonly NotMappedExplanation[];
}

/**
 * Explains one host in one cluster: the latest decision is made again for this host alone, with what the brake held
 * then, so that each endpoint has its reason without a record of all of them being kept.
 */
export function explainCluster(facts: ClusterFacts, query: HostQuery): ClusterAnswer {
  const { input, view } = facts;
  const narrow = narrowInput(facts, query);
  const judged = judgeInput(narrow);
  const held = view.decision?.plan.heldRemovals ?? [];
  const rendered = renderInput(narrow, judged, heldComponents(held)).find(
    ({ judgement }) => judgement.host === query.host,
  );
  const rejections = explainRejections(judged, query.host);
  const standing = new Set([
    ...(rendered?.judgement.components.map(({ key }): string => key) ?? []),
    ...rejections.map(({ component }) => component),
  ]);
  const notMapped = seenServices(narrow.snapshots, input.sources)
    .filter(({ state }) => !standing.has(state.service.key))
    .flatMap((seen) => explainNotMapped(input.cluster, seen, query.host) ?? []);
  const isKnown = rendered !== undefined || rejections.length > 0 || narrow.observed.length > 0;
  if (!isKnown) return { explanation: undefined, notMapped };
  return { explanation: describe(facts, { query, narrow, judged, rendered, rejections }), notMapped };
}

/** The input of a decision about one host: what names it, what stands under it, and nothing else. */
function narrowInput({ input, view }: ClusterFacts, { host, services }: HostQuery): DecisionInput {
  const observed = input.observed.filter((entry) => isOfHost(entry, host));
  const keys = new Set<ComponentKey>(
    observed.flatMap(
      ({ annotations }) => decodeComponents(annotations[OBJECT.components])?.map(({ key }) => key) ?? [],
    ),
  );
  const snapshots = input.snapshots.map((snapshot) => services.restrict(snapshot, keys));
  return { ...input, observed, snapshots, memory: view.decision?.memory ?? input.memory };
}

function isOfHost({ name, spec }: ObservedEntry, host: Host): boolean {
  return isEntryOf(name, host) || spec.hosts.some((other) => other.toLowerCase() === host);
}

function isEntryOf(name: EntryName, host: Host): boolean {
  const entry = entryNameOf(host);
  return name === entry || name.startsWith(`${entry}--p`);
}

function heldComponents(removals: readonly HeldRemoval[]): HeldComponents {
  const held = new Map<EntryName, Map<ComponentKey, HoldReason>>();
  for (const { name, component, reason } of removals) {
    held.set(name, (held.get(name) ?? new Map<ComponentKey, HoldReason>()).set(component, reason));
  }
  return held;
}

function explainRejections({ judgement }: JudgedInput, host: Host): readonly RejectionExplanation[] {
  return judgement.rejections
    .filter((rejection) => rejection.host === host)
    .map(({ component, source, reason, detail }) => ({ component, source, host, detail, ...viewReason(reason) }));
}

interface Findings {
  readonly query: HostQuery;
  readonly narrow: DecisionInput;
  readonly judged: JudgedInput;
  readonly rendered: ReturnType<typeof renderInput>[number] | undefined;
  readonly rejections: readonly RejectionExplanation[];
}

function describe({ view, input }: ClusterFacts, findings: Findings): ClusterExplanation {
  const { query, narrow, judged, rendered, rejections } = findings;
  const { cluster, hub } = input;
  const { host, sources } = query;
  const plan = planOfHost(view.decision, host);
  const live = [...judged.live.values()];
  const blockedBy = blockerOf(view, plan);
  const lineage = rendered === undefined ? [] : lineageOf(rendered.outcome);
  return {
    name: cluster.name,
    mode: cluster.mode,
    connection: view.connection,
    state: stateOf(view, plan, { hasLive: live.length > 0, isRefused: rendered === undefined }),
    error: errorStatus(view.error),
    writesStopped: writesStopped(cluster, hub, input.nowMs),
    namespace: cluster.namespace,
    entry: entryNameOf(host),
    route: rendered === undefined ? null : routeOfHost(rendered.judgement),
    components: (rendered?.judgement.components ?? []).map((component) =>
      explainComponent(component, { cluster, sources, lineage, live, blockedBy }),
    ),
    rejections,
    holds: plan.holds.map(({ name, reason, detail }) => ({ name, detail, ...viewReason(reason) })),
    heldRemovals: plan.heldRemovals,
    plan: plan.changes,
    live: narrow.observed.map((observed) => explainLive(observed, judged)),
  };
}

/** The part of the latest plan that concerns one host. */
interface HostPlan {
  readonly changes: readonly ChangeView[];
  readonly holds: readonly Hold[];
  readonly heldRemovals: readonly HeldRemoval[];
}

function planOfHost(decision: Decision | undefined, host: Host): HostPlan {
  if (decision === undefined) return { changes: [], holds: [], heldRemovals: [] };
  const { changes, holds, heldRemovals } = decision.plan;
  return {
    changes: changes.filter((change) => isEntryOf(nameOf(change), host)).map(viewChange),
    holds: holds.filter(({ name, host: held, reason }) => isEntryOf(name, host) || held === host || STOPS.has(reason)),
    heldRemovals: heldRemovals.filter(({ name }) => isEntryOf(name, host)),
  };
}

/** Holds of one object that stop every write to the cluster. */
const STOPS: ReadonlySet<HoldReason> = new Set<HoldReason>(['istio-cloud-map-present']);

/** Why what should be there is neither there nor on its way. */
function blockerOf({ decision, error }: ClusterView, plan: HostPlan): Code | undefined {
  if (decision === undefined) return error?.code ?? 'not-ready';
  return plan.changes.length > 0 ? undefined : plan.holds[0]?.reason;
}

function stateOf(
  { connection, decision }: ClusterView,
  { changes, holds, heldRemovals }: HostPlan,
  found: { readonly hasLive: boolean; readonly isRefused: boolean },
): HostState {
  if (connection !== 'up' || decision === undefined) return 'unknown';
  if (changes.length > 0) return 'out-of-sync';
  if (heldRemovals.length > 0 || holds.some(({ reason }) => reason !== 'pending-delete')) return 'held';
  if (found.hasLive) return 'synced';
  return found.isRefused ? 'refused' : 'absent';
}

/** The route of the host: that of a component on the live object before that of a newcomer. */
function routeOfHost({ components }: HostJudgement): string | null {
  const mapped = components.filter((component) => component.mapped !== undefined);
  const first = mapped.find(({ record }) => record !== undefined) ?? mapped[0];
  return first?.mapped?.route.place ?? null;
}

function explainLive(observed: ObservedEntry, { live }: JudgedInput): LiveExplanation {
  const { name, uid, resourceVersion } = observed;
  const entry: LiveEntry | undefined = live.get(name);
  return {
    name,
    uid,
    resourceVersion,
    isOurs: entry !== undefined,
    isIntact: entry?.isIntact ?? null,
    resolution: entry?.resolution ?? null,
    ports: entry?.ports ?? [],
    endpoints: (entry?.endpoints ?? []).map(printEndpoint),
  };
}
