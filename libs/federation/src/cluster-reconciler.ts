import type { ClusterName, ComponentRecord, ErrorReport, IsthmusError, Result, Snapshot } from '@isthmus/model';
import { toIsthmusError } from '@isthmus/model';
import type { ClusterClient, Clock, Logger, Metrics, Random } from '@isthmus/ports';

import { BurstPacer } from './burst-pacer.js';
import type { ClusterInput, DecisionCore } from './cluster-input.js';
import { ClusterObserver } from './cluster-observer.js';
import { ClusterReporter } from './cluster-reporter.js';
import type { ClusterMemory, Decision, DecisionInput } from './decide-cluster.js';
import { newClusterMemory } from './decide-cluster.js';
import type { WriteResult, WriterTools, WriteWork } from './entry-writer.js';
import { EntryWriter } from './entry-writer.js';
import { reportError } from './error-report.js';
import type { Leadership } from './leadership.js';
import { isOutdated } from './outdated.js';
import { activePause } from './pause.js';
import { PreviousNamespaces } from './previous-namespaces.js';
import { steadyTime } from './steady-time.js';
import { writesStopped } from './writes-stopped.js';

export interface ClusterReconcilerOptions {
  readonly name: ClusterName;
  readonly input: () => ClusterInput;
  readonly snapshots: () => readonly Snapshot[];
  /** The client to use now, or why there is none. Another client means a new connection. */
  readonly connection: () => Result<ClusterClient, IsthmusError>;
  readonly core: DecisionCore;
  readonly leadership: Leadership;
  /** Whether anything may leave the cluster now; default: always. */
  readonly mayRemove?: () => boolean;
  /** Ms from the start at which the cluster is looked at beside the regular sweeps. */
  readonly relistsAfterMs?: readonly number[];
  /** Called after each decision with the components that live objects of ours refer to. */
  readonly onReferenced: (records: readonly ComponentRecord[]) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** What is known of one cluster at one moment. */
export interface ClusterView {
  readonly connection: 'up' | 'down' | 'unknown';
  readonly decision: Decision | undefined;
  /** Whether more is known by now than the decision was made from. */
  readonly isOutdated: boolean;
  readonly error: ErrorReport | undefined;
  readonly epoch: number;
  readonly lastAppliedAtMs: number | undefined;
}

/** Nothing is due and nothing wakes us: look again after this, to be level-triggered in the last resort. */
const IDLE_MS = 300_000;
const CONNECTION_RETRY_MS = 10_000;
/** A leader that may not write just now looks again after this. */
const LEADERSHIP_RETRY_MS = 1_000;

/** Makes one cluster as it should be: gather, decide, apply, report. One instance per cluster; its runs never overlap. */
export class ClusterReconciler {
  readonly #options: ClusterReconcilerOptions;
  readonly #observer: ClusterObserver;
  readonly #previous: PreviousNamespaces;
  readonly #writer: EntryWriter;
  readonly #reporter: ClusterReporter;
  readonly #steadyMs: () => number;
  #memory: ClusterMemory = newClusterMemory();
  #epoch = 0;
  #decision: Decision | undefined;
  #decidedFrom: DecisionInput | undefined;
  #connection: ClusterView['connection'] = 'unknown';
  #error: ErrorReport | undefined;

