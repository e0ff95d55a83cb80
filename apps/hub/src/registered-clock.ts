import type { Clock } from '@isthmus/ports';
import type { SchedulerRegistry } from '@nestjs/schedule';

/** The longest time that a timer of Node.js can wait. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** A clock whose sleeps are timers in Nest's registry, under the name of the loop that sleeps; one at a time. */
export function registeredClock(registry: SchedulerRegistry, loop: string, clock: Clock): Clock {
  return {
    nowMs: () => clock.nowMs(),
    monotonicMs: () => clock.monotonicMs(),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(reasonOf(signal));
        const end = (): void => {
          signal?.removeEventListener('abort', onAbort);
          if (registry.doesExist('timeout', loop)) registry.deleteTimeout(loop);
        };
        const onAbort = (): void => {
          end();
          if (signal) reject(reasonOf(signal));
        };
        const wake = (): void => {
          end();
          resolve();
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        registry.addTimeout(loop, setTimeout(wake, Math.min(ms, LONGEST_TIMER_MS)));
      }),
  };
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason));
}
