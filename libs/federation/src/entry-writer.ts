import type { Change, IsthmusError, Result, Snapshot } from '@isthmus/model';
import { toIsthmusError } from '@isthmus/model';
import { nameOf } from '@isthmus/plan';
import type { ClusterClient, Clock, Random } from '@isthmus/ports';

import type { AcknowledgedWrite, ApplyResult } from './apply-plan.js';
import { applyPlan } from './apply-plan.js';
import type { BurstPacer } from './burst-pacer.js';
import type { ClusterObserver } from './cluster-observer.js';
import type { ClusterInput, DecisionCore } from './cluster-input.js';
import type { ClusterReporter } from './cluster-reporter.js';
import { fullJitter } from './jitter.js';
import type { Leadership } from './leadership.js';
import { WriteMemory } from './write-memory.js';
import { writesStopped } from './writes-stopped.js';

/** What the writers of one cluster share. */
export interface WriterTools {
  readonly input: () => ClusterInput;
  readonly connection: () => Result<ClusterClient, IsthmusError>;
  readonly snapshots: () => readonly Snapshot[];
  readonly core: DecisionCore;
  readonly leadership: Leadership;
  readonly clock: Clock;
  readonly random: Random;
  readonly pacer: BurstPacer;
  readonly reporter: ClusterReporter;
}

/** Changes to send, and what they were planned from. */
export interface WriteWork {
  readonly changes: readonly Change[];
  /** The client of the cluster, whose namespace need not be the one to write to. */
  readonly connection: ClusterClient;
  readonly namespace: string;
  readonly input: ClusterInput;
  readonly snapshots: readonly Snapshot[];
  readonly epoch: number;
}

/** What became of them. */
export interface WriteResult extends ApplyResult {
  /** For how long nothing will be sent; 0: there is no pause. */
  readonly pauseMs: number;
  /** Something is different now, so that another run is due. */
  readonly isProgress: boolean;
}

const PAUSE_BACKOFF = { baseMs: 2_000, maxMs: 300_000 };
/** A run of writes goes on this long with its plan although newer snapshots wait, so that deciding stays cheap. */
const PLAN_LASTS_MS = 2_000;

/** Writes to one namespace of one cluster, and remembers what that taught. */
export class EntryWriter {
  readonly #tools: WriterTools;
  readonly #observer: ClusterObserver;
  readonly #memory: WriteMemory;
  #lastAppliedAtMs: number | undefined;
  #pauses = 0;
  #pausedUntilMs = 0;
  #pausedConnection: ClusterClient | undefined;

  constructor(tools: WriterTools, observer: ClusterObserver) {
    this.#tools = tools;
    this.#observer = observer;
    this.#memory = new WriteMemory(tools.random);
  }

  get lastAppliedAtMs(): number | undefined {
    return this.#lastAppliedAtMs;
  }