  constructor(options: ClusterReconcilerOptions) {
    this.#options = options;
    this.#steadyMs = steadyTime(options.clock);
    this.#observer = new ClusterObserver(options);
    this.#reporter = new ClusterReporter(options);
    const pacer = new BurstPacer(options.clock, options.input().cluster.limits);
    const tools: WriterTools = { ...options, pacer, reporter: this.#reporter };
    this.#writer = new EntryWriter(tools, this.#observer);
    this.#previous = new PreviousNamespaces(tools);
  }

  view(): ClusterView {
    return {
      connection: this.#connection,
      decision: this.#decision,
      isOutdated:
        this.#decidedFrom !== undefined &&
        isOutdated(this.#decidedFrom, this.#options.input(), this.#options.snapshots()),
      error: this.#error,
      epoch: this.#epoch,
      lastAppliedAtMs: this.#writer.lastAppliedAtMs,
    };
  }

  /** What the latest decision was made from; before the first: what is known now, with nothing observed. */
  decisionInput(): DecisionInput {
    return this.#decidedFrom ?? this.presentInput();
  }

  /** What a decision would be made from now. */
  presentInput(): DecisionInput {
    return this.#gather(this.#options.input(), this.#options.snapshots());
  }

  /** The cluster is no longer served. */
  leave(): void {
    this.#reporter.left();
  }

  /** Whether it is time for a metadata sweep: a run would make it. */
  isSweepDue(): boolean {
    return this.#observer.isSweepDue() || this.#previous.isSweepDue();
  }

  /** One run; answers how many ms may pass until the next, and rejects only on a broken invariant or a stop. */
  async run(signal: AbortSignal): Promise<number> {
    const input = this.#options.input();
    this.#reporter.stopped(writesStopped(input.cluster, input.configuration.hub, this.#options.clock.nowMs()));
    const connection = this.#options.connection();
    if (!connection.ok) {
      // Its kubeconfig is about to be read: nothing is wrong yet.
      const isNew = this.#connection === 'unknown' && connection.error.code === 'not-ready';
      return isNew ? CONNECTION_RETRY_MS : this.#disconnected(connection.error, CONNECTION_RETRY_MS);
    }
    const client = connection.value;
    this.#previous.configure(input.configuration.hub, input.cluster);
    const waitMs = this.#readWaitMs(client);
    if (waitMs > 0) return waitMs;

    const failure = await this.#observe(client, input, signal);
    if (failure) return this.#disconnected(failure, this.#readWaitMs(client));
    this.#connected();
    const snapshots = this.#options.snapshots();
    const refusal = this.#takeEpoch(input);
    const decision = await this.#decide(input, snapshots);
    if (refusal !== undefined) return this.#refused(refusal);
    if (!this.#options.leadership.isSafe()) return LEADERSHIP_RETRY_MS;
    const work = { connection: client, input, snapshots, epoch: this.#epoch };
    const { namespace } = input.cluster;
    const written = await this.#writer.write({ ...work, namespace, changes: decision.plan.changes }, signal);
    const restMs = this.#settle(decision, written, await this.#clearPrevious(work, signal));
    return this.#options.leadership.isSafe() ? restMs : Math.min(restMs, LEADERSHIP_RETRY_MS);
  }

  async #observe(client: ClusterClient, input: ClusterInput, signal: AbortSignal): Promise<IsthmusError | undefined> {
    try {
      await this.#observer.observe(client, input.cluster.sweepMs, signal);
      await this.#previous.observe(client, input.cluster.sweepMs, signal);
    } catch (error) {
      signal.throwIfAborted();
      return toIsthmusError(error, 'reading the cluster');
    }
    return undefined;
  }

  /** Takes the epoch that objects are written with, or answers why nothing may be written. */
  #takeEpoch({ configuration: { hub } }: ClusterInput): IsthmusError | undefined {
    const hubs = [hub.name, ...hub.formerNames];
    const highest = Math.max(this.#observer.store.highestEpoch(hubs), this.#previous.highestEpoch(hubs));
    const epoch = this.#options.leadership.epochFor(highest, this.#epoch);
    if (!epoch.ok) return epoch.error;
    this.#epoch = epoch.value;
    this.#reporter.tookEpoch(epoch.value);
    return undefined;
  }

  #refused(error: IsthmusError): number {
    this.#error = reportError(this.#error, error, this.#options.clock.nowMs());
    return LEADERSHIP_RETRY_MS;
  }

  async #decide(from: ClusterInput, snapshots: readonly Snapshot[]): Promise<Decision> {
    const { core, onReferenced } = this.#options;
    const input = this.#gather(from, snapshots);
    const decision = await core.decideCluster(input);
    // What was remembered of objects before it is not: an explanation needs none of it, and it is as much as they are.
    const { recall: _, ...memory } = input.memory;
    this.#decidedFrom = { ...input, memory: { ...memory, live: decision.memory.live } };
    this.#memory = decision.memory;
    const left = this.#previous.warnings(this.#observer.store);
    this.#decision = left.length === 0 ? decision : { ...decision, warnings: [...decision.warnings, ...left] };
    this.#reporter.decided(decision);
    onReferenced(decision.referenced);
    return decision;
  }

  #gather({ configuration, cluster }: ClusterInput, snapshots: readonly Snapshot[]): DecisionInput {
    return {
      cluster,
      hub: configuration.hub,
      sources: configuration.sources,
      approvals: configuration.approvals,
      snapshots,
      observed: this.#previous.entries(this.#observer.store),
      memory: this.#memory,
      nowMs: this.#options.clock.nowMs(),
      steadyMs: this.#steadyMs(),
      serverNowMs: this.#observer.serverNowMs(),
      epoch: this.#epoch,
      withholdsRemovals: !this.#mayRemove(),
    };
  }

