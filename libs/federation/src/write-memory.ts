import type { Change, EntryName } from '@isthmus/model';
import { nameOf } from '@isthmus/plan';
import type { Random } from '@isthmus/ports';

import type { Backoff } from './jitter.js';
import { fullJitter } from './jitter.js';

const FAILURE_BACKOFF: Backoff = { baseMs: 500, maxMs: 300_000 };
const REPEAT_BACKOFF: Backoff = { baseMs: 5_000, maxMs: 300_000 };
/** The same content written so often in a row means that somebody else keeps undoing it. */
const REPEATS_ALLOWED = 3;
const REPEATS_FORGOTTEN_AFTER_MS = 3_600_000;

interface Attempts {
  /** Content that the API server refused: not sent again until it changes. */
  readonly refused: string | undefined;
  readonly failures: number;
  readonly lastWritten: string | undefined;
  readonly repeats: number;
  readonly writtenAtMs: number;
  readonly notBeforeMs: number;
}

const FRESH: Attempts = {
  refused: undefined,
  failures: 0,
  lastWritten: undefined,
  repeats: 0,
  writtenAtMs: 0,
  notBeforeMs: 0,
};

/** What earlier writes to one cluster taught about each object: when to try again, and what not to send again. Monotonic ms. */
export class WriteMemory {
  readonly #random: Random;
  /** The content alone where there was one success and no trouble: there are as many as objects. */
  readonly #attempts = new Map<EntryName, Attempts | string>();
  /** Objects whose last write failed or was refused. */
  readonly #troubled = new Set<EntryName>();
  #sweptAtMs = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** What is planned now: the trouble with anything else is forgotten, or that of each object that ever was would stay. */
  planned(changes: readonly Change[]): void {
    if (this.#troubled.size === 0) return;
    const names = new Set(changes.map(nameOf));
    for (const name of this.#troubled) {
      if (names.has(name)) continue;
      this.#troubled.delete(name);
      this.#attempts.delete(name);
    }
  }

  /** Whether a change may be sent now. */
  mayTry(change: Change, nowMs: number): boolean {
    const { refused, notBeforeMs } = this.#of(change);
    return refused !== contentOf(change) && notBeforeMs <= nowMs;
  }

  isRefused(change: Change): boolean {
    return this.#of(change).refused === contentOf(change);
  }

  /** The first time at which a change that waits may be sent; undefined when none waits. */
  nextTryMs(changes: readonly Change[], nowMs: number): number | undefined {
    const times = changes
      .filter((change) => !this.isRefused(change))
      .map((change) => this.#of(change).notBeforeMs)
      .filter((time) => time > nowMs);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  succeeded(change: Change, nowMs: number): void {
    this.#sweep(nowMs);
    this.#troubled.delete(nameOf(change));
    const { lastWritten, repeats, writtenAtMs } = this.#of(change);
    const content = contentOf(change);
    const isRepeat = lastWritten === content && nowMs - writtenAtMs < REPEATS_FORGOTTEN_AFTER_MS;
    const count = isRepeat ? repeats + 1 : 1;
    if (count === 1) {
      this.#attempts.set(nameOf(change), content);
      return;
    }
    const waitMs = count < REPEATS_ALLOWED ? 0 : fullJitter(count - REPEATS_ALLOWED + 1, REPEAT_BACKOFF, this.#random);
    this.#attempts.set(nameOf(change), {
      ...FRESH,
      lastWritten: content,
      repeats: count,
      writtenAtMs: nowMs,
      notBeforeMs: nowMs + waitMs,
    });
  }

  /** The write failed or its outcome is unknown: the object waits, longer each time. */
  failed(change: Change, nowMs: number): void {
    const attempts = this.#of(change);
    const failures = attempts.failures + 1;
    const notBeforeMs = nowMs + fullJitter(failures, FAILURE_BACKOFF, this.#random);
    this.#attempts.set(nameOf(change), { ...attempts, failures, notBeforeMs });
    this.#troubled.add(nameOf(change));
  }

  /** The API server refused this content: it is not sent again until it changes. */
  refused(change: Change): void {
    this.#attempts.set(nameOf(change), { ...this.#of(change), refused: contentOf(change) });
    this.#troubled.add(nameOf(change));
  }

  /** Forgets successes that are too old to be counted, and single ones about an hour after they were made. */
  #sweep(nowMs: number): void {
    if (nowMs - this.#sweptAtMs < REPEATS_FORGOTTEN_AFTER_MS) return;
    this.#sweptAtMs = nowMs;
    for (const [name, attempts] of this.#attempts) {
      if (typeof attempts === 'string' || isForgotten(attempts, nowMs)) this.#attempts.delete(name);
    }
  }

  #of(change: Change): Attempts {
    const attempts = this.#attempts.get(nameOf(change)) ?? FRESH;
    if (typeof attempts !== 'string') return attempts;
    return { ...FRESH, lastWritten: attempts, repeats: 1, writtenAtMs: this.#sweptAtMs };
  }
}

function isForgotten({ refused, failures, writtenAtMs, notBeforeMs }: Attempts, nowMs: number): boolean {
  const isOld = nowMs - writtenAtMs >= REPEATS_FORGOTTEN_AFTER_MS && notBeforeMs <= nowMs;
  return isOld && refused === undefined && failures === 0;
}

/** Host of the object that a change is about. */
export function hostOf(change: Change): string {
  return change.kind === 'delete' ? change.host : change.desired.host;
}

/** What a change would send, as a text to compare: the hash that clusters share, because there is one of each object. */
function contentOf(change: Change): string {
  return change.kind === 'delete' ? `delete ${change.observed.uid}` : change.desired.bodyHash;
}
