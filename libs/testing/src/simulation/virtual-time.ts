/** Whatever events happen to: nothing happens to it while it is frozen, and nothing any more once it is dead. */
export interface Subject {
  readonly isDead: boolean;
  /** True ms. */
  readonly frozenUntilMs: number;
}

/** An event that can be called off. */
export interface Planned {
  cancel(): void;
}

interface Event {
  atMs: number;
  order: number;
  readonly subject: Subject | undefined;
  run: (() => void) | undefined;
}

const TICKS_PER_TURN = 16;

/**
 * True time, and what will happen in it: a heap of events, run in the order of their times. After each event every
 * promise that can settle is settled, so that a run depends on nothing but the events.
 */
export class VirtualTime {
  #nowMs = 0;
  #order = 0;
  #ran = 0;
  readonly #heap: Event[] = [];

  /** True ms since the world began. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Events that have run. */
  get eventCount(): number {
    return this.#ran;
  }

  /** Events that are still to come. */
  get pendingCount(): number {
    return this.#heap.length;
  }

  /** Plans an event in so many ms. */
  after(ms: number, run: () => void, subject?: Subject): Planned {
    const event: Event = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order++, subject, run };
    this.#push(event);
    return {
      cancel: () => {
        event.run = undefined;
      },
    };
  }

  /** Plans the same event again and again, the first time in `ms()`. */
  every(ms: () => number, run: () => void): void {
    this.after(ms(), () => {
      run();
      this.every(ms, run);
    });
  }

  /** Lets everything happen until then; `onEvent` follows each event. */
  async runUntil(endMs: number, onEvent: () => void): Promise<void> {
    await settle(0);
    for (let next = this.#heap[0]; next !== undefined && next.atMs <= endMs; next = this.#heap[0]) {
      this.#pop();
      const { run, subject } = next;
      if (run === undefined || subject?.isDead === true) continue;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      if (subject !== undefined && subject.frozenUntilMs > this.#nowMs) {
        this.#push({ ...next, atMs: subject.frozenUntilMs, order: this.#order++ });
        continue;
      }
      this.#ran++;
      run();
      await settle(this.#ran);
      onEvent();
    }
    this.#nowMs = endMs;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(event, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      const isRight = right !== undefined && left !== undefined && isBefore(right, left);
      const least = isRight ? right : left;
      if (least === undefined || !isBefore(least, last)) break;
      heap[at] = least;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = last;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs === b.atMs ? a.order < b.order : a.atMs < b.atMs;
}

/** Ticks come when no microtask waits any more: every promise that needs nothing but other promises has settled by then. */
function settle(turn: number): Promise<void> {
  return new Promise((resolve) => {
    // A turn of the event loop costs more than most events, but Node reports unhandled rejections and signals only there.
    if (turn % TICKS_PER_TURN === 0) setImmediate(resolve);
    else process.nextTick(resolve);
  });
}
