import { ENTRIES } from './api.js';
import type { JsonObject } from './json.js';
import type { KubernetesResponse } from './wire.js';
import { jsonResponse, textResponse } from './wire.js';

/** One reason inside a Status: what is wrong with which field. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

/** The parts of a Status that differ from failure to failure; an absent `reason` is left out, as some 500s do. */
export interface FailureStatus {
  readonly code: number;
  readonly message: string;
  readonly reason?: string;
  readonly details?: JsonObject;
  readonly listContinue?: string;
}

/** What a failure is about. */
export interface Subject {
  readonly resource: 'serviceentries' | 'namespaces';
  readonly name: string;
}

/** A failure as `kind: Status`. */
export function failure(status: FailureStatus, headers: Readonly<Record<string, string>> = {}): KubernetesResponse {
  return jsonResponse(
    status.code,
    {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: status.listContinue === undefined ? {} : { continue: status.listContinue },
      status: 'Failure',
      message: status.message,
      ...(status.reason === undefined ? {} : { reason: status.reason }),
      ...(status.details === undefined ? {} : { details: status.details }),
      code: status.code,
    },
    headers,
  );
}

export const badRequest = (message: string): KubernetesResponse =>
  failure({ code: 400, reason: 'BadRequest', message });

export const unauthorized = (): KubernetesResponse =>
  failure({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });

export const notFound = (subject: Subject): KubernetesResponse =>
  failure({
    code: 404,
    reason: 'NotFound',
    message: `${qualified(subject)} not found`,
    details: details(subject),
  });

/** What a path gets that no API answers, a version that is not served included. */
export const pageNotFound = (): KubernetesResponse => textResponse(404, '404 page not found\n');

export const methodNotAllowed = (): KubernetesResponse =>
  failure({
    code: 405,
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
    details: {},
  });

export const notAcceptable = (message: string): KubernetesResponse =>
  failure({ code: 406, reason: 'NotAcceptable', message });

export const alreadyExists = (subject: Subject, isTerminating: boolean): KubernetesResponse =>
  failure({
    code: 409,
    reason: 'AlreadyExists',
    message: `${isTerminating ? 'object is being deleted: ' : ''}${qualified(subject)} already exists`,
    details: details(subject),
  });

export const conflict = (subject: Subject, why: string): KubernetesResponse =>
  failure({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${qualified(subject)}: ${why}`,
    details: details(subject),
  });

/** A deletion under conditions that the object does not meet: it names the kind, not the resource. */
export const unmetPrecondition = (name: string, why: string): KubernetesResponse =>
  failure({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${ENTRIES.kind}.${ENTRIES.group} ${JSON.stringify(name)}: ${why}`,
    details: { name, group: ENTRIES.group, kind: ENTRIES.kind },
  });

/** The list position is too old; `listContinue` goes on with a list that is not of one revision. */
export const expired = (listContinue: string): KubernetesResponse =>
  failure({
    code: 410,
    reason: 'Expired',
    message:
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results.',
    listContinue,
  });

export const requestTooLarge = (limitBytes: number): KubernetesResponse =>
  failure({
    code: 413,
    reason: 'RequestEntityTooLarge',
    message: `Request entity too large: limit is ${limitBytes}`,
  });

export const unsupportedMediaType = (accepted: string): KubernetesResponse =>
  failure({
    code: 415,
    reason: 'UnsupportedMediaType',
    message: `the body of the request was in an unknown format - accepted media types include: ${accepted}`,
  });

/** 422 with one cause per field; `kind` and `name` are empty where a patch could not be decoded. */
export function invalid(name: string, causes: readonly Cause[], kind: string = ENTRIES.kind): KubernetesResponse {
  const group = groupOf(kind);
  const texts = [...new Set(causes.map((cause) => `${cause.field ?? ''}: ${cause.message}`))];
  const list = texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
  const subject = `${kind}${group === '' ? '' : `.${group}`}`;
  return failure({
    code: 422,
    reason: 'Invalid',
    message: `${subject} ${JSON.stringify(name)} is invalid: ${list}`,
    details: {
      ...(name === '' ? {} : { name }),
      ...(group === '' ? {} : { group }),
      ...(kind === '' ? {} : { kind }),
      causes: causes.map((cause) => ({ ...cause })),
    },
  });
}

/** A namespace that is being deleted takes no new objects. */
export const namespaceTerminating = (subject: Subject, namespace: string): KubernetesResponse =>
  failure({
    code: 403,
    reason: 'Forbidden',
    message: `${qualified(subject)} is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
    details: {
      ...details(subject),
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    },
  });

/** A failure below the registry: 500 without a reason. */
export const storageFailure = (message: string): KubernetesResponse => failure({ code: 500, message });

/** The webhook of istiod cannot be reached while its failurePolicy is Fail. */
export const webhookFailed = (): KubernetesResponse =>
  failure({
    code: 500,
    reason: 'InternalError',
    message:
      'Internal error occurred: failed calling webhook "rev.validation.istio.io": failed to call webhook: Post "https://istiod.istio-system.svc:443/validate?timeout=10s": no endpoints available for service "istiod"',
  });

export const webhookDenied = (why: string): KubernetesResponse =>
  failure({
    code: 400,
    reason: 'BadRequest',
    message: `admission webhook "rev.validation.istio.io" denied the request: ${why}`,
  });

/** What the port answers before the API is installed. */
export const starting = (): KubernetesResponse =>
  failure(
    {
      code: 503,
      reason: 'ServiceUnavailable',
      message: 'the request has been made before all known HTTP paths have been installed, please try again',
      details: { retryAfterSeconds: 5 },
    },
    { 'retry-after': '5' },
  );

/** The read asks for a revision that this server has not reached. */
export const resourceVersionTooLarge = (wanted: number, current: number): KubernetesResponse =>
  failure(
    {
      code: 504,
      reason: 'Timeout',
      message: `Too large resource version: ${wanted}, current: ${current}`,
      details: {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      },
    },
    { 'retry-after': '1' },
  );

/** Priority and fairness turned the request away. */
export const throttled = (retryAfterSeconds = 1): KubernetesResponse =>
  textResponse(429, 'Too many requests, please try again later.\n', { 'retry-after': String(retryAfterSeconds) });

function groupOf(kind: string): string {
  if (kind === '') return '';
  return kind.endsWith('Options') ? 'meta.k8s.io' : ENTRIES.group;
}

function qualified(subject: Subject): string {
  const group = subject.resource === ENTRIES.plural ? `.${ENTRIES.group}` : '';
  return `${subject.resource}${group} ${JSON.stringify(subject.name)}`;
}

function details({ resource, name }: Subject): JsonObject {
  return resource === ENTRIES.plural ? { name, group: ENTRIES.group, kind: resource } : { name, kind: resource };
}
