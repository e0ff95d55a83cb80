/** Work that never overlaps itself. Each ask is followed by a run that begins after it; asks that wait become one run. */
export class SerialJob {
  readonly #work: () => Promise<void>;
  #last: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  /** `work` must not reject. */
  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Resolves when a run has ended that began after this call. */
  run(): Promise<void> {
    this.#next ??= this.#last.then(() => {
      this.#next = undefined;
      this.#last = this.#work();
      return this.#last;
    });
    return this.#next;
  }
}