  #mayRemove(): boolean {
    return this.#options.mayRemove?.() ?? true;
  }

  /** Objects that stand here by now go from the namespaces that they moved from. */
  async #clearPrevious(
    work: Omit<WriteWork, 'changes' | 'namespace'>,
    signal: AbortSignal,
  ): Promise<readonly WriteResult[]> {
    const results: WriteResult[] = [];
    if (!this.#mayRemove()) return results;
    for (const { namespace, writer, changes } of this.#previous.removals(this.#observer.store)) {
      const result = await writer.write({ ...work, namespace, changes }, signal);
      if (result !== undefined) results.push(result);
    }
    return results;
  }

  /** What runs of writes mean for the next one; `written`: the one to the cluster's own namespace. */
  #settle(decision: Decision, written: WriteResult | undefined, others: readonly WriteResult[]): number {
    const results = written === undefined ? others : [written, ...others];
    const error = results.find((result) => result.error !== undefined)?.error;
    if (results.length > 0 || decision.plan.changes.length === 0) this.#learnError(decision, error);
    if (written !== undefined && written.pauseMs > 0) return written.pauseMs;
    const isDoubtful = written !== undefined && this.#observer.store.doubtful.length > 0;
    return isDoubtful || results.some(({ isProgress }) => isProgress) ? 0 : this.#restMs(decision);
  }

  /** The error of a run stays until a run without one; the refusal of an object as long as that object is planned. */
  #learnError({ plan }: Decision, error: IsthmusError | undefined): void {
    if (error !== undefined) this.#error = reportError(this.#error, error, this.#options.clock.nowMs());
    else if (!this.#writer.hasRefused(plan.changes)) this.#error = undefined;
  }

  /** Time until something happens by itself: a grace that ends, an object whose turn comes again, the end of a pause. */
  #restMs({ plan, nextDueMs = Number.POSITIVE_INFINITY }: Decision): number {
    const nowMs = this.#options.clock.nowMs();
    const pause = activePause(this.#options.input().cluster.paused, nowMs);
    const pausedMs = (pause?.untilMs ?? Number.POSITIVE_INFINITY) - nowMs;
    const waits = [IDLE_MS, nextDueMs - nowMs, pausedMs, this.#writer.waitMs(plan.changes)];
    return Math.max(0, Math.min(...waits), this.#breakerMs());
  }

  /** Ms for which the cluster is left alone. */
  #breakerMs(): number {
    const connection = this.#options.connection();
    return connection.ok ? this.#readWaitMs(connection.value) : 0;
  }

  #readWaitMs(client: ClusterClient): number {
    return Math.max(this.#observer.waitMs(client), this.#previous.waitMs(client));
  }

  #connected(): void {
    if (this.#connection !== 'up') this.#error = undefined;
    this.#connection = 'up';
    this.#reporter.connected();
  }

  #disconnected(error: IsthmusError, waitMs: number): number {
    this.#connection = 'down';
    this.#error = reportError(this.#error, error, this.#options.clock.nowMs());
    this.#reporter.disconnected(error, { isBreakerOpen: this.#observer.breaker.isOpen });
    return waitMs;
  }
}
