import type { Secret } from '@isthmus/model';
import type { Dispatcher } from 'undici';
import { Pool } from 'undici';
import { guardedLookup } from './address-policy.js';
import type { Kubeconfig } from './kubeconfig/kubeconfig.js';
import { readAnswer } from './read-answer.js';
import type { ApiAnswer, ApiRequest, Transport } from './transport.js';
import { transportError } from './transport-errors.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** Below the 90 s after which a kube-apiserver closes an idle connection. */
const IDLE_MS = 60_000;
/** Connections are made anew after this time, so that a changed address of the API server is found. */
const CONNECTION_TTL_MS = 600_000;
const MAX_BODY_BYTES = 268_435_456;

export interface TransportOptions {
  readonly connections: number;
  /** Called for each connection that was opened. */
  readonly onConnect?: (() => void) | undefined;
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
      return await readAnswer(response);
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
