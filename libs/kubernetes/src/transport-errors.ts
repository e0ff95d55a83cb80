import type { Code } from '@isthmus/model';
import { IsthmusError } from '@isthmus/model';

/** What is known about a request that got no answer. */
export interface Unanswered {
  readonly doing: string;
  readonly timeoutMs: number;
  /** The caller gave up. */
  readonly isAborted: boolean;
  /** Its time was over. */
  readonly isTimedOut: boolean;
}

const TIMEOUTS: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);
const CLOSED: ReadonlySet<string> = new Set(['UND_ERR_DESTROYED', 'UND_ERR_CLOSED']);
const TLS = /^(?:ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/;

/** The error of a request that got no answer, made of its code alone, so that nothing of the request is in it. */
export function transportError(error: unknown, unanswered: Unanswered): IsthmusError {
  const { doing, timeoutMs, isAborted, isTimedOut } = unanswered;
  if (isAborted) return new IsthmusError('aborted', `${doing}: stopped by the hub`);
  const cause = codeOf(error);
  if (isTimedOut || TIMEOUTS.has(cause)) {
    return new IsthmusError('timeout', `${doing}: no answer within ${timeoutMs} ms`, { context: { timeoutMs } });
  }
  if (CLOSED.has(cause)) return new IsthmusError('aborted', `${doing}: the client was closed`);
  if (cause === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return new IsthmusError('invalid-answer', `${doing}: the answer is larger than any list can be`);
  }
  if (cause === 'SyntaxError') {
    return new IsthmusError('invalid-answer', `${doing}: the answer is not what a Kubernetes API gives`);
  }
  const code: Code = TLS.test(cause) ? 'tls' : 'network';
  const what = code === 'tls' ? 'the TLS handshake failed' : 'the connection failed or was cut';
  return new IsthmusError(code, `${doing}: ${what} (${cause})`, { context: { cause } });
}

/** The code of an error or of what caused it, else its name; `unknown` for what is no error at all. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  const { code, cause, name } = error as { readonly code?: unknown; readonly cause?: unknown; readonly name?: unknown };
  if (typeof code === 'string') return code;
  if (cause !== undefined) return codeOf(cause);
  return typeof name === 'string' ? name : 'unknown';
}
