import type {
  Change,
  ClusterName,
  ClusterSettings,
  ComponentRecord,
  Configuration,
  ErrorReport,
  IsthmusError,
  Result,
  Snapshot,
} from '@isthmus/model';
import { toIsthmusError } from '@isthmus/model';
import type { ClusterClient, Clock, Logger, Metrics, Random } from '@isthmus/ports';

import type { AcknowledgedWrite, ApplyResult } from './apply-plan.js';
import { applyPlan } from './apply-plan.js';
import { BurstPacer } from './burst-pacer.js';
import { ClusterObserver } from './cluster-observer.js';
import { ClusterReporter } from './cluster-reporter.js';
import type { ClusterMemory, Decision, decideCluster, manifestOf } from './decide-cluster.js';
import { newClusterMemory } from './decide-cluster.js';
import { reportError } from './error-report.js';
import { fullJitter } from './jitter.js';
import { nameOf, WriteMemory } from './write-memory.js';

/** The pure functions that say what a cluster should get and how an object is sent. */
export interface DecisionCore {
  readonly decideCluster: typeof decideCluster;
  readonly manifestOf: typeof manifestOf;
}

/** The configuration as it is now, and the cluster's part of it. */
export interface ClusterInput {
  readonly configuration: Configuration;
  readonly cluster: ClusterSettings;
}

export interface ClusterReconcilerOptions {
  readonly name: ClusterName;
  readonly input: () => ClusterInput;
  readonly snapshots: () => readonly Snapshot[];
  /** The client to use now, or why there is none. Another client means a new connection. */
  readonly connection: () => Result<ClusterClient, IsthmusError>;
  readonly core: DecisionCore;
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
  readonly error: ErrorReport | undefined;
  readonly epoch: number;
  readonly lastAppliedAtMs: number | undefined;
}

/** Nothing is due and nothing wakes us: look again after this, to be level-triggered in the last resort. */
const IDLE_MS = 300_000;
const CONNECTION_RETRY_MS = 10_000;
const PAUSE_BACKOFF = { baseMs: 2_000, maxMs: 300_000 };
/** A run of writes goes on this long with its plan although newer snapshots wait, so that deciding stays cheap. */
const PLAN_LASTS_MS = 2_000;

/** Makes one cluster as it should be: gather, decide, apply, report. One instance per cluster; its runs never overlap. */
export class ClusterReconciler {
  readonly #options: ClusterReconcilerOptions;
  readonly #observer: ClusterObserver;
  readonly #pacer: BurstPacer;
  readonly #writes: WriteMemory;
  readonly #reporter: ClusterReporter;
  #memory: ClusterMemory = newClusterMemory();
  #epoch = 0;
  #decision: Decision | undefined;
  #connection: ClusterView['connection'] = 'unknown';
  #error: ErrorReport | undefined;
  #lastAppliedAtMs: number | undefined;
  #pauses = 0;
  #pausedUntilMs = 0;
  #pausedClient: ClusterClient | undefined;

  constructor(options: ClusterReconcilerOptions) {
    this.#options = options;
    this.#observer = new ClusterObserver(options);
    this.#pacer = new BurstPacer(options.clock, options.input().cluster.limits);
    this.#writes = new WriteMemory(options.random);
    this.#reporter = new ClusterReporter(options);
  }

  view(): ClusterView {
    return {
      connection: this.#connection,
      decision: this.#decision,
      error: this.#error,
      epoch: this.#epoch,
      lastAppliedAtMs: this.#lastAppliedAtMs,
    };
  }

  /** Whether it is time for a metadata sweep: a run would make it. */
  isSweepDue(): boolean {
    return this.#observer.isSweepDue();
  }

  /** One run; answers how many ms may pass until the next, and rejects only on a broken invariant or a stop. */
  async run(signal: AbortSignal): Promise<number> {
    const connection = this.#options.connection();
    if (!connection.ok) return this.#disconnected(connection.error, CONNECTION_RETRY_MS);
    const client = connection.value;
    const waitMs = this.#observer.waitMs(client);
    if (waitMs > 0) return waitMs;

    const input = this.#options.input();
    const failure = await this.#observe(client, input, signal);
    if (failure) return this.#disconnected(failure, this.#observer.waitMs(client));
    this.#connected();
    const snapshots = this.#options.snapshots();
    const decision = this.#decide(input, snapshots);
    const result = await this.#apply({ client, input, snapshots, changes: decision.plan.changes }, signal);
    if (result !== undefined) return this.#settle(client, decision, result);
    if (decision.plan.changes.length === 0) this.#error = undefined;
    return this.#restMs(decision);
  }

  async #observe(client: ClusterClient, input: ClusterInput, signal: AbortSignal): Promise<IsthmusError | undefined> {
    try {
      await this.#observer.observe(client, input.cluster.sweepMs, signal);
    } catch (error) {
      signal.throwIfAborted();
      return toIsthmusError(error, 'reading the cluster');
    }
    const highest = this.#observer.store.highestEpoch(input.configuration.hub.name);
    if (this.#epoch === 0 || highest > this.#epoch) this.#epoch = highest + 1;
    return undefined;
  }

