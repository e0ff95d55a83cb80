import {
  acceptInstances,
  confirmEmptiness,
  duePolls,
  forgetUnreferenced,
  needsEmptyConfirmation,
  nextPollAtMs,
  recordPoll,
  sourceState,
  sourceSummary,
  trackReferenced,
} from '@isthmus/discovery';
import type { PollLog, PollRecord } from '@isthmus/discovery';
import type {
  ComponentKey,
  ComponentRecord,
  EmptinessNeeds,
  ServiceRecord,
  Snapshot,
  SourceSettings,
} from '@isthmus/model';
import { emptySnapshot, failed, toIsthmusError } from '@isthmus/model';
import type { Clock, CloudMapSource, Logger, Metrics, Random, SnapshotStore } from '@isthmus/ports';

import { CatalogueReader } from './catalogue-reader.js';
import { fullJitter } from './jitter.js';
import type { LoopSettings } from './loop.js';
import { Loop } from './loop.js';
import { activePause } from './pause.js';
import { loadSnapshot } from './restore-snapshot.js';
import { SnapshotSaver } from './snapshot-saver.js';
import { SourceReporter } from './source-reporter.js';
import type { SourceView } from './source-view.js';
import { steadyTime } from './steady-time.js';

/** Polls at a time; the adapter's rate limit paces them, this bounds what a hanging region can hold. */
const CONCURRENCY = 32;
/** Answers that come in within this time start the next polls together. */
const POLL_GAP_MS = 50;
const IDLE_MS = 60_000;
const BUSY_MS = 250;
const CATALOGUE_BACKOFF_MS = 2_000;

/** Components that live objects refer to, as far as the clusters were read. */
export interface References {
  readonly records: readonly ComponentRecord[];
  /** Whether every cluster was read at least once: only then is a missing reference known to be missing. */
  readonly isComplete: boolean;
}

export interface SourcePollerOptions {
  readonly settings: SourceSettings;
  readonly source: CloudMapSource;
  /** Instance attributes that `source` keeps. */
  readonly keptAttributes: readonly string[];
  readonly store: SnapshotStore;
  /** Whether a snapshot may be saved at this very moment. */
  readonly maySave: () => boolean;
  /** What the most careful cluster wants before an empty service is believed. */
  readonly needs: () => EmptinessNeeds;
  readonly references: () => References;
  /** The snapshot has a new version. */
  readonly onChange: () => void;
  readonly clock: Clock;
  /** Clock of the waits between runs, by name of the loop. */
  readonly loopClock: (loop: string) => Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Keeps the snapshot of one source true: catalogue passes in one loop, polls of the services that are due in another,
 * so that a hanging control plane delays no endpoint. It never throws, and shares nothing with other sources.
 */
export class SourcePoller {
  readonly #options: SourcePollerOptions;
  readonly #catalogue: CatalogueReader;
  readonly #catalogueLoop: Loop;
  readonly #pollLoop: Loop;
  readonly #reporter: SourceReporter;
  readonly #saver: SnapshotSaver;
  readonly #inFlight = new Map<ComponentKey, Promise<void>>();
  readonly #log = new Map<ComponentKey, PollRecord>();
  #settings: SourceSettings;
  #snapshot: Snapshot;
  /** Polls start once the answers are known to come from the right account. */
  #isTrusted = false;
  #hasStarted = false;
  #failedPasses = 0;
  /** A wall clock that jumps ahead would prove a service empty at once. */
  readonly #steadyMs: () => number;

