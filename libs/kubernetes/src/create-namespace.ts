import { OBJECT } from '@isthmus/model';
import { answerError } from './answer-errors.js';
import type { ApiRequest, Transport } from './transport.js';

const JSON_TYPE = 'application/json';

/** Creates a namespace; one that exists already is success, also while it is being deleted. */
export async function createNamespace(
  transport: Transport,
  namespace: string,
  request: Pick<ApiRequest, 'signal' | 'doing' | 'timeoutMs'>,
): Promise<void> {
  const metadata = { name: namespace, labels: { [OBJECT.managedBy]: OBJECT.managedByValue } };
  const answer = await transport.send({
    ...request,
    method: 'POST',
    path: `/api/v1/namespaces?fieldManager=${OBJECT.fieldManager}`,
    accept: JSON_TYPE,
    body: { type: JSON_TYPE, text: JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata }) },
  });
  if (answer.status === 201) return;
  const error = answerError(answer, { doing: request.doing, isWrite: true, token: transport.token });
  if (error.code !== 'already-exists') throw error;
}
