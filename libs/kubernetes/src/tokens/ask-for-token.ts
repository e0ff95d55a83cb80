import type { Secret } from '@isthmus/model';
import { IsthmusError } from '@isthmus/model';
import { request } from 'undici';
import { excerpt } from '../excerpt.js';
import { isRecord, parseObject } from '../json.js';
import { transportError } from '../transport-errors.js';
import type { ClusterToken } from './token-source.js';

/** A question to whoever issues tokens. */
export interface TokenQuestion {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For messages: `asking Entra for a token of cluster a`. */
  readonly doing: string;
  /** What was sent and must not be repeated. */
  readonly secret: Secret | undefined;
  readonly signal: AbortSignal;
}

const TIMEOUT_MS = 8_000;
const MAX_BYTES = 65_536;

/** Asks, and answers the JSON object of a success; everything else is an IsthmusError without what was sent. */
export async function askForToken(question: TokenQuestion): Promise<Readonly<Record<string, unknown>>> {
  const { url, method, headers, body, doing, signal } = question;
  const deadline = AbortSignal.timeout(TIMEOUT_MS);
  const options = { method, headers, body: body ?? null, signal: AbortSignal.any([signal, deadline]) };
  let status: number;
  let text: string;
  try {
    const response = await request(url, options);
    status = response.statusCode;
    text = await limitedText(response.body as AsyncIterable<Buffer>);
  } catch (error) {
    throw unavailable(
      transportError(error, { doing, timeoutMs: TIMEOUT_MS, isAborted: false, isTimedOut: options.signal.aborted }),
    );
  }
  const answer = parseObject(text);
  if (status === 200 && answer !== undefined) return answer;
  // Never the text itself: it may be a token in a form that was not expected.
  const said = excerpt(wordsOf(answer) ?? 'it is no OAuth answer', { token: question.secret, mayEcho: false });
  throw new IsthmusError('token-unavailable', `${doing}: the answer was ${status}: ${said}`, { context: { status } });
}

/** A token of an answer that has `access_token` and `expires_in`. Source: RFC 6749, 5.1. */
export function tokenOf(
  answer: Readonly<Record<string, unknown>>,
  { doing, nowMs, wrap }: { readonly doing: string; readonly nowMs: number; readonly wrap: (token: string) => Secret },
): ClusterToken {
  const { access_token: token, expires_in: seconds } = answer;
  const lifeSeconds = Number(seconds);
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token) || !Number.isFinite(lifeSeconds)) {
    throw new IsthmusError('token-unavailable', `${doing}: the answer holds no token`);
  }
  return { token: wrap(token), expiresAtMs: nowMs + lifeSeconds * 1000 };
}

/** The code of the trouble stays in the message; the token is what could not be had. */
function unavailable(error: IsthmusError): IsthmusError {
  return new IsthmusError('token-unavailable', error.message, { context: { ...error.context, code: error.code } });
}

/** What an OAuth server says of a refusal. Source: RFC 6749, 5.2. */
function wordsOf(answer: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const { error, error_description: description } = answer ?? {};
  if (typeof error === 'string') return typeof description === 'string' ? `${error}: ${description}` : error;
  return isRecord(error) && typeof error['message'] === 'string' ? error['message'] : undefined;
}

async function limitedText(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_BYTES).toString('utf8');
}
