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
export function within<Answer>(
  process: SimulatedProcess,
  answer: Promise<Answer>,
  { timeoutMs, signal, doing }: Patience,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stopped = (): IsthmusError => new IsthmusError('aborted', `${doing}: stopped by the hub`);
    if (signal?.aborted === true) return reject(stopped());
    const late = (): void =>
      end(() => reject(new IsthmusError('timeout', `${doing}: no answer within ${timeoutMs} ms`)));
    const giveUp = (): void => end(() => reject(stopped()));
    const timer = process.wakeIn(timeoutMs, late);
    const end = (settle: () => void): void => {
      timer.cancel();
      signal?.removeEventListener('abort', giveUp);
      settle();
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    answer.then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(error)),
    );
  });
}
