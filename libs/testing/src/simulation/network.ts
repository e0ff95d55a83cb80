import { IsthmusError } from '@isthmus/model';

import type { SimulatedProcess } from './simulated-process.js';
import type { VirtualTime } from './virtual-time.js';

/** What becomes of one request and its answer. */
export interface Passage {
  readonly thereMs: number;
  readonly backMs: number;
  /** The request never arrives. */
  readonly isLost?: boolean;
  /** It arrives and is carried out, and the answer is lost. */
  readonly isAnswerLost?: boolean;
}

/** A request on its way. */
export interface Message<Answer> {
  readonly from: SimulatedProcess;
  readonly passage: Passage;
  /** What the server does when the request arrives; it does not care whether the sender still waits, or lives. */
  readonly serve: () => Answer;
}

/**
 * Carries a request to a server and its answer back. It never settles when one of them is lost, rejects with what the
 * server throws, and may arrive long after its sender has given up.
 */
export function carry<Answer>(time: VirtualTime, { from, passage, serve }: Message<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const answer = (settle: () => void): void => {
      if (passage.isAnswerLost !== true) time.after(passage.backMs, settle, from);
    };
    const arrive = (): void => {
      try {
        const value = serve();
        answer(() => resolve(value));
      } catch (error) {
        answer(() => reject(error));
      }
    };
    if (passage.isLost !== true) time.after(from.sendsAfterMs + passage.thereMs, arrive);
  });
}

/** What a caller waits for at most. */
export interface Patience {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** What is being done, for messages. */
  readonly doing: string;
}

/** The answer, or `timeout`, or `aborted` when the caller gives up, by the caller's own clock. */
export async function within<Answer>(
  process: SimulatedProcess,
  answer: Promise<Answer>,
  { timeoutMs, signal, doing }: Patience,
): Promise<Answer> {
  const timer = new AbortController();
  const giveUp = (): void => timer.abort();
  signal?.addEventListener('abort', giveUp, { once: true });
  const timeout = process.sleep(timeoutMs, timer.signal).then(
    () => new IsthmusError('timeout', `${doing}: no answer within ${timeoutMs} ms`),
    () => new IsthmusError('aborted', `${doing}: stopped by the hub`),
  );
  try {
    if (signal?.aborted === true) throw new IsthmusError('aborted', `${doing}: stopped by the hub`);
    const first = await Promise.race([answer.then((value) => ({ value })), timeout]);
    if (first instanceof IsthmusError) throw first;
    return first.value;
  } finally {
    timer.abort();
    signal?.removeEventListener('abort', giveUp);
  }
}
