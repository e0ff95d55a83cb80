import type { Random } from '@isthmus/ports';

export interface Backoff {
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * How long to wait after the n-th failure in a row (n from 1): a random share of `base × 2^(n−1)`, at most `max`,
 * and never less than a tenth of `base`. Source: AWS Architecture Blog, “Exponential Backoff And Jitter”.
 */
export function fullJitter(failures: number, { baseMs, maxMs }: Backoff, random: Random): number {
  const ceilingMs = Math.min(maxMs, baseMs * 2 ** Math.min(30, Math.max(0, failures - 1)));
  return Math.max(baseMs / 10, random.next() * ceilingMs);
}
