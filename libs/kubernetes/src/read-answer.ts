import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { ItemScanner } from './item-scanner.js';
import type { ApiAnswer } from './transport.js';

const MAX_ERROR_BYTES = 65_536;

/** Reads an answer to its end, or a failure up to 64 kB. `takeItem`: for each object of a list, as it arrives. */
export async function readAnswer(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  takeItem?: (item: unknown) => void,
): Promise<ApiAnswer> {
  const isFailure = statusCode < 200 || statusCode > 299;
  const chunks = body as AsyncIterable<Buffer>;
  return {
    status: statusCode,
    contentType: single(headers, 'content-type'),
    serverTimeMs: Date.parse(single(headers, 'date')),
    retryAfterMs: retryAfterMs(single(headers, 'retry-after')),
    text: isFailure || takeItem === undefined ? await readText(chunks, isFailure) : await readList(chunks, takeItem),
  };
}

async function readText(chunks: AsyncIterable<Buffer>, isFailure: boolean): Promise<string> {
  const read: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    read.push(chunk);
    bytes += chunk.length;
    if (isFailure && bytes > MAX_ERROR_BYTES) break;
  }
  const all = Buffer.concat(read);
  return (isFailure ? all.subarray(0, MAX_ERROR_BYTES) : all).toString('utf8');
}

async function readList(chunks: AsyncIterable<Buffer>, takeItem: (item: unknown) => void): Promise<string> {
  const scanner = new ItemScanner(takeItem);
  for await (const chunk of chunks) scanner.feed(chunk);
  return scanner.frame();
}

function retryAfterMs(header: string): number | undefined {
  const seconds = /^\d{1,6}$/.test(header) ? Number(header) : undefined;
  return seconds === undefined ? undefined : seconds * 1000;
}

function single(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : (value?.[0] ?? '');
}
