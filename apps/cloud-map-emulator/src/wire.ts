import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream';
import { httpStatusOf, isModelledError } from '@isthmus/emulation';
import type { CloudMapError } from '@isthmus/emulation';

/** Most bytes of a request body that are read. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** A parsed JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A body to send, and how. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
  /** For the Date header, in ms since the epoch. */
  readonly atMs: number;
}

/** Reads a body to its end, or to where the client broke off; undefined when it is too large. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  });
  await new Promise((resolve) => finished(request, resolve));
  return bytes > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}

/** The JSON object in a text, an empty text being an empty object; undefined when it holds anything else. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = text === '' ? {} : JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined; // Not JSON is an answer here, not a failure.
  }
}

/** A successful answer in AWS' JSON 1.1. */
export function awsSuccess(body: JsonObject, atMs: number): Answer {
  return { status: 200, body: JSON.stringify(body), contentType: 'application/x-amz-json-1.1', atMs };
}

/** An error answer in AWS' JSON 1.1: errors of the service model carry its namespace, common ones are bare. */
export function awsError(error: CloudMapError, atMs: number): Answer {
  const prefix = isModelledError(error.code) ? 'com.amazonaws.servicediscovery#' : '';
  return {
    status: httpStatusOf(error.code),
    body: JSON.stringify({ __type: `${prefix}${error.code}`, Message: error.message, ...error.members }),
    contentType: 'application/x-amz-json-1.1',
    atMs,
  };
}

/** Sends an answer; `requestNumber` makes the request id, so that a run can be repeated exactly. */
export function send(response: ServerResponse, answer: Answer, requestNumber: number): void {
  response.writeHead(answer.status, {
    'content-type': answer.contentType,
    'content-length': Buffer.byteLength(answer.body),
    date: new Date(answer.atMs).toUTCString(),
    'x-amzn-requestid': requestId(requestNumber),
  });
  response.end(answer.body);
}

function requestId(requestNumber: number): string {
  const digits = hash('sha256', `request ${requestNumber}`);
  return [0, 8, 12, 16, 20].map((from, part) => digits.slice(from, [8, 12, 16, 20, 32][part])).join('-');
}
