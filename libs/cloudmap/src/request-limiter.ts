import type { RateLimit } from '@isthmus/model';
import { TokenBucket } from '@isthmus/model';
import type { Clock } from '@isthmus/ports';

/** Share of the full rate that comes back per minute after a throttle. */
const RECOVERY_PER_MINUTE = 0.05;
/** The rate never falls below this share of the full one. */
const LOWEST_SHARE = 0.05;
/** Throttles of calls that were in flight together halve the rate once. */
const SLOW_DOWN_INTERVAL_MS = 1000;
const MINUTE_MS = 60_000;

/**
 * Rate limit of one operation: additive increase, multiplicative decrease. Quotas of Cloud Map are shared with every
 * other caller of the account and region, so that the configured rate may be more than is left for us.
 */
export class RequestLimiter {
  readonly #full: RateLimit;
  readonly #clock: Clock;
  readonly #bucket: TokenBucket;
  #lowered: { readonly ratePerSecond: number; readonly atMs: number } | undefined;

  constructor(full: RateLimit, clock: Clock) {
    this.#full = full;
    this.#clock = clock;
    this.#bucket = new TokenBucket(full, clock.monotonicMs());
  }

  /** Resolves when one request may be sent; rejects with the signal's reason when it is aborted first, and takes nothing then. */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const nowMs = this.#clock.monotonicMs();
    this.#recover(nowMs);
    const waitMs = this.#bucket.take(nowMs);
    if (waitMs === 0) return;
    try {
      await this.#clock.sleep(waitMs, signal);
    } catch (error) {
      this.#bucket.take(this.#clock.monotonicMs(), -1);
      throw error;
    }
  }

  /** Halves the rate: the other side throttled a request. */
  slowDown(): void {
    const nowMs = this.#clock.monotonicMs();
    if (this.#lowered !== undefined && nowMs - this.#lowered.atMs < SLOW_DOWN_INTERVAL_MS) return;
    const halved = Math.max(this.#rateAt(nowMs) / 2, this.#full.ratePerSecond * LOWEST_SHARE);
    this.#lowered = { ratePerSecond: halved, atMs: nowMs };
    this.#apply(halved, nowMs);
  }

  /** Requests per second that are allowed now. */
  get ratePerSecond(): number {
    return this.#rateAt(this.#clock.monotonicMs());
  }

  #recover(nowMs: number): void {
    if (this.#lowered === undefined) return;
    const rate = this.#rateAt(nowMs);
    if (rate >= this.#full.ratePerSecond) this.#lowered = undefined;
    this.#apply(rate, nowMs);
  }

  #rateAt(nowMs: number): number {
    const full = this.#full.ratePerSecond;
    if (this.#lowered === undefined) return full;
    const minutes = (nowMs - this.#lowered.atMs) / MINUTE_MS;
    return Math.min(full, this.#lowered.ratePerSecond + full * RECOVERY_PER_MINUTE * minutes);
  }

  #apply(ratePerSecond: number, nowMs: number): void {
    const share = ratePerSecond / this.#full.ratePerSecond;
    this.#bucket.setLimit({ ratePerSecond, burst: Math.max(1, this.#full.burst * share) }, nowMs);
  }
}
