import type { RejectionExplanation } from '@isthmus/federation';
import type { Code } from '@isthmus/model';
import { CODES } from '@isthmus/model';

/** An error over HTTP. Source: RFC 9457. `code` is one of the catalogue. */
export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly code: Code;
  readonly detail: string;
  /** Each thing that stands in the way, where there are several. */
  readonly reasons?: readonly string[];
  /** Of an unknown host: hosts that may have been meant, and services that were refused one like it. */
  readonly near?: readonly string[];
  readonly refused?: readonly RejectionExplanation[];
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

const TITLES: ReadonlyMap<number, string> = new Map([
  [404, 'Not Found'],
  [500, 'Internal Server Error'],
  [503, 'Service Unavailable'],
]);

/** The problem of a status and code; without a detail, the meaning of the code stands there. */
export function problem(
  status: 404 | 500 | 503,
  code: Code,
  more: Partial<Pick<Problem, 'detail' | 'reasons' | 'near' | 'refused'>> = {},
): Problem {
  const { detail = CODES[code].meaning, ...members } = more;
  const title = TITLES.get(status) ?? 'Error';
  return { type: 'about:blank', title, status, code, detail, ...members };
}
