/** Time as the core may see it: two clocks, because the wall clock jumps and the monotonic one has no date. */
export interface Clock {
  /** Wall clock, epoch ms. */
  nowMs(): number;
  /** Ms since some fixed point; never goes back. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Randomness: a number in [0, 1). */
export interface Random {
  next(): number;
}
