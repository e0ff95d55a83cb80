import type { Agent } from 'node:https';
import { request } from 'node:https';

/** Who answers, and as whom it is asked. */
export interface ApiPeer {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
  /** Connections to use again; one of its own for each call when absent. */
  readonly agent?: Agent;
}

/** A request to an API server. The harness has its own client: it must not depend on the one under test. */
export interface ApiCall {
  /** GET when absent. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** An object, or text in the form that `type` names. */
  readonly body?: object | string;
  readonly type?: string;
  readonly token?: string;
  readonly accept?: string;
}

export interface ApiReply {
  readonly status: number;
  /** Of the headers, those that say something about the answer. */
  readonly headers: { readonly type: string; readonly retryAfter?: string; readonly warning?: string };
  readonly text: string;
}

const TIMEOUT_MS = 20_000;

/** Sends a request; resolves with any answer, rejects when there is none. */
export function callApi(peer: ApiPeer, call: ApiCall): Promise<ApiReply> {
  const {
    method = 'GET',
    path,
    body = '',
    type = 'application/json',
    token = peer.token,
    accept = 'application/json',
  } = call;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(
      new URL(path, peer.url),
      {
        method,
        ca: peer.caPem,
        agent: peer.agent ?? false,
        timeout: TIMEOUT_MS,
        headers: {
          accept,
          authorization: `Bearer ${token}`,
          ...(text === '' ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
        },
      },
      (response) => {
        let answer = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
        response.once('error', reject);
        response.once('end', () => {
          const { 'content-type': type = '', 'retry-after': retryAfter, warning } = response.headers;
          resolve({
            status: response.statusCode ?? 0,
            headers: {
              type,
              ...(retryAfter === undefined ? {} : { retryAfter }),
              ...(warning === undefined ? {} : { warning }),
            },
            text: answer,
          });
        });
      },
    );
    sent.once('error', reject);
    sent.once('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer`)));
    sent.end(text);
  });
}

/** The JSON of an answer of one of the statuses; fails with what the server said otherwise. */
export function jsonOf(reply: ApiReply, ...statuses: readonly number[]): unknown {
  if (statuses.includes(reply.status)) return JSON.parse(reply.text);
  throw new Error(`the API server answered ${reply.status}: ${reply.text.slice(0, 500)}`);
}
