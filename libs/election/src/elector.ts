import type { ElectionTimings, IsthmusError } from '@isthmus/model';
import { toIsthmusError, unsafeTimings } from '@isthmus/model';
import type {
  Clock,
  LeaderElector,
  LeaderView,
  LeaseRecord,
  LeaseStore,
  Logger,
  Metrics,
  Random,
  Term,
} from '@isthmus/ports';

import type { ElectionCommand, ElectionEvent, ElectionState, EndReason } from './election.js';
import { FIRST_STATE, isSafeAt, step, waitMs } from './election.js';

export interface ElectorOptions {
  readonly store: LeaseStore;
  /** Unique to this process: another one of the same name would take the lease for its own. */
  readonly holder: string;
  readonly timings: ElectionTimings;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** A hub that stops gives its work this long to end before the lease is given up. */
const STOP_WITHIN_MS = 2_000;
/** Followers look a little sooner than asked, each at its own pace. */
const JITTER_SHARE = 0.2;

/** Runs the election against a lease store: sends what it commands, and tells it what comes back and when. */
export class Elector implements LeaderElector {
  readonly #options: ElectorOptions;
  #state: ElectionState = FIRST_STATE;
  /** Wall clock of the renewal that the state counts from: a suspended machine stops the other clock. */
  #renewedAtWallMs = 0;
  #floor = 0;
  #term: AbortController | undefined;
  /** Resolves when the work of the last term has ended; undefined: it has. */
  #working: Promise<void> | undefined;
  #lead: (term: Term) => Promise<void> = () => Promise.resolve();

  /** Throws when the timings are not safe together. */
  constructor(options: ElectorOptions) {
    const fault = unsafeTimings(options.timings);
    if (fault !== undefined) throw new Error(fault);
    this.#options = options;
    this.#report();
  }

  isSafe(): boolean {
    const { clock, timings } = this.#options;
    const wallMs = clock.nowMs() - this.#renewedAtWallMs;
    return isSafeAt(this.#state, clock.monotonicMs(), timings) && wallMs < timings.renewDeadlineMs;
  }

  raiseEpoch(floor: number): void {
    this.#floor = Math.max(this.#floor, floor);
  }

  view(): LeaderView {
    const state = this.#state;
    if (state.role === 'leader') return { isLeader: true, holder: state.lease.holder, epoch: state.lease.epoch };
    const { holder = '', epoch = 0 } = state.seen?.record ?? {};
    // A record of our own that we do not lead by is nobody's.
    return { isLeader: false, holder: holder === this.#options.holder ? '' : holder, epoch };
  }

  async run(lead: (term: Term) => Promise<void>, signal: AbortSignal): Promise<void> {
    this.#lead = lead;
    while (!signal.aborted) {
      // A new term begins when the work of the last one has ended.
      if (this.#state.role === 'follower' && this.#working !== undefined) {
        await Promise.race([this.#working, abortOf(signal)]);
      }
      await this.#happen({ kind: 'tick', atMs: this.#nowMs() });
      await this.#rest(signal);
    }
    await this.#happen({ kind: 'stop' });
  }

  async #rest(signal: AbortSignal): Promise<void> {
    const { clock, timings, random } = this.#options;
    const retryMs = timings.retryMs * (1 - JITTER_SHARE * random.next());
    const ms = waitMs(this.#state, this.#nowMs(), { ...timings, retryMs });
    await clock.sleep(ms, signal).catch(() => undefined);
  }

  /** Takes an event, and does what follows from it, to its end. */
  async #happen(event: ElectionEvent): Promise<void> {
    const before = this.#state;
    const { state, commands } = step(before, event, { ...this.#options.timings, holder: this.#options.holder });
    this.#state = state;
    if (before.role === 'leader' && state.role === 'leader' && before.lease.epoch !== state.lease.epoch) {
      this.#options.logger.info('a higher epoch was taken', { epoch: state.lease.epoch });
    }
    this.#report();
    for (const command of commands) await this.#carryOut(command);
  }

  async #carryOut(command: ElectionCommand): Promise<void> {
    switch (command.kind) {
      case 'observe':
        return this.#ask(async () => {
          const record = await this.#options.store.observe();
          return { kind: 'observed', atMs: this.#nowMs(), record };
        });
      case 'acquire':
        return this.#ask(() => this.#take('acquired', (holder) => this.#acquire(holder, command.seen)));
      case 'renew':
        return this.#renew(command.lease);
      case 'begin':
        return this.#begin(command.lease);
      case 'end':
        return this.#end(command.reason);
      case 'release':
        return this.#release(command.lease);
    }
  }

  #acquire(holder: string, seen: LeaseRecord): Promise<LeaseRecord | undefined> {
    return this.#options.store.acquire({ holder, seen, floor: this.#floor });
  }

  async #renew({ epoch }: LeaseRecord): Promise<void> {
    const { store, metrics } = this.#options;
    await this.#ask(async () => {
      const startMs = this.#nowMs();
      const event = await this.#take('renewed', (holder) => store.renew({ holder, epoch, floor: this.#floor }));
      metrics.observe('isthmus_leader_renew_duration_seconds', (this.#nowMs() - startMs) / 1000);
      if (event.record === undefined) metrics.count('isthmus_leader_renew_failures_total', { reason: 'lost' });
      return event;
    });
  }

  /** Sends a request that may make or keep this replica the leader, and remembers on both clocks when it did. */
  async #take(
    kind: 'acquired' | 'renewed',
    send: (holder: string) => Promise<LeaseRecord | undefined>,
  ): Promise<Extract<ElectionEvent, { readonly kind: 'acquired' | 'renewed' }>> {
    const sentAtMs = this.#nowMs();
    const sentAtWallMs = this.#options.clock.nowMs();
    const record = await send(this.#options.holder);
    if (record !== undefined) this.#renewedAtWallMs = sentAtWallMs;
    return { kind, sentAtMs, atMs: this.#nowMs(), record };
  }

  /** No answer is no event: nobody knows what was done, and the next look tells. */
  async #ask(request: () => Promise<ElectionEvent>): Promise<void> {
    let event: ElectionEvent;
    try {
      event = await request();
    } catch (cause) {
      const error: IsthmusError = toIsthmusError(cause, 'asking for the lease');
      const { metrics, logger } = this.#options;
      if (this.#state.role === 'leader') metrics.count('isthmus_leader_renew_failures_total', { reason: error.code });
      logger.debug('the lease store gave no answer', { code: error.code, error: error.message });
      return;
    }
    await this.#happen(event);
  }

  #begin({ epoch }: LeaseRecord): Promise<void> {
    const { logger, holder, metrics } = this.#options;
    logger.info('this replica leads from now on', { holder, epoch });
    metrics.count('isthmus_leader_transitions_total', { to: 'leader' });
    const term = new AbortController();
    this.#term = term;
    const working = this.#work({ epoch, signal: term.signal }).finally(() => {
      this.#working = undefined;
    });
    this.#working = working;
    working.then(() => this.#workEnded(term.signal)).catch((error: unknown) => this.#workFailed(error));
    this.#watchDeadline(term.signal).catch((error: unknown) => this.#workFailed(error));
    return Promise.resolve();
  }

