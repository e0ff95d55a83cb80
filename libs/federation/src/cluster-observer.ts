import type { IsthmusError } from '@isthmus/model';
import { toIsthmusError } from '@isthmus/model';
import type { ClusterClient, Clock, Random } from '@isthmus/ports';

import { Breaker, isTransportFailure } from './breaker.js';
import type { Backoff } from './jitter.js';
import { fullJitter } from './jitter.js';
import { ObservedStore } from './observed-store.js';
import { inSlices } from './slices.js';

const BACKOFF: Backoff = { baseMs: 1_000, maxMs: 60_000 };
/** With more doubtful objects than this, one paged list is cheaper than a GET of each. */
const MAX_SINGLE_READS = 50;
const SWEEP_JITTER_SHARE = 0.1;

export interface ClusterObserverOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Ms from now at which sweeps are due beside the regular ones, ascending. */
  readonly relistsAfterMs?: readonly number[];
}

/**
 * Keeps the observed state of one cluster true: a full list when the connection is new or was broken, a metadata
 * sweep when it is due, a full read of every doubtful object. Waits longer after each failure in a row.
 */
export class ClusterObserver {
  readonly store = new ObservedStore();
  readonly breaker: Breaker;
  readonly #clock: Clock;
  readonly #random: Random;
  #client: ClusterClient | undefined;
  #isListed = false;
  /** When the last list ended, and when it began: what was written since then may not be in it. */
  #listedAtMs = 0;
  #shownAtMs = 0;
  #jitter = 0;
  #sweepMs = 0;
  #sweepAtMs = 0;
  #retryAtMs = 0;
  #failures = 0;
  #serverOffsetMs: number | undefined;
  /** When to look at everything again, however long the sweep: what a leader before wrote late is found then. */
  readonly #relistsAtMs: readonly number[];

  constructor({ clock, random, relistsAfterMs = [] }: ClusterObserverOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#relistsAtMs = relistsAfterMs.map((ms) => clock.monotonicMs() + ms);
    this.breaker = new Breaker(random);
  }

  /** The API server's time now (epoch ms), by its latest `Date` header and our monotonic clock. */
  serverNowMs(): number {
    return this.#serverOffsetMs === undefined ? this.#clock.nowMs() : this.#serverOffsetMs + this.#clock.monotonicMs();
  }

  /** Takes the time of an answer; an answer without one (NaN) teaches nothing. */
  learnServerTime(serverTimeMs: number): void {
    if (Number.isFinite(serverTimeMs)) this.#serverOffsetMs = serverTimeMs - this.#clock.monotonicMs();
  }

  isSweepDue(): boolean {
    return this.#isListed && this.#clock.monotonicMs() >= this.#sweepAtMs;
  }

  /** Ms for which the cluster is left alone; 0 when it may be asked. A new connection is asked at once. */
  waitMs(client: ClusterClient): number {
    if (client !== this.#client) return 0;
    const nowMs = this.#clock.monotonicMs();
    return Math.max(this.breaker.waitMs(nowMs), this.#retryAtMs - nowMs, 0);
  }

  /** Brings the store up to date; rejects with an IsthmusError when it could not, and the store must not be used then. */
  async observe(client: ClusterClient, sweepMs: number, signal: AbortSignal): Promise<void> {
    this.#connect(client);
    if (sweepMs !== this.#sweepMs) this.#planSweep(sweepMs);
    try {
      await this.#probeIfOpen(client, signal);
      await this.#refresh(client, sweepMs, signal);
      this.#failures = 0;
      this.breaker.succeed();
    } catch (error) {
      throw this.#fail(toIsthmusError(error, 'reading the cluster'));
    }
  }

  #connect(client: ClusterClient): void {
    if (client === this.#client) return;
    this.#client = client;
    this.#isListed = false;
    this.#failures = 0;
    this.#retryAtMs = 0;
    this.breaker.close();
  }

  async #probeIfOpen(client: ClusterClient, signal: AbortSignal): Promise<void> {
    if (!this.breaker.isOpen) return;
    await client.probe(signal);
    this.breaker.close();
    this.#isListed = false;
  }

  async #refresh(client: ClusterClient, sweepMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#isListed) await this.#listAll(client, sweepMs, signal);
    else if (this.isSweepDue()) await this.#sweep(client, sweepMs, signal);
    if (this.store.doubtful.length > MAX_SINGLE_READS) await this.#listAll(client, sweepMs, signal);
    for (const name of this.store.doubtful) this.store.put(name, await client.getEntry(name, signal));
  }

  async #listAll(client: ClusterClient, sweepMs: number, signal: AbortSignal): Promise<void> {
    const startedAtMs = this.#clock.monotonicMs();
    const list = await client.listEntries(signal);
    await inSlices(this.store.replaceAll(list), this.#clock);
    this.#isListed = true;
    this.#listed(startedAtMs, list.serverTimeMs, sweepMs);
  }

  async #sweep(client: ClusterClient, sweepMs: number, signal: AbortSignal): Promise<void> {
    const startedAtMs = this.#clock.monotonicMs();
    const list = await client.listMetadata(signal, (name) => this.store.get(name));
    this.store.sweep(list);
    this.#listed(startedAtMs, list.serverTimeMs, sweepMs);
  }

  #listed(startedAtMs: number, serverTimeMs: number, sweepMs: number): void {
    this.learnServerTime(serverTimeMs);
    this.#shownAtMs = startedAtMs;
    this.#listedAtMs = this.#clock.monotonicMs();
    this.#jitter = SWEEP_JITTER_SHARE * (this.#random.next() - 0.5);
    this.#planSweep(sweepMs);
  }

  #planSweep(sweepMs: number): void {
    this.#sweepMs = sweepMs;
    const regularMs = this.#listedAtMs + sweepMs * (1 + this.#jitter);
    this.#sweepAtMs = Math.min(regularMs, ...this.#relistsAtMs.filter((atMs) => atMs > this.#shownAtMs));
  }

  #fail(error: IsthmusError): IsthmusError {
    const nowMs = this.#clock.monotonicMs();
    if (this.breaker.isOpen) this.breaker.failProbe(nowMs);
    else if (isTransportFailure(error.code)) this.breaker.fail(nowMs);
    this.#failures++;
    this.#retryAtMs = nowMs + Math.max(error.retryAfterMs ?? 0, fullJitter(this.#failures, BACKOFF, this.#random));
    return error;
  }
}
