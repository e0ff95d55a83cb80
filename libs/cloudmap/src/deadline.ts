/** Why a call was cut off: its time was up, or somebody stopped it. */
export type CutOff = 'timeout' | 'stopped';

/**
 * The time that one call may take, retries included. It stands still while the call waits for its rate limit, because
 * that wait says nothing about the other side. Its signal also follows the given ones; `end` lets go of them.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #stops: readonly AbortSignal[];
  readonly #onStop = (): void => this.#cut('stopped');
  #leftMs: number;
  #runningSinceMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #cutOff: CutOff | undefined;

  constructor(budgetMs: number, stops: readonly AbortSignal[]) {
    this.#leftMs = budgetMs;
    this.#stops = stops;
    if (stops.some(({ aborted }) => aborted)) this.#cut('stopped');
    for (const stop of stops) stop.addEventListener('abort', this.#onStop, { once: true });
    this.resume();
  }

  /** Aborted when the time is up or one of the given signals is. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why the signal is aborted; undefined while it is not. */
  get cutOff(): CutOff | undefined {
    return this.#cutOff;
  }

  pause(): void {
    if (this.#runningSinceMs === undefined) return;
    clearTimeout(this.#timer);
    this.#leftMs -= performance.now() - this.#runningSinceMs;
    this.#runningSinceMs = undefined;
  }

  resume(): void {
    if (this.#runningSinceMs !== undefined || this.signal.aborted) return;
    this.#runningSinceMs = performance.now();
    this.#timer = setTimeout(() => this.#cut('timeout'), Math.max(0, this.#leftMs));
  }

  /** Stops the timer and forgets the given signals; to be called when the call is over. */
  end(): void {
    this.pause();
    for (const stop of this.#stops) stop.removeEventListener('abort', this.#onStop);
  }

  #cut(cutOff: CutOff): void {
    if (this.#cutOff !== undefined) return;
    this.#cutOff = cutOff;
    this.pause();
    this.#controller.abort(new DOMException(`call ${cutOff}`, 'AbortError'));
  }
}
