import type { IsthmusError } from './error.js';

/**
 * The result of one read of Cloud Map. A removal can be built from nothing but `complete`: a type, not a habit.
 * `observedAtMs` is the `Date` header of the answer (epoch ms, whole seconds), so that two hubs share one clock.
 */
export type Answer<T> = CompleteAnswer<T> | PartialAnswer<T> | FailedAnswer;

/** Every page was read. */
export interface CompleteAnswer<T> {
  readonly kind: 'complete';
  readonly value: T;
  readonly observedAtMs: number;
}

/** Some of it was read; `missing` says why the rest was not. It may add, never remove. */
export interface PartialAnswer<T> {
  readonly kind: 'partial';
  readonly value: T;
  readonly observedAtMs: number;
  readonly missing: IsthmusError;
}

/** Nothing was read. */
export interface FailedAnswer {
  readonly kind: 'failed';
  readonly error: IsthmusError;
}

export const complete = <T>(value: T, observedAtMs: number): CompleteAnswer<T> => ({
  kind: 'complete',
  value,
  observedAtMs,
});
export const failed = (error: IsthmusError): FailedAnswer => ({ kind: 'failed', error });

/** Why an answer is less than complete; undefined: it is complete. */
export function failureOf(answer: Answer<unknown>): IsthmusError | undefined {
  switch (answer.kind) {
    case 'complete':
      return undefined;
    case 'partial':
      return answer.missing;
    case 'failed':
      return answer.error;
  }
}
