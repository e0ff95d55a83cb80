import type { Secret } from '@isthmus/model';
import { IsthmusError } from '@isthmus/model';
import type { Dispatcher } from 'undici';
import { Pool } from 'undici';
import { guardedLookup } from './address-policy.js';
import type { Kubeconfig } from './kubeconfig/kubeconfig.js';
import { readAnswer } from './read-answer.js';
import { StaticTokenSource } from './tokens/static-token-source.js';
import type { TokenSource } from './tokens/token-source.js';
import { transportError } from './transport-errors.js';
import type { ApiAnswer, ApiRequest, Transport } from './transport.js';

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
  /** Gives the token of each request; default: the one of the kubeconfig. */
  readonly tokens?: TokenSource | undefined;
}

/**
 * Connections to one API server: up to four, HTTP/1.1, kept open between requests. It follows no redirect. Nothing is
 * sent twice but what was answered 401, which did nothing, when there is another token. A request ends with an answer
 * or with an IsthmusError within its timeout.
 */
export class ApiTransport implements Transport {
  readonly #pool: Pool;
  readonly #prefix: string;
  readonly #tokens: TokenSource | undefined;
  #token: Secret | undefined;

  constructor(kubeconfig: Kubeconfig, { connections, onConnect, tokens }: TransportOptions) {
    const url = new URL(kubeconfig.server);
    this.#prefix = url.pathname.replace(/\/+$/, '');
    this.#tokens = tokens ?? (kubeconfig.token === undefined ? undefined : new StaticTokenSource(kubeconfig.token));
    this.#pool = new Pool(url.origin, poolOptions(kubeconfig, connections));
    if (onConnect !== undefined) this.#pool.on('connect', () => onConnect());
  }

  get token(): Secret | undefined {
    return this.#token;
  }

  async send(request: ApiRequest): Promise<ApiAnswer> {
    const deadline = AbortSignal.timeout(request.timeoutMs);
    const signal = AbortSignal.any([request.signal, deadline]);
    try {
      return await this.#sendWithToken(request, signal);
    } catch (error) {
      if (error instanceof IsthmusError) throw about(error, request.doing);
      throw transportError(error, {
        doing: request.doing,
        timeoutMs: request.timeoutMs,
        isAborted: request.signal.aborted,
        isTimedOut: deadline.aborted,
      });
    }
  }

  retire(): Promise<void> {
    return this.#pool.close();
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  async #sendWithToken(request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer> {
    const tokens = this.#tokens;
    if (tokens === undefined) return this.#sendOnce(request, signal);
    const first = await this.#takeToken(tokens, signal);
    const answer = await this.#sendOnce(request, signal, first);
    if (answer.status !== 401 || !tokens.refused(first)) return answer;
    const second = await this.#takeToken(tokens, signal);
    return second === first ? answer : this.#sendOnce(request, signal, second);
  }

  async #takeToken(tokens: TokenSource, signal: AbortSignal): Promise<Secret> {
    const token = await tokens.get(signal);
    this.#token = token;
    return token;
  }

  async #sendOnce(request: ApiRequest, signal: AbortSignal, token?: Secret): Promise<ApiAnswer> {
    return readAnswer(await this.#pool.request(this.#options(request, signal, token?.reveal())), request.takeItem);
  }

  #options(request: ApiRequest, signal: AbortSignal, token: string | undefined): Dispatcher.RequestOptions {
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

/** The error of whoever gives tokens, with what they were for. */
function about(error: IsthmusError, doing: string): IsthmusError {
  const { code, message, context, retryAfterMs } = error;
  const options = { context, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return new IsthmusError(code, `${doing}: ${message}`, options);
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
