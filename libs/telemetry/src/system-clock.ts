import type { Clock, Random } from '@isthmus/ports';

/** A longer timer fires at once. Source: nodejs.org/api/timers.html, setTimeout. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** The clocks of the machine and of the process. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  async sleep(ms, signal) {
    const endMs = performance.now() + ms;
    for (let leftMs = ms; leftMs > LONGEST_TIMER_MS; leftMs = endMs - performance.now()) {
      await wait(LONGEST_TIMER_MS, signal);
    }
    await wait(Math.max(0, endMs - performance.now()), signal);
  },
};

/** The randomness of the process; not for secrets. */
export const systemRandom: Random = { next: () => Math.random() };

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(reasonOf(signal));
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      if (signal !== undefined) reject(reasonOf(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason));
}
