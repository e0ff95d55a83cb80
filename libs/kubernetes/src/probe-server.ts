import { IsthmusError } from '@isthmus/model';
import { answerError } from './answer-errors.js';
import type { ApiAnswer, ApiRequest, Transport } from './transport.js';

/** Asks the API server whether it is ready; `/version` where `/readyz` is closed to us, which every server opens. */
export async function probeServer(
  transport: Transport,
  request: Pick<ApiRequest, 'signal' | 'doing' | 'timeoutMs'>,
): Promise<void> {
  const { doing } = request;
  const ask = (path: string): Promise<ApiAnswer> => transport.send({ ...request, method: 'GET', path, accept: '*/*' });
  const ready = await ask('/readyz');
  const answer = ready.status === 403 || ready.status === 404 ? await ask('/version') : ready;
  if (answer.status === 500) throw new IsthmusError('not-ready', `${doing}: the API server says that it is not ready`);
  if (answer.status < 200 || answer.status > 299) {
    throw answerError(answer, { doing, isWrite: false, token: transport.token });
  }
}
