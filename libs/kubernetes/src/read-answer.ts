import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { ApiAnswer } from './transport.js';

const MAX_ERROR_BYTES = 65_536;

/** Reads an answer to its end, or a failure up to 64 kB. */
export async function readAnswer({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<ApiAnswer> {
  const isFailure = statusCode < 200 || statusCode > 299;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (isFailure && bytes > MAX_ERROR_BYTES) break;
  }
  const all = Buffer.concat(chunks);
  return {
    status: statusCode,
    contentType: single(headers, 'content-type'),
    serverTimeMs: Date.parse(single(headers, 'date')),
    retryAfterMs: retryAfterMs(single(headers, 'retry-after')),
    text: (isFailure ? all.subarray(0, MAX_ERROR_BYTES) : all).toString('utf8'),
  };
}

function retryAfterMs(header: string): number | undefined {
  const seconds = /^\d{1,6}$/.test(header) ? Number(header) : undefined;
  return seconds === undefined ? undefined : seconds * 1000;
}

function single(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : (value?.[0] ?? '');
}