  constructor(options: SourcePollerOptions) {
    const { settings, clock, loopClock, random, logger } = options;
    const current = (): SourceSettings => this.#settings;
    this.#options = options;
    this.#settings = settings;
    this.#steadyMs = steadyTime(clock);
    this.#snapshot = emptySnapshot(settings.name, settings.region, options.keptAttributes);
    this.#reporter = new SourceReporter(options);
    this.#saver = new SnapshotSaver({
      ...options,
      onFailure: (error) => this.#reporter.saveFailed(error),
      onOvertaken: (version) => this.#change((snapshot) => ({ ...snapshot, version: version + 1 })),
    });
    this.#catalogue = new CatalogueReader({
      get settings() {
        return current();
      },
      source: options.source,
      clock,
      cell: { get: () => this.#snapshot, change: (update) => this.#change(update) },
      references: () => options.references().records,
      onAccount: (isRight) => this.#trust(isRight),
    });
    const loop = (part: string, run: LoopSettings['run'], rest: { minGapMs: number; jitterShare: number }): Loop => {
      const name = `source ${settings.name} ${part}`;
      return new Loop({ name, clock: loopClock(name), random, logger, run, ...rest });
    };
    this.#catalogueLoop = loop('catalogue', (signal) => this.#readCatalogue(signal), { minGapMs: 0, jitterShare: 0.1 });
    this.#pollLoop = loop('polls', (signal) => this.#startPolls(signal), { minGapMs: POLL_GAP_MS, jitterShare: 0 });
  }

  get settings(): SourceSettings {
    return this.#settings;
  }

  /** Goes on by these settings; name, region, account, endpoint, credentials and limits must be those of before. */
  configure(settings: SourceSettings): void {
    if (settings === this.#settings) return;
    this.#settings = settings;
    this.#catalogueLoop.wake();
    this.#pollLoop.wake();
  }

  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** Polls until the signal is aborted; resolves when the last call has ended. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#restore();
    await Promise.all([this.#catalogueLoop.start(signal), this.#pollLoop.start(signal)]);
    await Promise.all(this.#inFlight.values());
    await this.#saver.settled();
    this.#reporter.left();
  }

  /** Takes up what live objects say of this source's services. */
  followReferences(): void {
    const { references, clock } = this.#options;
    const { records, isComplete } = references();
    const context = { settings: this.#settings, nowMs: clock.nowMs() };
    this.#change((snapshot) => trackReferenced(snapshot, records, context));
    if (!isComplete) return;
    const referenced = new Set(records.map(({ key }) => key));
    this.#change((snapshot) => forgetUnreferenced(snapshot, referenced));
    for (const key of this.#log.keys()) if (!this.#snapshot.services.has(key)) this.#log.delete(key);
  }

  view(): SourceView {
    const log: PollLog = this.#log;
    const settings = this.#settings;
    const nowMs = this.#options.clock.nowMs();
    return {
      ...sourceSummary(this.#snapshot, log),
      settings,
      account: settings.account ?? this.#snapshot.account,
      identity: this.#options.source.identity(),
      state: sourceState(this.#snapshot, log, { nowMs, limits: settings }),
      hasStarted: this.#hasStarted,
    };
  }

  /** Sets the gauges of the source, says when its state changed, and saves what could not be saved before. */
  report(): void {
    this.#saver.retry();
    this.#reporter.viewed(this.view(), this.#snapshot);
  }

  async #restore(): Promise<void> {
    const { store, keptAttributes, onChange } = this.#options;
    const wanted = { settings: this.#settings, keptAttributes, nowMs: this.#steadyMs() };
    const { version, snapshot, error } = await loadSnapshot(store, wanted);
    if (error !== undefined) this.#reporter.restoreFailed(error);
    if (version === 0) return;
    this.#saver.stored(version);
    this.#snapshot = snapshot ?? { ...this.#snapshot, version };
    this.#hasStarted = snapshot !== undefined;
    onChange();
  }

  async #readCatalogue(signal: AbortSignal): Promise<number> {
    const { clock, random } = this.#options;
    const pausedMs = this.#pausedMs();
    const startMs = clock.monotonicMs();
    const before = this.#snapshot;
    const error = pausedMs > 0 ? undefined : await this.#catalogue.read(signal);
    if (signal.aborted) return 0;
    this.#reporter.changed(before, this.#snapshot);
    this.#hasStarted = true;
    this.followReferences();
    this.report();
    if (pausedMs > 0) return pausedMs;
    const { catalogueMs } = this.#settings.poll;
    if (error === undefined) {
      this.#failedPasses = 0;
      return Math.max(0, catalogueMs - (clock.monotonicMs() - startMs));
    }
    this.#failedPasses++;
    return fullJitter(this.#failedPasses, { baseMs: CATALOGUE_BACKOFF_MS, maxMs: catalogueMs }, random);
  }

  #trust(isRight: boolean): void {
    this.#isTrusted = isRight;
    if (isRight) this.#pollLoop.wake();
  }

  /** How long a person's pause still lasts; 0: there is none. */
  #pausedMs(): number {
    const nowMs = this.#options.clock.nowMs();
    return (activePause(this.#settings.paused, nowMs)?.untilMs ?? nowMs) - nowMs;
  }

  /** Starts what is due, as far as there is room; each poll that ends wakes the loop again. */
  #startPolls(signal: AbortSignal): Promise<number> {
    const pausedMs = this.#pausedMs();
    if (!this.#isTrusted || pausedMs > 0) return Promise.resolve(Math.max(IDLE_MS, pausedMs));
    const { poll } = this.#settings;
    const at = { poll, nowMs: this.#options.clock.nowMs() };
    for (const { service } of duePolls(this.#snapshot, this.#log, at)) {
      if (this.#inFlight.size >= CONCURRENCY) return Promise.resolve(IDLE_MS);
      if (!this.#inFlight.has(service.key)) this.#startPoll(service, signal);
    }
    const nextAtMs = nextPollAtMs(this.#snapshot, this.#log, poll) ?? at.nowMs + IDLE_MS;
    // What is due and still in flight says nothing about when the others are: look again soon.
    return Promise.resolve(nextAtMs <= at.nowMs ? BUSY_MS : Math.min(IDLE_MS, nextAtMs - at.nowMs));
  }

  #startPoll(service: ServiceRecord, signal: AbortSignal): void {
    const ended = this.#poll(service, signal)
      .catch((error: unknown) => this.#pollBroke(service.key, error))
      .finally(() => {
        this.#inFlight.delete(service.key);
        this.#pollLoop.wake();
      });
    this.#inFlight.set(service.key, ended);
  }

  async #poll(service: ServiceRecord, signal: AbortSignal): Promise<void> {
    const { source, clock, needs } = this.#options;
    const { key } = service;
    const answer = await source.discoverInstances(service, signal);
    if (signal.aborted) return;
    const context = { nowMs: clock.nowMs(), steadyMs: this.#steadyMs(), needs: needs() };
    const accepted = acceptInstances(this.#snapshot, { key, answer }, context);
    this.#log.set(key, recordPoll(this.#log.get(key), answer, context.nowMs));
    this.#reporter.polled(answer, accepted.outcome);
    this.#change(() => accepted.snapshot);
    const state = this.#snapshot.services.get(key);
    if (state !== undefined && needsEmptyConfirmation(state, context.needs)) await this.#confirmEmpty(service, signal);
  }

  /** A poll that threw is a mistake in the program: it counts as a failed one, and the service is polled again in its turn. */
  #pollBroke(key: ComponentKey, cause: unknown): void {
    const error = toIsthmusError(cause, `polling ${key}`);
    this.#log.set(key, recordPoll(this.#log.get(key), failed(error), this.#options.clock.nowMs()));
    const fields = { source: this.settings.name, code: error.code, error: error.message };
    this.#options.logger.error('a poll broke', fields);
  }

  async #confirmEmpty(service: ServiceRecord, signal: AbortSignal): Promise<void> {
    const { source } = this.#options;
    const askedAtMs = this.#steadyMs();
    const answer = await source.listInstances(service, signal);
    if (signal.aborted) return;
    this.#change((snapshot) => confirmEmptiness(snapshot, service.key, { answer, askedAtMs }));
  }

  #change(update: (snapshot: Snapshot) => Snapshot): void {
    const before = this.#snapshot;
    this.#snapshot = update(before);
    if (this.#snapshot === before) return;
    this.#pollLoop.wake();
    if (this.#snapshot.version === before.version) return;
    this.#saver.save(this.#snapshot);
    this.#options.onChange();
    // Whose the services on live objects are is known only now.
    if (this.#snapshot.account !== before.account) this.followReferences();
  }
}
