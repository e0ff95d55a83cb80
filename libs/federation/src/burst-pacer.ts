import type { ClusterSettings } from '@isthmus/model';
import { TokenBucket } from '@isthmus/model';
import type { Clock } from '@isthmus/ports';

/**
 * Quiet time between two bursts of writes. istiod waits for 100 ms of quiet (PILOT_DEBOUNCE_AFTER) before it pushes:
 * writes that trickle in hold that up, for up to 10 s (PILOT_DEBOUNCE_MAX), and with it every change of the mesh.
 */
export const BURST_REST_MS = 200;

type WriteLimits = ClusterSettings['limits'];

/** Lets the writes to one cluster go in bursts, within a rate, with rests in between. */
export class BurstPacer {
  readonly #clock: Clock;
  readonly #bucket: TokenBucket;
  #limits: WriteLimits;
  #restUntilMs = 0;

  constructor(clock: Clock, limits: WriteLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#bucket = new TokenBucket(rateOf(limits), clock.monotonicMs());
  }

  setLimits(limits: WriteLimits): void {
    if (limits === this.#limits) return;
    this.#limits = limits;
    this.#bucket.setLimit(rateOf(limits), this.#clock.monotonicMs());
  }

  /** Waits until a burst may start and answers how many writes, at most `wanted`, it may hold. */
  async nextBurst(wanted: number, signal: AbortSignal): Promise<number> {
    const size = Math.min(wanted, burstSize(this.#limits));
    const nowMs = this.#clock.monotonicMs();
    const waitMs = Math.max(this.#bucket.take(nowMs, size), this.#restUntilMs - nowMs);
    if (waitMs > 0) await this.#clock.sleep(waitMs, signal);
    return size;
  }

  /** The last write of the burst was answered. */
  endBurst(): void {
    this.#restUntilMs = this.#clock.monotonicMs() + BURST_REST_MS;
  }
}

/** Half a second's worth of writes, so that the rate is reached although every burst is followed by a rest. */
function burstSize({ writesPerSecond, burst }: WriteLimits): number {
  return Math.max(1, Math.min(burst, Math.floor(writesPerSecond / 2)));
}

function rateOf({ writesPerSecond, burst }: WriteLimits): { ratePerSecond: number; burst: number } {
  return { ratePerSecond: writesPerSecond, burst };
}
