import type { Change, ClusterName, Code, EntryName, IsthmusError, Plan, Snapshot, WritesStopped } from '@isthmus/model';
import { parseComponentKey } from '@isthmus/model';
import { nameOf } from '@isthmus/plan';
import type { Clock, Logger, Metrics } from '@isthmus/ports';

import type { ApplyResult } from './apply-plan.js';
import type { Decision } from './decide-cluster.js';

const ACTIONS = ['create', 'update', 'mark', 'delete', 'hold'] as const;

const GAUGES = [
  'isthmus_apply_queue_depth',
  'isthmus_apply_queue_oldest_seconds',
  'isthmus_cluster_breaker_open',
  'isthmus_cluster_epoch',
  'isthmus_cluster_holds',
  'isthmus_cluster_last_full_sync_timestamp_seconds',
  'isthmus_cluster_managed_objects',
  'isthmus_cluster_out_of_sync_objects',
  'isthmus_cluster_up',
  'isthmus_cluster_writes_stopped',
  'isthmus_plan_objects',
  'isthmus_prune_blocked',
] as const;

/** Tells the world about one cluster: metrics all the time, log lines only when something changed. */
export class ClusterReporter {
  readonly #cluster: ClusterName;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #metrics: Metrics;
  #isUp: boolean | undefined;
  #downCode: Code | undefined;
  #writesStopped: WritesStopped = null;
  /** Count of what is held, by reason. */
  #holds: ReadonlyMap<string, number> = new Map();
  #rejections: ReadonlySet<string> = new Set();
  /** Removals that were approved and are not done, by `name component`. */
  #approved: ReadonlySet<string> = new Set();
  /** Since when writes wait, monotonic; undefined: none does. */
  #waitingSinceMs: number | undefined;
  /** Time of the newest change that was already reported as propagated, by object. */
  readonly #propagated = new Map<EntryName, number>();

  constructor(options: {
    readonly name: ClusterName;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly metrics: Metrics;
  }) {
    this.#cluster = options.name;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#metrics = options.metrics;
  }

  /** Why nothing is written although changes may be planned. */
  stopped(reason: WritesStopped): void {
    if (this.#writesStopped !== reason) {
      this.#metrics.forget('isthmus_cluster_writes_stopped', { cluster: this.#cluster });
    }
    this.#writesStopped = reason;
    if (reason !== null) this.#metrics.set('isthmus_cluster_writes_stopped', 1, { cluster: this.#cluster, reason });
  }

  /** The epoch that objects are written with from now on. */
  tookEpoch(epoch: number): void {
    this.#set('isthmus_cluster_epoch', epoch);
  }

