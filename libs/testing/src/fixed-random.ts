import type { Random } from '@isthmus/ports';

/** Randomness that always answers the same number in [0, 1). */
export function fixedRandom(value = 0.5): Random {
  return { next: () => value };
}
