import type { JsonObject } from './json.js';

/** What a client sent: the path with its query, header names in lower case, the body as text. */
export interface KubernetesRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** What a kube-apiserver answers. */
export interface KubernetesResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
}

/** What becomes of a request: an answer after a delay, silence, or a connection that is cut. */
export type KubernetesOutcome =
  | { readonly kind: 'answer'; readonly response: KubernetesResponse; readonly delayMs: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'reset'; readonly delayMs: number };

/** A JSON answer. */
export function jsonResponse(
  status: number,
  body: JsonObject,
  headers: KubernetesResponse['headers'] = {},
): KubernetesResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** A text answer, as the parts of an API server in front of its registry give it. */
export function textResponse(
  status: number,
  body: string,
  headers: KubernetesResponse['headers'] = {},
): KubernetesResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body };
}
