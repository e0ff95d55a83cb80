import type { Code } from '@isthmus/model';
import type { Random } from '@isthmus/ports';

import type { Backoff } from './jitter.js';
import { fullJitter } from './jitter.js';

const OPENS_AFTER = 5;
const BACKOFF: Backoff = { baseMs: 5_000, maxMs: 300_000 };

/** Codes that say that the API server did not do its work, whatever we asked for. */
const TRANSPORT_FAILURES: ReadonlySet<Code> = new Set<Code>(['timeout', 'network', 'tls', 'server-error', 'not-ready']);

/** Whether an error counts against the cluster as a whole rather than against one object. */
export function isTransportFailure(code: Code): boolean {
  return TRANSPORT_FAILURES.has(code);
}

/**
 * Leaves a failing cluster alone: it opens after five transport failures in a row; after a pause (5 s, growing to
 * 5 min, full jitter) one probe may be sent; its success closes the breaker, its failure opens it for longer.
 * Times are ms of the monotonic clock.
 */
export class Breaker {
  readonly #random: Random;
  #failures = 0;
  #openings = 0;
  #probeAtMs: number | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  get isOpen(): boolean {
    return this.#probeAtMs !== undefined;
  }

  /** Ms until the next probe; 0 when one may be sent now, or when the breaker is closed. */
  waitMs(nowMs: number): number {
    return Math.max(0, (this.#probeAtMs ?? nowMs) - nowMs);
  }

  /** A request was answered, even with a refusal. Ignored while open: only the probe closes it. */
  succeed(): void {
    if (!this.isOpen) this.#failures = 0;
  }

  /** A request failed; answers whether this opened the breaker. */
  fail(nowMs: number): boolean {
    if (this.isOpen || ++this.#failures < OPENS_AFTER) return false;
    this.#open(nowMs);
    return true;
  }

  /** The probe failed. */
  failProbe(nowMs: number): void {
    this.#open(nowMs);
  }

  /** The probe was answered, or the connection is a new one. */
  close(): void {
    this.#failures = 0;
    this.#openings = 0;
    this.#probeAtMs = undefined;
  }

  #open(nowMs: number): void {
    this.#openings++;
    this.#probeAtMs = nowMs + fullJitter(this.#openings, BACKOFF, this.#random);
  }
}
