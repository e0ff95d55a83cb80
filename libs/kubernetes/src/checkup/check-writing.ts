import type { Check } from '@isthmus/model';
import { broken, CODES, fine, IsthmusError, OBJECT, unseen } from '@isthmus/model';
import { answerError } from '../answer-errors.js';
import type { ApiQuestions } from './api-question.js';

/** Name and host of the entry that is tried: nobody has them. */
const NAME = 'cloudmap-isthmus-doctor.invalid';

/** Writes a ServiceEntry as a dry run, which goes through admission and leaves nothing. */
export async function checkWriting(ask: ApiQuestions, namespace: string, version: string): Promise<Check> {
  const path = `/apis/networking.istio.io/${version}/namespaces/${encodeURIComponent(namespace)}/serviceentries`;
  const { status, answer, error } = await ask.post(`${path}?dryRun=All&fieldManager=${OBJECT.fieldManager}`, {
    apiVersion: `networking.istio.io/${version}`,
    kind: 'ServiceEntry',
    metadata: { name: NAME },
    spec: {
      hosts: ['isthmus-doctor.invalid'],
      location: 'MESH_EXTERNAL',
      resolution: 'STATIC',
      ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
      endpoints: [{ address: '192.0.2.1' }],
    },
  });
  if (status === 201) return fine('write', `a ServiceEntry can be created in ${namespace} (dry run)`);
  const failure =
    answer === undefined ? error : answerError(answer, { doing: 'a dry run', isWrite: true, token: undefined });
  if (!(failure instanceof IsthmusError)) return unseen('write', 'the dry run was not answered');
  const { code, message } = failure;
  if (code === 'namespace-missing') {
    const fix = `kubectl create namespace ${namespace}\nor let the hub do it: createNamespace: true`;
    return broken('namespace', `the namespace ${namespace} does not exist`, fix);
  }
  if (code === 'already-exists') return fine('write', `ServiceEntries can be created in ${namespace} (dry run)`);
  return broken('write', message, CODES[code].remedy);
}
