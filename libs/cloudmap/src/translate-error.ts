import type { Code } from '@isthmus/model';
import { CODES, IsthmusError } from '@isthmus/model';
import { CredentialsFailure } from './credentials-failure.js';
import type { CutOff } from './deadline.js';
import type { Operation } from './operation.js';

/** What an error happened to. */
export interface CallSite {
  readonly source: string;
  readonly region: string;
  readonly operation: Operation;
  /** What was asked for, as a person would say it: `service payments in namespace shop`. */
  readonly subject: string;
}

/** What is known beside the error itself. */
export interface CallEnd {
  readonly cutOff: CutOff | undefined;
  /** Whether a request was made; if not, what failed was to get credentials for it. */
  readonly isSent: boolean;
}

/**
 * Codes by error name. Names, because Cloud Map answers 400 for nearly all of them, whatever the HTTP status in its
 * service model says. Sources: Cloud Map API reference, “Common Errors” and the errors of each action.
 */
const NAMES_BY_CODE = {
  throttled: [
    'ThrottlingException',
    'Throttling',
    'ThrottledException',
    'RequestLimitExceeded',
    'RequestThrottled',
    'RequestThrottledException',
    'TooManyRequestsException',
    'SlowDown',
  ],
  'access-denied': [
    'AccessDeniedException',
    'AccessDenied',
    'UnauthorizedOperation',
    'NotAuthorized',
    'OptInRequired',
    'SubscriptionRequiredException',
  ],
  'credentials-missing': [
    'AuthFailure',
    'CredentialsProviderError',
    'ExpiredToken',
    'ExpiredTokenException',
    'IncompleteSignature',
    'IncompleteSignatureException',
    'InvalidClientTokenId',
    'InvalidSignature',
    'InvalidSignatureException',
    'MissingAuthenticationToken',
    'MissingAuthenticationTokenException',
    'ProviderError',
    'RequestExpired',
    'RequestInTheFuture',
    'RequestTimeTooSkewed',
    'SignatureDoesNotMatch',
    'TokenProviderError',
    'UnrecognizedClient',
    'UnrecognizedClientException',
  ],
  'namespace-not-found': ['NamespaceNotFound'],
  'service-not-found': ['ServiceNotFound'],
  timeout: ['TimeoutError', 'RequestTimeout', 'RequestTimeoutException'],
  'server-error': [
    'InternalError',
    'InternalFailure',
    'InternalServerError',
    'InternalServerException',
    'ServiceUnavailable',
    'ServiceUnavailableException',
  ],
  'invalid-answer': ['SyntaxError', 'UnknownOperationException', 'Unknown', 'UnknownError'],
} as const satisfies Partial<Record<Code, readonly string[]>>;

