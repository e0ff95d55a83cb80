const inspectSymbol = Symbol.for('nodejs.util.inspect.custom');

/** A text that prints as `[redacted]` wherever it is logged, inspected or serialised; `reveal` is the only way to it. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The text itself: call it only where it leaves for the system that it belongs to. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  [inspectSymbol](): string {
    return '[redacted]';
  }
}
