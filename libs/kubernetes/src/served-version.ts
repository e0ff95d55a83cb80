import { IsthmusError } from '@isthmus/model';
import { answerError } from './answer-errors.js';
import type { ApiRequest, Transport } from './transport.js';
import { isRecord, parseObject } from './json.js';

/** Newest first: what all supported versions of Istio serve. */
const VERSIONS = ['v1', 'v1beta1', 'v1alpha3'] as const;

/** The newest version of ServiceEntry that the cluster serves; `api-missing` when it serves none. */
export async function findServedVersion(
  transport: Transport,
  request: Pick<ApiRequest, 'signal' | 'doing' | 'timeoutMs'>,
): Promise<string> {
  for (const version of VERSIONS) {
    const path = `/apis/networking.istio.io/${version}`;
    const answer = await transport.send({ ...request, method: 'GET', path, accept: 'application/json' });
    if (answer.status === 404) continue;
    if (answer.status !== 200) {
      throw answerError(answer, { doing: request.doing, isWrite: false, token: transport.token });
    }
    if (hasServiceEntries(answer.text)) return version;
  }
  throw new IsthmusError('api-missing', `${request.doing}: the cluster does not serve ServiceEntry`);
}

function hasServiceEntries(text: string): boolean {
  const resources = parseObject(text)?.['resources'];
  return Array.isArray(resources) && resources.some((one) => isRecord(one) && one['name'] === 'serviceentries');
}