  connected(): void {
    if (this.#isUp !== true) this.#logger.info('cluster is up', { cluster: this.#cluster });
    this.#isUp = true;
    this.#downCode = undefined;
    this.#set('isthmus_cluster_up', 1);
    this.#set('isthmus_cluster_breaker_open', 0);
  }

  disconnected(error: IsthmusError, { isBreakerOpen }: { readonly isBreakerOpen: boolean }): void {
    if (this.#isUp !== false || this.#downCode !== error.code) {
      const fields = { cluster: this.#cluster, code: error.code, error: error.message };
      this.#logger.warn('cluster is down; it keeps what it has', fields);
    }
    this.#isUp = false;
    this.#downCode = error.code;
    this.#set('isthmus_cluster_up', 0);
    this.#set('isthmus_cluster_breaker_open', isBreakerOpen ? 1 : 0);
  }

  decided(decision: Decision): void {
    const { plan, liveObjects, memory } = decision;
    this.#waitingSinceMs = plan.changes.length === 0 ? undefined : (this.#waitingSinceMs ?? this.#clock.monotonicMs());
    // What an earlier plan left unsent is not wanted any more.
    if (plan.changes.length === 0) this.queued(0);
    this.#tellApproved(memory.brake.approved);
    for (const action of ACTIONS) {
      this.#metrics.set('isthmus_plan_objects', countOf(plan, action), { cluster: this.#cluster, action });
    }
    this.#set('isthmus_cluster_managed_objects', liveObjects);
    this.#set('isthmus_cluster_out_of_sync_objects', plan.changes.length);
    if (plan.changes.length === 0) {
      this.#set('isthmus_cluster_last_full_sync_timestamp_seconds', this.#clock.nowMs() / 1000);
    }
    this.#tellPruneBlocked(plan);
    this.#tellHolds(plan);
    this.#tellRejections(decision);
  }

  queued(depth: number): void {
    this.#set('isthmus_apply_queue_depth', depth);
    const nowMs = this.#clock.monotonicMs();
    const waitedMs = depth === 0 ? 0 : nowMs - (this.#waitingSinceMs ?? nowMs);
    this.#set('isthmus_apply_queue_oldest_seconds', waitedMs / 1000);
  }

  wrote(change: Change, code: 'ok' | Code, seconds: number): void {
    const labels = { cluster: this.#cluster };
    this.#metrics.count('isthmus_apply_total', { ...labels, operation: change.kind, result: code });
    this.#metrics.observe('isthmus_apply_duration_seconds', seconds, labels);
  }

  /** One line per run that wrote something or failed. */
  applied(
    result: ApplyResult,
    {
      epoch,
      namespace,
      durationMs,
    }: { readonly epoch: number; readonly namespace: string; readonly durationMs: number },
  ): void {
    const { written, error } = result;
    const count = (kind: Change['kind']): number => written.filter((change) => change.kind === kind).length;
    const fields = {
      cluster: this.#cluster,
      namespace,
      epoch,
      durationMs: Math.round(durationMs),
      create: count('create'),
      update: count('update'),
      mark: count('mark'),
      delete: count('delete'),
    };
    if (written.length > 0) this.#logger.info('cluster changed', fields);
    if (error !== undefined && error.code !== 'aborted') {
      this.#logger.warn('a write failed', { ...fields, code: error.code, error: error.message });
    }
  }

  /** The cluster is gone from the configuration: its gauges go with it. */
  left(): void {
    for (const name of GAUGES) this.#metrics.forget(name, { cluster: this.#cluster });
  }

  createdNamespace(namespace: string): void {
    this.#logger.info('namespace created', { cluster: this.#cluster, namespace });
  }

  /** An object is gone. */
  deleted(name: EntryName): void {
    this.#propagated.delete(name);
  }

  /** Observes how long the newest change of a written object's components took; once per change. */
  propagated(change: Change, snapshots: readonly Snapshot[]): void {
    if (change.kind === 'delete' || change.kind === 'mark') return;
    const changedAtMs = newestChange(change, snapshots);
    if (changedAtMs === undefined || changedAtMs <= (this.#propagated.get(nameOf(change)) ?? 0)) return;
    this.#propagated.set(nameOf(change), changedAtMs);
    const seconds = Math.max(0, this.#clock.nowMs() - changedAtMs) / 1000;
    this.#metrics.observe('isthmus_propagation_duration_seconds', seconds, { cluster: this.#cluster });
  }

  #tellApproved(approved: ReadonlySet<string>): void {
    const count = [...approved].filter((id) => !this.#approved.has(id)).length;
    this.#approved = approved;
    if (count > 0) this.#metrics.count('isthmus_prune_approvals_total', { cluster: this.#cluster }, count);
  }

  #tellPruneBlocked({ heldRemovals }: Plan): void {
    this.#metrics.forget('isthmus_prune_blocked', { cluster: this.#cluster });
    for (const { component, reason } of heldRemovals) {
      const region = parseComponentKey(component)?.region ?? 'unknown';
      this.#metrics.set('isthmus_prune_blocked', 1, { cluster: this.#cluster, region, reason });
    }
  }

  #tellHolds({ holds, heldRemovals }: Plan): void {
    const now = new Map<string, number>();
    for (const { reason } of [...holds, ...heldRemovals]) now.set(reason, (now.get(reason) ?? 0) + 1);
    for (const [reason, count] of now) {
      if (!this.#holds.has(reason)) this.#logger.warn('a hold began', { cluster: this.#cluster, code: reason, count });
    }
    for (const [reason, count] of now) {
      this.#metrics.set('isthmus_cluster_holds', count, { cluster: this.#cluster, reason });
    }
    for (const reason of this.#holds.keys()) {
      if (!now.has(reason)) this.#metrics.set('isthmus_cluster_holds', 0, { cluster: this.#cluster, reason });
      if (!now.has(reason)) this.#logger.info('a hold ended', { cluster: this.#cluster, code: reason });
    }
    this.#holds = now;
  }

  #tellRejections({ rejections, refused }: Decision): void {
    const now = new Set<string>();
    const all = [...rejections.map((one) => ({ ...one, instance: '' })), ...refused];
    for (const { component, instance, reason } of all) {
      const id = `${component} ${instance} ${reason}`;
      now.add(id);
      const identity = parseComponentKey(component);
      if (this.#rejections.has(id) || identity === undefined || reason === 'not-mapped') continue;
      const labels = { account: identity.ownerAccount, region: identity.region, reason };
      this.#metrics.count('isthmus_source_rejected_total', labels);
    }
    this.#rejections = now;
  }

  #set(name: string, value: number): void {
    this.#metrics.set(name, value, { cluster: this.#cluster });
  }
}

function countOf(plan: Plan, action: (typeof ACTIONS)[number]): number {
  if (action === 'hold') return plan.holds.length + plan.heldRemovals.length;
  return plan.changes.filter((change) => change.kind === action).length;
}

function newestChange(change: Exclude<Change, { kind: 'delete' }>, snapshots: readonly Snapshot[]): number | undefined {
  let newest: number | undefined;
  for (const { key } of change.desired.components) {
    for (const { services } of snapshots) {
      const changedAtMs = services.get(key)?.changedAtMs;
      if (changedAtMs !== undefined && changedAtMs > (newest ?? 0)) newest = changedAtMs;
    }
  }
  return newest;
}
