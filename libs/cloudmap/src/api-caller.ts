import type {
  $Command,
  ServiceDiscoveryClient,
  ServiceDiscoveryClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes,
} from '@aws-sdk/client-servicediscovery';
import type { IsthmusError, Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import type { Clock, Metrics } from '@isthmus/ports';
import { Deadline } from './deadline.js';
import type { CallSite } from './translate-error.js';
import { translateError } from './translate-error.js';
import type { LimitName, Operation } from './operation.js';
import { limitOf } from './operation.js';
import type { RequestLimiter } from './request-limiter.js';

/** One call of the API. */
export interface ApiRequest<Input extends ServiceInputTypes, Output extends ServiceOutputTypes> {
  readonly client: ServiceDiscoveryClient;
  readonly operation: Operation;
  readonly subject: string;
  readonly command: $Command<Input, Output, ServiceDiscoveryClientResolvedConfig>;
}

/** An answer, and when AWS gave it: the `Date` header, epoch ms; our own clock where there is none. */
export interface Reply<Output> {
  readonly output: Output;
  readonly observedAtMs: number;
}

/** An error, and when AWS gave it. */
export interface Refusal {
  readonly error: IsthmusError;
  readonly observedAtMs: number;
}

export interface ApiCallerOptions {
  readonly source: string;
  readonly region: string;
  /** Label of the metrics. */
  readonly account: string;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly limiters: Readonly<Record<LimitName, RequestLimiter>>;
  readonly callMs: number;
}

/** Inside the SDK's retry, so that each attempt is seen; before its signing, so that a signature does not age in the queue. */
const BETWEEN_RETRY_AND_SIGNING = {
  name: 'isthmusAttempt',
  relation: 'after',
  toMiddleware: 'retryMiddleware',
} as const;

interface Progress {
  readonly site: CallSite;
  readonly deadline: Deadline;
  /** Why the last attempt failed; undefined before the first has. */
  failure: IsthmusError | undefined;
  observedAtMs: number | undefined;
}

/**
 * Sends calls: each attempt, retries included, takes a token of its operation's rate limit, is counted and timed;
 * each call has a deadline. Nothing of what AWS or the network does is thrown.
 */
export class ApiCaller {
  readonly #options: ApiCallerOptions;
  readonly #closing = new AbortController();

  constructor(options: ApiCallerOptions) {
    this.#options = options;
  }

  /** Where a call stands, for messages. */
  site(operation: Operation, subject: string): CallSite {
    return { source: this.#options.source, region: this.#options.region, operation, subject };
  }

  async call<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    request: ApiRequest<Input, Output>,
    signal: AbortSignal,
  ): Promise<Result<Reply<Output>, Refusal>> {
    const { client, command } = request;
    const deadline = new Deadline(this.#options.callMs, [signal, this.#closing.signal]);
    const site = this.site(request.operation, request.subject);
    const progress: Progress = { site, deadline, failure: undefined, observedAtMs: undefined };
    const perAttempt = <Args, Answered extends { readonly response: unknown }>(
      send: (args: Args) => Promise<Answered>,
    ) => {
      return (args: Args): Promise<Answered> => this.#attempt(() => send(args), progress);
    };
    command.middlewareStack.addRelativeTo(perAttempt, BETWEEN_RETRY_AND_SIGNING);
    try {
      const output = await unlessAborted(() => client.send(command, { abortSignal: deadline.signal }), deadline.signal);
      return ok({ output, observedAtMs: this.#observedAtMs(progress) });
    } catch (error) {
      return err({ error: this.#translate(error, progress), observedAtMs: this.#observedAtMs(progress) });
    } finally {
      deadline.end();
    }
  }

  /** Ends every call that is under way and each that comes. */
  close(): void {
    this.#closing.abort();
  }

  async #attempt<Answered extends { readonly response: unknown }>(
    send: () => Promise<Answered>,
    progress: Progress,
  ): Promise<Answered> {
    const { clock, limiters } = this.#options;
    const limiter = limiters[limitOf(progress.site.operation)];
    progress.deadline.pause();
    await limiter.take(progress.deadline.signal);
    progress.deadline.resume();
    const startMs = clock.monotonicMs();
    try {
      const result = await send();
      progress.observedAtMs = dateOf(result.response);
      this.#count(progress.site, 'ok');
      return result;
    } catch (error) {
      progress.observedAtMs = dateOf(responseOf(error));
      const end = { cutOff: progress.deadline.cutOff, isSent: true };
      progress.failure = translateError(error, progress.site, end);
      if (progress.failure.code === 'throttled') limiter.slowDown();
      this.#count(progress.site, progress.failure.code);
      throw error;
    } finally {
      this.#observe(progress.site, clock.monotonicMs() - startMs);
    }
  }

  /** The SDK re-makes errors on their way up, so that the attempt's own view of them counts, unless the call was cut off since. */
  #translate(error: unknown, { site, deadline, failure }: Progress): IsthmusError {
    if (failure !== undefined && deadline.cutOff === undefined) return failure;
    const translated = translateError(error, site, { cutOff: deadline.cutOff, isSent: failure !== undefined });
    if (failure === undefined) this.#count(site, translated.code);
    return translated;
  }

  #observedAtMs(progress: Progress): number {
    return progress.observedAtMs ?? this.#options.clock.nowMs();
  }

  #count(site: CallSite, code: string): void {
    const { account, region, metrics } = this.#options;
    metrics.count('isthmus_source_requests_total', { account, region, operation: site.operation, code });
  }

  #observe(site: CallSite, durationMs: number): void {
    const { region, metrics } = this.#options;
    const labels = { region, operation: site.operation };
    metrics.observe('isthmus_source_request_duration_seconds', durationMs / 1000, labels);
  }
}

/** The SDK does not watch the signal while it looks for credentials; this does. */
async function unlessAborted<Value>(run: () => Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([run(), promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function responseOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && '$response' in error ? error.$response : undefined;
}

function dateOf(response: unknown): number | undefined {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return undefined;
  const date = (response.headers as Readonly<Record<string, unknown>>)['date'];
  const atMs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  return Number.isFinite(atMs) ? atMs : undefined;
}
