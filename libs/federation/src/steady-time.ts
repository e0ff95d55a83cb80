import type { Clock } from '@isthmus/ports';

/**
 * Epoch ms of this moment and what has gone by since: what lasts a while is measured by it, because a wall clock that
 * jumps ahead would end every wait at once.
 */
export function steadyTime(clock: Clock): () => number {
  const startMs = clock.nowMs() - clock.monotonicMs();
  return () => Math.round(startMs + clock.monotonicMs());
}
