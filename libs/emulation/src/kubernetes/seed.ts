import type { Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import type { JsonObject } from './json.js';
import { isObject, objectAt, parseJson, textAt } from './json.js';
import type { KubernetesModel } from './kubernetes-model.js';

/**
 * Puts one manifest into an API server as `kubectl create` would: a Namespace, or a ServiceEntry whose namespace is
 * added when it is missing. Needs the token of a user who may do that; what the server refuses is the error.
 */
export function seedManifest(model: KubernetesModel, manifest: JsonObject, token: string): Result<void, string> {
  const metadata = objectAt(manifest, 'metadata');
  const name = textAt(metadata, 'name') ?? '';
  if (manifest['kind'] === 'Namespace') {
    model.addNamespace(name);
    return ok(undefined);
  }
  if (manifest['kind'] !== 'ServiceEntry') return err(`kind ${JSON.stringify(manifest['kind'] ?? null)} is not served`);
  const namespace = textAt(metadata, 'namespace') ?? 'default';
  model.addNamespace(namespace);
  const outcome = model.handle({
    method: 'POST',
    path: `/apis/${textAt(manifest, 'apiVersion') ?? ''}/namespaces/${encodeURIComponent(namespace)}/serviceentries?fieldManager=seed&fieldValidation=Strict`,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(manifest),
  });
  if (outcome.kind !== 'answer') return err(`ServiceEntry ${name}: a fault struck`);
  if (outcome.response.status === 201) return ok(undefined);
  const status = parseJson(outcome.response.body);
  const why = isObject(status) ? textAt(status, 'message') : undefined;
  return err(`ServiceEntry ${name}: ${why ?? outcome.response.body.trim()}`);
}
