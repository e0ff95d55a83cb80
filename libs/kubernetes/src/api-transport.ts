import type { IncomingHttpHeaders } from 'node:http';
import type { Secret } from '@isthmus/model';
import type { Dispatcher } from 'undici';
import { Pool } from 'undici';
import { guardedLookup } from './address-policy.js';
import { ItemScanner } from './item-scanner.js';
import type { Kubeconfig } from './kubeconfig/kubeconfig.js';
import { transportError } from './transport-errors.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** Below the 90 s after which a kube-apiserver closes an idle connection. */
const IDLE_MS = 60_000;
/** Connections are made anew after this time, so that a changed address of the API server is found. */
const CONNECTION_TTL_MS = 600_000;
const MAX_ERROR_BYTES = 65_536;
const MAX_BODY_BYTES = 268_435_456;

/** One request to the API server. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the server's URL, with its query. */
  readonly path: string;
  readonly accept: string;
  readonly body?: { readonly type: string; readonly text: string };
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** What is being done, for messages: `listing ServiceEntries`. */
  readonly doing: string;
  /** Takes the objects of a list as they arrive; those that it was given do not stand in the answer's text. */
  readonly takeItem?: (item: unknown) => void;
}

export interface TransportOptions {
  readonly connections: number;
  /** Called for each connection that was opened. */
  readonly onConnect?: (() => void) | undefined;
}

/** What the API server answered; the body of a failure is cut at 64 kB. */
export interface ApiAnswer {
  readonly status: number;
  readonly contentType: string;
  /** `Date` header (epoch ms); NaN when there is none. */
  readonly serverTimeMs: number;
  /** `Retry-After` header in ms. */
  readonly retryAfterMs: number | undefined;
  readonly text: string;
}

/** What carries requests to one API server: each ends with an answer or with an IsthmusError within its timeout. */
export interface Transport {
  /** The token that it sends, for those who must keep it out of messages. */
  readonly token: Secret | undefined;
  send(request: ApiRequest): Promise<ApiAnswer>;
  /** Cuts every connection; what is under way ends with `aborted`. */
  close(): Promise<void>;
}

/**
 * Connections to one API server: up to four, HTTP/1.1, kept open between requests. It follows no redirect and sends
 * nothing twice; a request ends with an answer or with an IsthmusError within its timeout.
 */
export class ApiTransport implements Transport {
  readonly #pool: Pool;
  readonly #prefix: string;
  readonly #token: Secret | undefined;

  constructor(kubeconfig: Kubeconfig, { connections, onConnect }: TransportOptions) {
    const url = new URL(kubeconfig.server);
    this.#prefix = url.pathname.replace(/\/+$/, '');
    this.#token = kubeconfig.token;
    this.#pool = new Pool(url.origin, poolOptions(kubeconfig, connections));
    if (onConnect !== undefined) this.#pool.on('connect', () => onConnect());
  }

  get token(): Secret | undefined {
    return this.#token;
  }

  async send(request: ApiRequest): Promise<ApiAnswer> {
    const deadline = AbortSignal.timeout(request.timeoutMs);
    try {
      const response = await this.#pool.request(this.#options(request, AbortSignal.any([request.signal, deadline])));
      return await readAnswer(response, request.takeItem);
    } catch (error) {
      throw transportError(error, {
        doing: request.doing,
        timeoutMs: request.timeoutMs,
        isAborted: request.signal.aborted,
        isTimedOut: deadline.aborted,
      });
    }
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  #options(request: ApiRequest, signal: AbortSignal): Dispatcher.RequestOptions {
    const token = this.#token?.reveal();
    return {
      method: request.method,
      path: `${this.#prefix}${request.path}`,
      signal,
      headers: {
        accept: request.accept,
        'user-agent': 'isthmus',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(request.body === undefined ? {} : { 'content-type': request.body.type }),
      },
      body: request.body?.text ?? null,
      // undici closes the connection after a DELETE with a body unless it is told not to.
      reset: false,
    };
  }
}

function poolOptions(kubeconfig: Kubeconfig, connections: number): Pool.Options {
  const { caPem, serverName, clientCertificate } = kubeconfig;
  return {
    connections,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS,
    clientTtl: CONNECTION_TTL_MS,
    maxResponseSize: MAX_BODY_BYTES,
    connect: {
      timeout: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
      lookup: guardedLookup,
      ...(caPem === undefined ? {} : { ca: caPem }),
      ...(serverName === undefined ? {} : { servername: serverName }),
      ...(clientCertificate === undefined
        ? {}
        : { cert: clientCertificate.certPem, key: clientCertificate.keyPem.reveal() }),
    },
  };
}

async function readAnswer(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  takeItem: ApiRequest['takeItem'],
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
