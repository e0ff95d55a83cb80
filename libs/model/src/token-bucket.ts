/** A rate limit: `ratePerSecond` in the long run, `burst` at once. */
export interface RateLimit {
  readonly ratePerSecond: number;
  readonly burst: number;
}

/** Token bucket whose clock is the caller's: `take` says how long to wait, and nothing sleeps in here. */
export class TokenBucket {
  #limit: RateLimit;
  #tokens: number;
  #atMs: number;

  constructor(limit: RateLimit, nowMs: number) {
    this.#limit = limit;
    this.#tokens = limit.burst;
    this.#atMs = nowMs;
  }

  /** Takes `count` tokens, going into debt if it must, and returns the ms to wait before using them. */
  take(nowMs: number, count = 1): number {
    this.#refill(nowMs);
    this.#tokens -= count;
    return this.#tokens >= 0 ? 0 : Math.ceil((-this.#tokens / this.#limit.ratePerSecond) * 1000);
  }

  /** Tokens that can be used at once. */
  available(nowMs: number): number {
    this.#refill(nowMs);
    return Math.max(0, Math.floor(this.#tokens));
  }

  /** Changes the rate from now on; tokens in hand are kept up to the new burst. */
  setLimit(limit: RateLimit, nowMs: number): void {
    this.#refill(nowMs);
    this.#limit = limit;
    this.#tokens = Math.min(this.#tokens, limit.burst);
  }

  #refill(nowMs: number): void {
    const elapsedMs = Math.max(0, nowMs - this.#atMs);
    this.#tokens = Math.min(this.#limit.burst, this.#tokens + (elapsedMs / 1000) * this.#limit.ratePerSecond);
    this.#atMs = Math.max(this.#atMs, nowMs);
  }
}
