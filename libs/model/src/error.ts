import type { Code, Disposition } from './codes.js';
import { CODES } from './codes.js';

/** Facts of an error that are safe to print: no request data, no secret. */
export interface ErrorContext {
  readonly [key: string]: string | number | boolean | undefined;
}

/** Everything that can go wrong outside the core, re-made at the border of an adapter. */
export class IsthmusError extends Error {
  readonly code: Code;
  readonly disposition: Disposition;
  readonly context: ErrorContext;
  /** How long the other side asked us to wait, in ms. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: Code,
    message: string,
    options: { readonly context?: ErrorContext; readonly retryAfterMs?: number; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'IsthmusError';
    this.code = code;
    this.disposition = CODES[code].disposition;
    this.context = options.context ?? {};
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The form in which an error is shown: in status, logs and lineage. */
export interface ErrorReport {
  readonly code: Code;
  readonly message: string;
  /** When this error was first seen without a success since (epoch ms). */
  readonly sinceMs: number;
}

/** The error as it is, or `internal-error` around anything that an adapter forgot to translate. */
export function toIsthmusError(error: unknown, doing: string): IsthmusError {
  if (error instanceof IsthmusError) return error;
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new IsthmusError('internal-error', `${doing}: ${what}`, { cause: error });
}
