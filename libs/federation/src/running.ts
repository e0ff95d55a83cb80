/** Something that runs until it is stopped. */
export class Running {
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;

  /** Starts the work; `close` runs when it has ended. Work that rejects although it was stopped has ended all the same. */
  constructor(work: (signal: AbortSignal) => Promise<void>, close: () => void = () => undefined) {
    this.#ended = work(this.#stop.signal)
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted) throw error;
      })
      .finally(close);
  }

  /** Resolves when the last of its work has ended. */
  stop(): Promise<void> {
    this.#stop.abort();
    return this.#ended;
  }
}
