import type { Secret } from '@isthmus/model';

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
  /** The token that it sent last, for those who must keep it out of messages. */
  readonly token: Secret | undefined;
  send(request: ApiRequest): Promise<ApiAnswer>;
  /** Takes no new request, and lets go of the connections when what is under way has ended. */
  retire(): Promise<void>;
  /** Cuts every connection; what is under way ends with `aborted`. */
  close(): Promise<void>;
}
