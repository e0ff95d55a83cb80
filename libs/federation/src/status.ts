import type {
  ClusterSettings,
  ClusterStatus,
  Configuration,
  ErrorReport,
  ErrorStatus,
  FederationStatus,
  HeldStatus,
  HubSettings,
  Plan,
  SourceStatus,
} from '@isthmus/model';

import type { ClusterView } from './cluster-reconciler.js';
import { pauseStatus, pauseWarnings } from './pause.js';
import type { SourceView } from './source-view.js';
import { writesStopped } from './writes-stopped.js';

/** Everything that the status is made of, at one moment. */
export interface StatusInput {
  readonly configuration: Configuration;
  readonly nowMs: number;
  readonly sources: readonly SourceView[];
  readonly clusters: readonly { readonly settings: ClusterSettings; readonly view: ClusterView }[];
}

/** The part of `/api/v1/status` that sources and clusters make. */
export function readStatus({ configuration, nowMs, sources, clusters }: StatusInput): FederationStatus {
  return {
    hub: configuration.hub.name,
    readOnly: configuration.hub.readOnly,
    sources: sources.map((view) => sourceStatus(view, nowMs)),
    clusters: clusters.map(({ settings, view }) => clusterStatus(settings, view, { hub: configuration.hub, nowMs })),
  };
}

function sourceStatus(view: SourceView, nowMs: number): SourceStatus {
  return {
    name: view.settings.name,
    account: view.account ?? null,
    region: view.settings.region,
    identity: view.identity ?? null,
    state: view.state,
    lastCompleteReadAt: timeOf(view.lastCompleteReadAtMs),
    services: view.services,
    instances: view.instances,
    error: errorStatus(view.error),
    paused: pauseStatus(view.settings.paused, nowMs),
    warnings: pauseWarnings(view.settings.paused, nowMs, 'it is not polled'),
  };
}

function clusterStatus(
  settings: ClusterSettings,
  view: ClusterView,
  { hub, nowMs }: { readonly hub: HubSettings; readonly nowMs: number },
): ClusterStatus {
  const { decision } = view;
  return {
    name: settings.name,
    role: settings.role,
    mode: settings.mode,
    connection: view.connection,
    sync: syncOf(view),
    desired: decision?.desiredCount ?? 0,
    liveObjects: decision?.liveObjects ?? 0,
    liveEndpoints: decision?.liveEndpoints ?? 0,
    held: decision === undefined ? [] : heldOf(decision.plan),
    plan: planStatus(decision?.plan),
    lastAppliedAt: timeOf(view.lastAppliedAtMs),
    error: errorStatus(view.error),
    writesStopped: writesStopped(settings, hub, nowMs),
    paused: pauseStatus(settings.paused, nowMs),
    warnings: [...clusterWarnings(settings, nowMs), ...(decision?.warnings ?? [])],
  };
}

/** A plan without changes says nothing of what was read after it. */
function syncOf({ connection, decision, isOutdated }: ClusterView): ClusterStatus['sync'] {
  if (connection !== 'up' || decision === undefined) return 'unknown';
  const { changes, holds, heldRemovals } = decision.plan;
  if (changes.length > 0) return 'out-of-sync';
  if (heldRemovals.length > 0 || holds.some(({ reason }) => reason !== 'pending-delete')) return 'held';
  return isOutdated ? 'unknown' : 'synced';
}

function heldOf({ holds, heldRemovals }: Plan): readonly HeldStatus[] {
  return [
    ...holds.map(({ name, host, reason, detail }) => ({ name, host, reason, detail })),
    ...heldRemovals.map(({ kind, name, component, reason, endpoints }) => ({
      name,
      host: '',
      reason,
      detail: `removal of ${kind === 'object' ? 'the object' : `${endpoints} endpoints`} (${component}) waits for approval`,
    })),
  ];
}

function planStatus(plan: Plan | undefined): ClusterStatus['plan'] {
  const count = (kind: string): number => plan?.changes.filter((change) => change.kind === kind).length ?? 0;
  return {
    create: count('create'),
    update: count('update'),
    mark: count('mark'),
    delete: count('delete'),
    hash: plan?.hash ?? '',
    removals: plan?.removalsHash ?? null,
  };
}

/** What a person should know of a cluster by its settings alone. */
export function clusterWarnings(settings: ClusterSettings, nowMs: number): readonly string[] {
  return [...pauseWarnings(settings.paused, nowMs, 'nothing is written'), ...roleWarnings(settings)];
}

/** Source: istio.io, “Install Primary-Remote”: a remote's workloads are configured by the primary's istiod. */
function roleWarnings({ role, push, primary, routes }: ClusterSettings): readonly string[] {
  if (role !== 'remote' || !push) return [];
  const where = primary === undefined ? 'its primary' : primary;
  const warnings = [
    `istiod reads ServiceEntries from its config cluster only: those here have no effect, map them to ${where}`,
  ];
  return routes.length === 0
    ? warnings
    : [...warnings, `routes of a remote have no effect on its traffic: write them at ${where}`];
}

/** An error as it is shown. */
export function errorStatus(report: ErrorReport | undefined): ErrorStatus | null {
  if (report === undefined) return null;
  return { code: report.code, message: report.message, since: new Date(report.sinceMs).toISOString() };
}

/** A time as it is shown. */
export function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