  /** Whether the API server refused one of these as it is. */
  hasRefused(changes: readonly Change[]): boolean {
    return changes.some((change) => this.#memory.isRefused(change));
  }

  /** Ms until one of these that waits may be sent; infinite when none waits. */
  waitMs(changes: readonly Change[]): number {
    const nowMs = this.#tools.clock.monotonicMs();
    const tryAtMs = this.#memory.nextTryMs(changes, nowMs) ?? Number.POSITIVE_INFINITY;
    const pausedUntilMs = this.#pausedUntilMs > nowMs ? this.#pausedUntilMs : Number.POSITIVE_INFINITY;
    return Math.min(tryAtMs, pausedUntilMs) - nowMs;
  }

  /** Undefined when nothing was to be sent, or nothing may be sent now. */
  async write(work: WriteWork, signal: AbortSignal): Promise<WriteResult | undefined> {
    const { clock, reporter } = this.#tools;
    const { changes, connection, input, epoch, namespace } = work;
    const startMs = clock.monotonicMs();
    this.#memory.planned(changes);
    const isPaused = startMs < this.#pausedUntilMs && connection === this.#pausedConnection;
    if (changes.length === 0 || isPaused || !isWritable(input, clock.nowMs())) return undefined;
    const result = await this.#apply(work, signal);
    reporter.applied(result, { epoch, namespace, durationMs: clock.monotonicMs() - startMs });
    const isNamespaceMissing = result.error?.code === 'namespace-missing' && input.cluster.createNamespace;
    return isNamespaceMissing ? this.#createNamespace(work, result, signal) : this.#settle(connection, result);
  }

  #apply(work: WriteWork, signal: AbortSignal): Promise<ApplyResult> {
    const { connection, namespace, input, snapshots, epoch } = work;
    const { clock, core, pacer, reporter } = this.#tools;
    const startMs = clock.monotonicMs();
    pacer.setLimits(input.cluster.limits);
    return applyPlan(
      work.changes,
      {
        client: connection.inNamespace(namespace),
        clock,
        pacer,
        breaker: this.#observer.breaker,
        memory: this.#memory,
        inFlight: input.cluster.limits.inFlight,
        epoch,
        manifestOf: core.manifestOf,
        mayWrite: (change) => this.#mayWrite(change, work),
        isOutdated: () =>
          clock.monotonicMs() - startMs > PLAN_LASTS_MS && !isSameList(snapshots, this.#tools.snapshots()),
        onWritten: (write) => this.#remember(write, snapshots),
        onDoubt: (name) => this.#observer.store.doubt(name),
        onResult: (change, code, seconds) => reporter.wrote(change, code, seconds),
        onQueue: (depth) => reporter.queued(depth),
      },
      signal,
    );
  }

  /** Judged on the configuration of this moment: a plan made from an older one is not carried out. */
  #mayWrite(change: Change, planned: WriteWork): boolean {
    if (!this.#tools.leadership.isSafe()) return false;
    const current = this.#tools.input();
    const connection = this.#tools.connection();
    return (
      current.configuration === planned.input.configuration &&
      connection.ok &&
      connection.value === planned.connection &&
      isWritable(current, this.#tools.clock.nowMs()) &&
      (change.kind !== 'delete' || current.cluster.mode === 'sync')
    );
  }

  #remember(write: AcknowledgedWrite, snapshots: readonly Snapshot[]): void {
    const { store } = this.#observer;
    this.#lastAppliedAtMs = this.#tools.clock.nowMs();
    if (write.kind === 'deleted') {
      const name = nameOf(write.change);
      this.#tools.reporter.deleted(name);
      return store.put(name, undefined);
    }
    store.wrote(write.manifest, write.answer.metadata);
    this.#observer.learnServerTime(write.answer.serverTimeMs);
    this.#tools.reporter.propagated(write.change, snapshots);
  }

  /** The namespace is created when the first write finds it missing, so that the right to do so is needed only then. */
  async #createNamespace(work: WriteWork, result: ApplyResult, signal: AbortSignal): Promise<WriteResult> {
    const { connection, namespace } = work;
    if (!this.#tools.leadership.isSafe()) return { ...result, pauseMs: 0, isProgress: false };
    try {
      await connection.inNamespace(namespace).createNamespace(signal);
      this.#tools.reporter.createdNamespace(namespace);
      return { ...result, error: undefined, pause: undefined, pauseMs: 0, isProgress: true };
    } catch (error) {
      signal.throwIfAborted();
      return this.#settle(connection, { ...result, error: toIsthmusError(error, 'creating the namespace') });
    }
  }

  /** What a run of writes means for the next one. */
  #settle(connection: ClusterClient, result: ApplyResult): WriteResult {
    const { clock, random } = this.#tools;
    const pause = result.pause ?? (result.error?.disposition === 'hold' ? result.error : undefined);
    const isProgress = result.written.length > 0;
    if (pause === undefined) {
      this.#pauses = 0;
      return { ...result, pauseMs: 0, isProgress };
    }
    this.#pauses++;
    const pauseMs = Math.max(pause.retryAfterMs ?? 0, fullJitter(this.#pauses, PAUSE_BACKOFF, random));
    this.#pausedUntilMs = clock.monotonicMs() + pauseMs;
    this.#pausedConnection = connection;
    return { ...result, pauseMs, isProgress };
  }
}

function isWritable({ configuration, cluster }: ClusterInput, nowMs: number): boolean {
  return writesStopped(cluster, configuration.hub, nowMs) === null;
}

function isSameList(a: readonly Snapshot[], b: readonly Snapshot[]): boolean {
  return a.length === b.length && a.every((snapshot, index) => snapshot === b[index]);
}
