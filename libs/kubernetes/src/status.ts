import type { ApiAnswer } from './transport.js';
import { isRecord, parseObject } from './json.js';

/** The parts of a Kubernetes `Status` that decide what an answer means; empty where it has none. */
export interface Status {
  /** False when the body is something else: text, or a cut body. */
  readonly isStatus: boolean;
  readonly reason: string;
  readonly message: string;
  /** `details.kind`: the resource that the status is about. */
  readonly kind: string;
  readonly causes: readonly { readonly reason: string; readonly field: string }[];
  readonly retryAfterMs: number | undefined;
}

const NONE: Status = { isStatus: false, reason: '', message: '', kind: '', causes: [], retryAfterMs: undefined };

/** The Status of a failure. A body that was cut is no JSON any more and gives none. */
export function parseStatus(answer: Pick<ApiAnswer, 'text'>): Status {
  const body = parseObject(answer.text);
  if (body?.['kind'] !== 'Status') return NONE;
  const details = isRecord(body['details']) ? body['details'] : {};
  const causes = Array.isArray(details['causes']) ? details['causes'].filter(isRecord) : [];
  const seconds = details['retryAfterSeconds'];
  return {
    isStatus: true,
    reason: text(body['reason']),
    message: text(body['message']),
    kind: text(details['kind']),
    causes: causes.map((cause) => ({ reason: text(cause['reason']), field: text(cause['field']) })),
    retryAfterMs: typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : undefined,
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
