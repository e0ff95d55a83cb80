import type { Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import { EXIT } from '../exit-codes.js';
import type { Failure } from './find-hub.js';

const ANSWER_WITHIN_MS = 15_000;

/** What a hub answered. */
export interface HubAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Asks a hub for one path of its API; fails when nobody answers, or somebody who is no hub. */
export type AskHub = (hub: string, path: string) => Promise<Result<HubAnswer, Failure>>;

/** Asks over HTTP. */
export const askHub: AskHub = async (hub, path) => {
  let response: Response;
  let text: string;
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    response = await fetch(hub + path, { signal, redirect: 'error', headers: { accept: 'application/json' } });
    text = await response.text();
  } catch (error) {
    const way = 'is it running, and is this its address? name it with --server';
    return unreachable(`isthmus: no hub answers at ${hub}: ${causeOf(error)} → ${way}`);
  }
  const body = parseJson(text);
  if (response.status === 401 || response.status === 403) {
    return err({ exitCode: EXIT.forbidden, lines: [`isthmus: ${hub} refuses the request with ${response.status}`] });
  }
  if (response.status === 503 && isObject(body)) {
    return unreachable(`isthmus: the hub at ${hub} is not ready: ${String(body['detail'])} → try again in a moment`);
  }
  if (!isObject(body)) {
    return unreachable(`isthmus: what answers at ${hub} with ${response.status} is no hub → name it with --server`);
  }
  return ok({ status: response.status, body });
};

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreachable(line: string): Result<never, Failure> {
  return err({ exitCode: EXIT.hubUnreachable, lines: [line] });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch` says only that it failed; its cause says why. */
function causeOf(error: unknown): string {
  const { name, message, cause } = isObject(error) ? error : {};
  if (name === 'TimeoutError') return `no answer in ${ANSWER_WITHIN_MS / 1000} s`;
  const { message: why } = isObject(cause) ? cause : {};
  return String(why ?? message ?? error);
}
