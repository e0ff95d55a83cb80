import { IsthmusError } from '@isthmus/model';
import type { ApiAnswer, Transport } from '../transport.js';
import type { JsonRecord } from '../json.js';
import { parseObject } from '../json.js';

const TIMEOUT_MS = 5_000;

/** Asks an API server short questions. */
export interface ApiQuestions {
  get(path: string): Promise<ApiReply>;
  post(path: string, body: object): Promise<ApiReply>;
}

/** What it answered. Status 0: it did not answer, and `error` says why. */
export interface ApiReply {
  readonly status: number;
  readonly json: JsonRecord | undefined;
  readonly answer: ApiAnswer | undefined;
  readonly error: IsthmusError | undefined;
}

/** Questions over a transport; none of them rejects. */
export function askingOf(transport: Pick<Transport, 'send'>, signal: AbortSignal): ApiQuestions {
  const ask = async (path: string, body?: object): Promise<ApiReply> => {
    const method = body === undefined ? ('GET' as const) : ('POST' as const);
    const type = 'application/json';
    const content = body === undefined ? {} : { body: { type, text: JSON.stringify(body) } };
    try {
      const answer = await transport.send({
        method,
        path,
        accept: type,
        timeoutMs: TIMEOUT_MS,
        signal,
        doing: `${method} ${path.split('?')[0]}`,
        ...content,
      });
      return { status: answer.status, json: parseObject(answer.text), answer, error: undefined };
    } catch (error) {
      if (!(error instanceof IsthmusError)) throw error;
      return { status: 0, json: undefined, answer: undefined, error };
    }
  };
  return { get: (path) => ask(path), post: (path, body) => ask(path, body) };
}
