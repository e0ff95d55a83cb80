import { IsthmusError } from '@isthmus/model';
import type { LogFields } from '@isthmus/ports';

/** Longest chain of causes that is named. */
const MOST_CAUSES = 5;

/**
 * An error as fields of a log line: code, message and stack. Of its causes only the names are told, because an error
 * of an SDK carries the request and its headers.
 */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { code: 'internal-error', error: String(error) };
  const causes = causeNames(error);
  return {
    code: error instanceof IsthmusError ? error.code : 'internal-error',
    error: error.message,
    stack: error.stack,
    ...(causes.length === 0 ? {} : { causes }),
  };
}

function causeNames(error: Error): readonly string[] {
  const names: string[] = [];
  for (let cause = error.cause; cause instanceof Error && names.length < MOST_CAUSES; cause = cause.cause) {
    names.push(cause.name);
  }
  return names;
}
