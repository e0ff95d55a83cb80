import type { ElectionTimings } from './store-settings.js';

/** How much longer than the renew deadline the lease must be: clocks may run apart by this factor. */
const CLOCK_FACTOR = 1.25;
/** Renewals that fit into the deadline, so that one that fails ends no term. */
const RENEWALS = 3;

/** Why times of a lease are not safe together; undefined: they are. */
export function unsafeTimings({ leaseMs, renewDeadlineMs, retryMs }: ElectionTimings): string | undefined {
  if (leaseMs < CLOCK_FACTOR * renewDeadlineMs) {
    return `lease must be at least ${CLOCK_FACTOR} times renewDeadline, or two replicas could lead at a time`;
  }
  if (renewDeadlineMs < RENEWALS * retryMs) {
    return `renewDeadline must be at least ${RENEWALS} times retry, or one renewal that fails would end a term`;
  }
  return undefined;
}
