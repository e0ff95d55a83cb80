import type { StoredNamespace, World } from './world.js';
import { decodeBody } from './decode.js';
import { alreadyExists, badRequest, invalid, notFound } from './failures.js';
import type { JsonObject } from './json.js';
import { objectAt, textAt } from './json.js';
import { nameCauses } from './metadata-rules.js';
import { rfc3339 } from './timestamp.js';
import type { KubernetesRequest, KubernetesResponse } from './wire.js';
import { jsonResponse } from './wire.js';

/** What a new namespace draws from outside. */
export interface NamespaceContext {
  readonly world: World;
  readonly nowMs: number;
  newUid(): string;
}

export function listNamespaces(world: World): KubernetesResponse {
  return jsonResponse(200, {
    kind: 'NamespaceList',
    apiVersion: 'v1',
    metadata: { resourceVersion: String(world.revision()) },
    items: world.namespaces().map(renderNamespace),
  });
}

export function getNamespace(world: World, name: string): KubernetesResponse {
  const namespace = world.namespace(name);
  return namespace === undefined ? notFound({ resource: 'namespaces', name }) : answer(200, namespace);
}

export function createNamespace(
  context: NamespaceContext,
  request: KubernetesRequest,
  isDryRun: boolean,
): KubernetesResponse {
  const body = decodeBody(request, ['application/json']);
  if (!body.ok) return body.error;
  if (body.value['kind'] !== 'Namespace' || body.value['apiVersion'] !== 'v1') {
    return badRequest('the object provided is not a v1 Namespace');
  }
  const name = textAt(objectAt(body.value, 'metadata'), 'name') ?? '';
  const causes = nameCauses(name);
  if (causes.length > 0) return invalid(name, causes, 'Namespace');
  if (context.world.namespace(name) !== undefined) return alreadyExists({ resource: 'namespaces', name }, false);
  const created = { name, uid: context.newUid(), createdAtMs: context.nowMs, isTerminating: false };
  return answer(201, isDryRun ? { ...created, resourceVersion: 0 } : context.world.putNamespace(created));
}

/** DELETE of a namespace: it stays Terminating for ever, as on an API server without a controller manager. */
export function deleteNamespace(world: World, name: string, isDryRun: boolean): KubernetesResponse {
  const namespace = world.namespace(name);
  if (namespace === undefined) return notFound({ resource: 'namespaces', name });
  const terminating = { ...namespace, isTerminating: true };
  return answer(200, isDryRun ? terminating : world.putNamespace(terminating));
}

function answer(status: number, namespace: StoredNamespace): KubernetesResponse {
  return jsonResponse(status, renderNamespace(namespace));
}

function renderNamespace(namespace: StoredNamespace): JsonObject {
  return {
    kind: 'Namespace',
    apiVersion: 'v1',
    metadata: {
      name: namespace.name,
      uid: namespace.uid,
      resourceVersion: String(namespace.resourceVersion),
      creationTimestamp: rfc3339(namespace.createdAtMs),
      labels: { 'kubernetes.io/metadata.name': namespace.name },
    },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: namespace.isTerminating ? 'Terminating' : 'Active' },
  };
}
