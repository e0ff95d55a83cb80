import type { Clock, Logger, Random } from '@isthmus/ports';

import { fullJitter } from './jitter.js';

export interface LoopSettings {
  /** For logs and the timer registry: `cluster eks-us`. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** One run over the whole state; answers how many ms may pass until the next one. */
  readonly run: (signal: AbortSignal) => Promise<number>;
  /** Rest after each run, however often the loop is woken meanwhile: wake-ups of that time become one run. */
  readonly minGapMs: number;
  /** Share of each wait that is random, so that loops do not march in step; 0.1 by default. */
  readonly jitterShare?: number;
}

const ERROR_BACKOFF = { baseMs: 1_000, maxMs: 60_000 };
const MAX_WAIT_MS = 3_600_000;
/** Why a wait ends early: made once, because loops are woken all the time. */
const WOKEN = new Error('woken');

/**
 * Runs the same work again and again: never twice at a time, sooner when woken, and for ever, because a run that
 * throws is logged and repeated. Level-triggered: a missed wake-up costs one wait, never a lost change.
 */
export class Loop {
  readonly #settings: LoopSettings;
  #isWoken = false;
  #endWait: (() => void) | undefined;
  #failures = 0;

  constructor(settings: LoopSettings) {
    this.#settings = settings;
  }

  get name(): string {
    return this.#settings.name;
  }

  /** Asks for a run soon; many wakes before it are one run. A wake during a run leads to another run. */
  wake(): void {
    this.#isWoken = true;
    this.#endWait?.();
  }

  /** Runs until the signal is aborted; resolves when the last run has ended. */
  async start(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#isWoken = false;
      const waitMs = await this.#runOnce(signal);
      await this.#sleep(this.#settings.minGapMs, signal, { isWakeable: false });
      if (!this.#isWoken)
        await this.#sleep(this.#jittered(waitMs) - this.#settings.minGapMs, signal, { isWakeable: true });
    }
  }

  async #runOnce(signal: AbortSignal): Promise<number> {
    const { run, logger, random, name } = this.#settings;
    try {
      const waitMs = await run(signal);
      this.#failures = 0;
      return waitMs;
    } catch (error) {
      if (signal.aborted) return 0;
      this.#failures++;
      logger.error('a run of a loop failed and will be repeated', {
        loop: name,
        failures: this.#failures,
        message: error instanceof Error ? error.message : String(error),
      });
      return fullJitter(this.#failures, ERROR_BACKOFF, random);
    }
  }

  #jittered(waitMs: number): number {
    const { random, jitterShare = 0.1 } = this.#settings;
    return Math.min(MAX_WAIT_MS, waitMs) * (1 + jitterShare * random.next());
  }

  /** Waits; a wake-up or a stop ends the wait early, which is not an error. */
  async #sleep(ms: number, signal: AbortSignal, { isWakeable }: { readonly isWakeable: boolean }): Promise<void> {
    if (ms <= 0 || signal.aborted) return;
    const nap = new AbortController();
    const end = (): void => nap.abort(WOKEN);
    signal.addEventListener('abort', end, { once: true });
    if (isWakeable) this.#endWait = end;
    try {
      await this.#settings.clock.sleep(ms, nap.signal);
    } catch (error) {
      if (!nap.signal.aborted) throw error;
    } finally {
      this.#endWait = undefined;
      signal.removeEventListener('abort', end);
    }
  }
}
