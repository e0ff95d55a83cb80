import type { RequestContext } from '@kubernetes/client-node';
import { IsthmusError } from '@isthmus/model';
import { Agent, request } from 'undici';
import { readAnswer } from './read-answer.js';
import { transportError } from './transport-errors.js';
import type { ApiAnswer, ApiRequest } from './transport.js';

/** Where and as whom a request of the library's kubeconfig is sent. */
export interface RequestSite {
  readonly url: string;
  /** For messages. */
  readonly doing: string;
  readonly contextOf: (url: string) => RequestContext;
  /** Puts the credential into the context. */
  readonly authenticate: (context: RequestContext) => Promise<void>;
}

/**
 * Sends one request by a kubeconfig that is trusted: that of the hub's own cluster, or of a person. Ends with an answer,
 * or with an IsthmusError within its timeout; no connection is kept.
 */
export async function requestOnce(asked: ApiRequest, site: RequestSite): Promise<ApiAnswer> {
  const deadline = AbortSignal.timeout(asked.timeoutMs);
  try {
    return await sendOnce(asked, site, AbortSignal.any([asked.signal, deadline]));
  } catch (error) {
    if (error instanceof IsthmusError) throw error;
    throw transportError(error, {
      doing: site.doing,
      timeoutMs: asked.timeoutMs,
      isAborted: asked.signal.aborted,
      isTimedOut: deadline.aborted,
    });
  }
}

async function sendOnce(
  { method, accept, body }: ApiRequest,
  { url, contextOf, authenticate }: RequestSite,
  signal: AbortSignal,
): Promise<ApiAnswer> {
  const context = contextOf(url);
  await authenticate(context);
  const dispatcher = context.getDispatcher() ?? new Agent();
  const headers = { ...context.getHeaders(), accept, ...(body === undefined ? {} : { 'content-type': body.type }) };
  try {
    return await readAnswer(await request(url, { method, headers, signal, dispatcher, body: body?.text ?? null }));
  } finally {
    // The library makes an agent, and with it a connection, for each request.
    void dispatcher.destroy().catch(() => undefined);
  }
}
