import type { Code, Secret } from '@isthmus/model';
import { IsthmusError } from '@isthmus/model';
import type { ApiAnswer } from './transport.js';
import { excerpt } from './excerpt.js';
import type { Status } from './status.js';
import { parseStatus } from './status.js';

/** What was asked when the API server refused. */
export interface Asked {
  /** What was being done, for messages: `creating ServiceEntry a`. */
  readonly doing: string;
  readonly isWrite: boolean;
  readonly token: Secret | undefined;
}

const DEFAULT_PAUSE_MS = 1_000;
/** Failures below the registry that come back for the same object every time. */
const TOO_LARGE = /request is too large|larger than max/;
const BAD_OBJECT = /typed patch object|resourceVersion should not/;
const WEBHOOK_DOWN = /failed calling webhook/;
const WEBHOOK_DENIED = /admission webhook .* denied the request/;

/**
 * The error of an answer that is no success. What the API server says is cut to 300 characters, and where it may repeat
 * the object that was sent, without its quoted parts.
 * Source of the rules: kubernetes.io/docs/reference/using-api/api-concepts, and kube-apiserver 1.35 as it answers.
 */
export function answerError(answer: ApiAnswer, asked: Asked): IsthmusError {
  const status = parseStatus(answer);
  const code = codeFor(answer, status, asked.isWrite);
  const retryAfterMs =
    answer.retryAfterMs ?? status.retryAfterMs ?? (code === 'throttled' ? DEFAULT_PAUSE_MS : undefined);
  // An update names one field up to three times.
  const fields = [...new Set(status.causes.map(({ field }) => field))].filter(
    (field) => !['', '<nil>'].includes(field),
  );
  const reason = status.reason === '' ? '' : ` ${status.reason}`;
  return new IsthmusError(
    code,
    `${asked.doing}: the API server answered ${answer.status}${reason}: ${say(answer, status, asked)}`,
    {
      context: {
        status: answer.status,
        ...(status.reason === '' ? {} : { reason: status.reason }),
        ...(fields.length === 0 ? {} : { fields: fields.slice(0, 5).join(', ') }),
      },
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
  );
}

function codeFor(answer: ApiAnswer, status: Status, isWrite: boolean): Code {
  if (WEBHOOK_DENIED.test(status.message)) return 'invalid-object';
  switch (answer.status) {
    case 400:
    case 405:
    case 415:
      return isWrite ? 'invalid-object' : 'invalid-answer';
    case 401:
      return 'unauthorized';
    case 403:
      return status.causes.some(({ reason }) => reason === 'NamespaceTerminating')
        ? 'namespace-terminating'
        : 'forbidden';
    case 404:
      return notFoundCode(status);
    case 409:
      return status.reason === 'AlreadyExists' ? 'already-exists' : 'conflict';
    case 410:
      return 'expired';
    case 413:
      return 'too-large';
    case 422:
      return isUidConflict(status) ? 'conflict' : 'invalid-object';
    case 429:
      return 'throttled';
    default:
      return answer.status >= 500 ? serverCode(answer.status, status) : 'invalid-answer';
  }
}

/** 404 in text is a path that no API serves. */
function notFoundCode(status: Status): Code {
  if (!status.isStatus) return 'api-missing';
  return status.kind === 'namespaces' ? 'namespace-missing' : 'not-found';
}

/** The object of that name is another one than the one that was seen. */
function isUidConflict(status: Status): boolean {
  return status.causes.length > 0 && status.causes.every(({ field }) => field === 'metadata.uid');
}

function serverCode(httpStatus: number, { reason, message }: Status): Code {
  if (WEBHOOK_DOWN.test(message)) return 'webhook-failed';
  if (reason === '' && TOO_LARGE.test(message)) return 'too-large';
  if (reason === '' && BAD_OBJECT.test(message)) return 'invalid-object';
  if (httpStatus === 503) return 'not-ready';
  return httpStatus === 504 ? 'timeout' : 'server-error';
}

function say(answer: ApiAnswer, status: Status, asked: Asked): string {
  const mayEcho = answer.status === 400 || answer.status === 422;
  const unknown = /unknown field "[\w.[\]-]{1,100}"/.exec(status.message)?.[0];
  if (mayEcho && unknown !== undefined) return unknown;
  if (status.isStatus) return excerpt(status.message, { token: asked.token, mayEcho });
  return mayEcho ? 'its answer is no Status' : excerpt(answer.text, { token: asked.token, mayEcho });
}