/** Codes by `error.code` of Node.js. Source: nodejs.org/api/errors.html, “Common system errors” and OpenSSL error codes. */
const SYSTEM_CODES_BY_CODE = {
  network: [
    'ECONNABORTED',
    'ECONNREFUSED',
    'ECONNRESET',
    'EADDRNOTAVAIL',
    'EAI_AGAIN',
    'EAI_FAIL',
    'EHOSTDOWN',
    'EHOSTUNREACH',
    'EMFILE',
    'ENETDOWN',
    'ENETUNREACH',
    'ENOTFOUND',
    'EPIPE',
    'ERR_STREAM_PREMATURE_CLOSE',
  ],
  timeout: ['ETIMEDOUT', 'ESOCKETTIMEDOUT'],
  tls: [
    'CERT_HAS_EXPIRED',
    'CERT_NOT_YET_VALID',
    'CERT_REVOKED',
    'CERT_UNTRUSTED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'EPROTO',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ],
} as const satisfies Partial<Record<Code, readonly string[]>>;

const CODE_BY_NAME = invert(NAMES_BY_CODE);
const CODE_BY_SYSTEM_CODE = invert(SYSTEM_CODES_BY_CODE);

/** The error of the SDK or the network as one of ours, without anything of the request, and without the error itself as its cause. */
export function translateError(thrown: unknown, site: CallSite, end: CallEnd): IsthmusError {
  const failure = thrown instanceof CredentialsFailure ? thrown : undefined;
  const error = failure === undefined ? thrown : failure.cause;
  const code = codeOf(error, end);
  const awsError = nameOf(error);
  const told = awsError === undefined ? '' : ` (${awsError})`;
  const { source, region, operation } = site;
  const denial = code === 'access-denied' && failure === undefined ? denialOf(error, operation) : undefined;
  const remedy = failure === undefined ? remedyOf(denial) : `, while ${failure.doing}: ${failure.hint}`;
  return new IsthmusError(code, `${describeSite(site)}: ${CODES[code].meaning}${told}${remedy}`, {
    context: {
      source,
      region,
      operation,
      awsError,
      httpStatus: statusOf(error),
      requestId: requestIdOf(error),
      ...denial,
    },
    ...(code === 'throttled' ? retryAfter(error) : {}),
  });
}

/** What an identity may not do, as data for whoever writes its policy. */
interface Denial extends Record<string, string | boolean | undefined> {
  /** `servicediscovery:ListServices`. */
  readonly action: string;
  readonly resource: string;
  /** ARN of the caller; undefined where AWS does not say it. */
  readonly principal: string | undefined;
  /** A policy denies it by name, so that allowing it elsewhere changes nothing. */
  readonly isExplicit: boolean;
}

function denialOf(error: unknown, operation: Operation): Denial {
  const message = textOf(error, 'message') ?? '';
  return {
    action: `servicediscovery:${operation}`,
    resource: resourceIn(error),
    principal: /\b(arn:[\w:/+=,.@-]{1,512}) is not authorized/.exec(message)?.[1],
    isExplicit: /with an explicit deny/.test(message),
  };
}

function remedyOf(denial: Denial | undefined): string {
  if (denial === undefined) return '';
  const { action, resource, principal, isExplicit } = denial;
  const needs = `; it needs ${action} on ${resource}`;
  if (isExplicit) return `${needs}: a policy denies it by name`;
  return principal === undefined ? needs : `${needs}: add it to ${holderOf(principal)}`;
}

/** Who has the policies of a caller: of a session, its role. Source: IAM user guide, “IAM identifiers”. */
function holderOf(principal: string): string {
  const role = /:assumed-role\/([^/]+)\//.exec(principal)?.[1];
  return role === undefined ? principal : `role ${role}`;
}

/** An answer that came, and that is not what the API promises. */
export function invalidAnswer(site: CallSite, what: string): IsthmusError {
  const { source, region, operation } = site;
  const message = `${describeSite(site)}: ${CODES['invalid-answer'].meaning}: ${what}`;
  return new IsthmusError('invalid-answer', message, { context: { source, region, operation } });
}

/** `DiscoverInstances of service payments in namespace shop, region eu-west-1`. */
export function describeSite(site: CallSite): string {
  return `${site.operation} of ${site.subject}, region ${site.region}`;
}

function codeOf(error: unknown, end: CallEnd): Code {
  if (end.cutOff === 'stopped') return 'aborted';
  if (end.cutOff === 'timeout') return 'timeout';
  const code = codeOfCause(error) ?? codeOfName(error) ?? codeOfStatus(error);
  if (end.isSent) return code ?? 'internal-error';
  return code === undefined || code === 'access-denied' ? 'credentials-missing' : code;
}

/** The SDK renames lost connections to TimeoutError, so that the system's code comes before the name. */
function codeOfCause(error: unknown): Code | undefined {
  const code = textOf(error, 'code');
  if (code === undefined) return undefined;
  if (code.startsWith('ERR_TLS_') || code.startsWith('ERR_SSL_')) return 'tls';
  return CODE_BY_SYSTEM_CODE.get(code);
}

function codeOfName(error: unknown): Code | undefined {
  const code = CODE_BY_NAME.get(nameOf(error) ?? '');
  return code === 'invalid-answer' ? undefined : code;
}

/** What has no name of its own: a failing server or proxy, or an answer that could not be parsed. */
function codeOfStatus(error: unknown): Code | undefined {
  const status = statusOf(error);
  if (status !== undefined && status >= 500) return 'server-error';
  if (CODE_BY_NAME.get(nameOf(error) ?? '') === 'invalid-answer') return 'invalid-answer';
  return status !== undefined && status < 300 ? 'invalid-answer' : undefined;
}

/** The name, if it has the form of one. */
function nameOf(error: unknown): string | undefined {
  const name = textOf(error, 'name');
  return name !== undefined && /^[A-Za-z][\w.]{0,63}$/.test(name) ? name : undefined;
}

/** The resource that AWS names in its refusal, when it has the form of one. */
function resourceIn(error: unknown): string {
  const [, resource] = /on resource: (\*|arn:[\w:/*.-]{1,256})/.exec(textOf(error, 'message') ?? '') ?? [];
  return resource ?? '*';
}

function statusOf(error: unknown): number | undefined {
  const status = fieldOf(fieldOf(error, '$metadata'), 'httpStatusCode');
  return typeof status === 'number' ? status : undefined;
}

function requestIdOf(error: unknown): string | undefined {
  const id = textOf(fieldOf(error, '$metadata'), 'requestId');
  return id !== undefined && /^[\w-]{1,64}$/.test(id) ? id : undefined;
}

function retryAfter(error: unknown): { readonly retryAfterMs?: number } {
  const headers = fieldOf(fieldOf(error, '$response'), 'headers');
  const seconds = textOf(headers, 'retry-after') ?? '';
  return /^\d{1,5}$/.test(seconds) ? { retryAfterMs: Number(seconds) * 1000 } : {};
}

function textOf(value: unknown, key: string): string | undefined {
  const field = fieldOf(value, key);
  return typeof field === 'string' ? field : undefined;
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

function invert(table: Partial<Record<Code, readonly string[]>>): ReadonlyMap<string, Code> {
  const rows = Object.entries(table) as readonly (readonly [Code, readonly string[]])[];
  return new Map(rows.flatMap(([code, names]) => names.map((name) => [name, code] as const)));
}
