import type { ErrorReport, IsthmusError } from '@isthmus/model';

/** The report of an error: the earlier one while the code stays the same, so that `sinceMs` is the first of a row. */
export function reportError(previous: ErrorReport | undefined, error: IsthmusError, nowMs: number): ErrorReport {
  if (previous?.code === error.code) return previous;
  return { code: error.code, message: error.message, sinceMs: nowMs };
}