  async #work(term: Term): Promise<void> {
    try {
      await this.#lead(term);
    } catch (error) {
      this.#workFailed(error);
    }
  }

  /** A leader that does nothing keeps the other one from leading: when its work ends by itself, the lease is given up. */
  async #workEnded(signal: AbortSignal): Promise<void> {
    if (!signal.aborted) await this.#happen({ kind: 'stop' });
  }

  #workFailed(cause: unknown): void {
    const { code, message } = toIsthmusError(cause, 'leading');
    this.#options.logger.error('the work of a term failed', { code, error: message });
  }

  /** Ends the term at its deadline even while a request to the store is under way. */
  async #watchDeadline(signal: AbortSignal): Promise<void> {
    const { clock, timings } = this.#options;
    while (!signal.aborted && this.#state.role === 'leader') {
      const nowMs = this.#nowMs();
      const leftMs = this.#state.renewedAtMs + timings.renewDeadlineMs - nowMs;
      // Sums and differences of fractions are rounded each in its own way: nothing may be left, and it is safe all the same.
      if (isSafeAt(this.#state, nowMs, timings)) await clock.sleep(Math.max(1, leftMs), signal).catch(() => undefined);
      else await this.#happen({ kind: 'passed', atMs: this.#nowMs() });
    }
  }

  async #end(reason: EndReason): Promise<void> {
    const { logger, metrics, holder, clock } = this.#options;
    const fields = { holder, reason };
    if (reason === 'stopped') logger.info('this replica leads no more', fields);
    else logger.warn('this replica leads no more; clusters keep what they have', fields);
    metrics.count('isthmus_leader_transitions_total', { to: 'follower' });
    this.#term?.abort();
    this.#term = undefined;
    if (reason === 'stopped') await Promise.race([this.#working, clock.sleep(STOP_WITHIN_MS)]);
  }

  async #release({ holder, epoch }: LeaseRecord): Promise<void> {
    try {
      await this.#options.store.release({ holder, epoch });
    } catch (cause) {
      const { code, message } = toIsthmusError(cause, 'giving up the lease');
      const { logger } = this.#options;
      logger.warn('the lease was not given up; it ends by itself', { code, error: message });
    }
  }

  #report(): void {
    const { metrics } = this.#options;
    const { isLeader, epoch } = this.view();
    metrics.set('isthmus_leader_is_leader', isLeader ? 1 : 0);
    metrics.set('isthmus_leader_epoch', epoch);
    metrics.set('isthmus_leader_deadline_seconds', this.#leftSeconds());
  }

  #leftSeconds(): number {
    const state = this.#state;
    if (state.role !== 'leader') return 0;
    return Math.max(0, state.renewedAtMs + this.#options.timings.renewDeadlineMs - this.#nowMs()) / 1000;
  }

  #nowMs(): number {
    return this.#options.clock.monotonicMs();
  }
}

function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
