import type { Clock } from '@isthmus/ports';

import type { Planned, Subject, VirtualTime } from './virtual-time.js';

/** How the clocks of a process run. */
export interface ClockFlaws {
  /** Ms of its clocks per true ms: 0.95 to 1.05. */
  readonly rate: number;
  /** Epoch ms of the true time 0. */
  readonly epochMs: number;
  /** By how much the wall clock is wrong from the start. */
  readonly wallOffsetMs: number;
}

/** One process with clocks of its own: it can be frozen, suspended together with its machine, and killed at any await. */
export class SimulatedProcess implements Subject, Clock {
  readonly #time: VirtualTime;
  readonly #flaws: ClockFlaws;
  #isDead = false;
  #frozenUntilMs = 0;
  /** True ms in which the machine did not run: its monotonic clock stood still. */
  #suspendedMs = 0;
  #jumpedMs = 0;

  constructor(time: VirtualTime, flaws: ClockFlaws) {
    this.#time = time;
    this.#flaws = flaws;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  get frozenUntilMs(): number {
    return this.#frozenUntilMs;
  }

  /** When something that it sends now leaves: a frozen process sends what it was about to send when it wakes. */
  get sendsAfterMs(): number {
    return Math.max(0, this.#frozenUntilMs - this.#time.nowMs);
  }

  nowMs(): number {
    const { rate, epochMs, wallOffsetMs } = this.#flaws;
    return Math.floor(epochMs + wallOffsetMs + this.#jumpedMs + this.#time.nowMs * rate);
  }

  monotonicMs(): number {
    return (this.#time.nowMs - this.#suspendedMs) * this.#flaws.rate;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason as Error);
      const onAbort = (): void => {
        timer.cancel();
        reject(signal?.reason as Error);
      };
      const timer = this.wakeIn(ms, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Runs something when so much has gone by on the monotonic clock. */
  wakeIn(ms: number, run: () => void): Planned {
    const dueMs = this.monotonicMs() + Math.max(0, ms);
    const plan = (): Planned => this.#time.after((dueMs - this.monotonicMs()) / this.#flaws.rate, wake, this);
    const wake = (): void => {
      if (dueMs - this.monotonicMs() > 0.001) planned = plan();
      else run();
    };
    let planned = plan();
    return { cancel: () => planned.cancel() };
  }

  /** Nothing happens in it for so long, as after SIGSTOP or in a long collection of garbage. */
  freeze(ms: number): void {
    this.#frozenUntilMs = Math.max(this.#frozenUntilMs, this.#time.nowMs + ms);
  }

  /** The whole machine stands still: the monotonic clock does not see it. */
  suspend(ms: number): void {
    // Planned before anything else of that moment, so that the clock is right when the process wakes.
    this.#time.after(ms, () => {
      this.#suspendedMs += ms;
    });
    this.freeze(ms);
  }

  /** NTP or an operator sets the wall clock. */
  jumpWallClock(ms: number): void {
    this.#jumpedMs += ms;
  }

  kill(): void {
    this.#isDead = true;
  }
}