  #decide({ configuration, cluster }: ClusterInput, snapshots: readonly Snapshot[]): Decision {
    const { core, clock, onReferenced } = this.#options;
    const decision = core.decideCluster({
      cluster,
      hub: configuration.hub,
      sources: configuration.sources,
      approvals: configuration.approvals,
      snapshots,
      observed: this.#observer.store.entries,
      memory: this.#memory,
      nowMs: clock.nowMs(),
      serverNowMs: this.#observer.serverNowMs(),
      epoch: this.#epoch,
    });
    this.#memory = decision.memory;
    this.#decision = decision;
    this.#reporter.decided(decision);
    onReferenced(decision.referenced);
    return decision;
  }

  /** Undefined when nothing was to be sent, or nothing may be sent now. */
  async #apply(
    work: {
      readonly client: ClusterClient;
      readonly input: ClusterInput;
      readonly snapshots: readonly Snapshot[];
      readonly changes: readonly Change[];
    },
    signal: AbortSignal,
  ): Promise<ApplyResult | undefined> {
    const { client, input, snapshots, changes } = work;
    const { clock, core } = this.#options;
    const startMs = clock.monotonicMs();
    const isPaused = startMs < this.#pausedUntilMs && client === this.#pausedClient;
    if (changes.length === 0 || isPaused || !isWritable(input)) return undefined;
    this.#pacer.setLimits(input.cluster.limits);
    const result = await applyPlan(
      changes,
      {
        client,
        clock,
        pacer: this.#pacer,
        breaker: this.#observer.breaker,
        memory: this.#writes,
        inFlight: input.cluster.limits.inFlight,
        epoch: this.#epoch,
        manifestOf: core.manifestOf,
        mayWrite: (change) => this.#mayWrite(change, client, input),
        isOutdated: () =>
          clock.monotonicMs() - startMs > PLAN_LASTS_MS && !isSameList(snapshots, this.#options.snapshots()),
        onWritten: (write) => this.#remember(write, snapshots),
        onDoubt: (name) => this.#observer.store.doubt(name),
        onResult: (change, code, seconds) => this.#reporter.wrote(change, code, seconds),
        onQueue: (depth) => this.#reporter.queued(depth),
      },
      signal,
    );
    this.#reporter.applied(result, { epoch: this.#epoch, durationMs: clock.monotonicMs() - startMs });
    return result;
  }

  /** Judged on the configuration of this moment: a plan made from an older one is not carried out. */
  #mayWrite(change: Change, client: ClusterClient, planned: ClusterInput): boolean {
    const current = this.#options.input();
    const connection = this.#options.connection();
    return (
      current.configuration === planned.configuration &&
      connection.ok &&
      connection.value === client &&
      isWritable(current) &&
      (change.kind !== 'delete' || current.cluster.mode === 'sync')
    );
  }

  #remember(write: AcknowledgedWrite, snapshots: readonly Snapshot[]): void {
    const { store } = this.#observer;
    this.#lastAppliedAtMs = this.#options.clock.nowMs();
    if (write.kind === 'deleted') return store.put(nameOf(write.change), undefined);
    const { spec } = write.manifest;
    store.put(write.manifest.name, { ...write.answer.metadata, spec: { hosts: spec.hosts, raw: spec } });
    this.#observer.learnServerTime(write.answer.serverTimeMs);
    this.#reporter.propagated(write.change, snapshots);
  }

  /** What a run of writes means for the next one. */
  #settle(client: ClusterClient, decision: Decision, result: ApplyResult): number {
    const nowMs = this.#options.clock.monotonicMs();
    this.#learnError(decision, result.error);
    const pause = result.pause ?? (result.error?.disposition === 'hold' ? result.error : undefined);
    if (pause === undefined) {
      this.#pauses = 0;
      const isProgress = result.written.length > 0 || this.#observer.store.doubtful.length > 0;
      return isProgress ? 0 : Math.max(this.#restMs(decision), this.#observer.waitMs(client));
    }
    this.#pauses++;
    const pauseMs = Math.max(pause.retryAfterMs ?? 0, fullJitter(this.#pauses, PAUSE_BACKOFF, this.#options.random));
    this.#pausedUntilMs = nowMs + pauseMs;
    this.#pausedClient = client;
    return pauseMs;
  }

  /** The error of a run stays until a run without one; the refusal of an object as long as that object is planned. */
  #learnError({ plan }: Decision, error: IsthmusError | undefined): void {
    if (error !== undefined) this.#error = reportError(this.#error, error, this.#options.clock.nowMs());
    else if (!plan.changes.some((change) => this.#writes.isRefused(change))) this.#error = undefined;
  }

  /** Time until something happens by itself: a grace that ends, an object whose turn comes again. */
  #restMs(decision: Decision): number {
    const { clock } = this.#options;
    const monotonicMs = clock.monotonicMs();
    const nextTryMs = this.#writes.nextTryMs(decision.plan.changes, monotonicMs);
    const waits = [
      IDLE_MS,
      (decision.nextDueMs ?? Number.POSITIVE_INFINITY) - clock.nowMs(),
      (nextTryMs ?? Number.POSITIVE_INFINITY) - monotonicMs,
    ];
    if (this.#pausedUntilMs > monotonicMs) waits.push(this.#pausedUntilMs - monotonicMs);
    return Math.max(0, Math.min(...waits));
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

function isWritable({ configuration, cluster }: ClusterInput): boolean {
  return !configuration.hub.readOnly && cluster.push && cluster.mode !== 'observe';
}

function isSameList(a: readonly Snapshot[], b: readonly Snapshot[]): boolean {
  return a.length === b.length && a.every((snapshot, index) => snapshot === b[index]);
}
