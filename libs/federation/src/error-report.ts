import type { ErrorReport, IsthmusError } from '@isthmus/model';

/** The report of an error; an error of the same code keeps the time since which it lasts. */
export function reportError(previous: ErrorReport | undefined, error: IsthmusError, nowMs: number): ErrorReport {
  const sinceMs = previous?.code === error.code ? previous.sinceMs : nowMs;
  return { code: error.code, message: error.message, sinceMs };
}
