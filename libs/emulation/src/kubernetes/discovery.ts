import { ENTRIES } from './api.js';
import type { JsonObject } from './json.js';
import type { Route, ServedVersions } from './route.js';
import type { KubernetesResponse } from './wire.js';
import { jsonResponse, textResponse } from './wire.js';

/** A route whose answer depends on nothing but what is served. */
export type DocumentRoute = Extract<Route, { readonly kind: 'open' | 'core' | 'groups' | 'group' | 'resources' }>;

/** GET of health, version and discovery documents. */
export function documentAt(route: DocumentRoute, served: ServedVersions): KubernetesResponse {
  if (route.kind === 'open') return route.path === '/version' ? serverVersion() : textResponse(200, 'ok');
  if (route.kind === 'resources') return entryResources(route.version);
  if (route.kind === 'group') return entryGroup(served);
  return route.kind === 'groups' ? groupList(served) : coreResources();
}

/** GET /version of the API server whose behaviour was taken as the model. */
function serverVersion(): KubernetesResponse {
  return jsonResponse(200, { major: '1', minor: '35', gitVersion: 'v1.35.3', platform: 'linux/amd64' });
}

/** GET /apis. */
function groupList(served: ServedVersions): KubernetesResponse {
  return jsonResponse(200, {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: served.length === 0 ? [] : [group(served)],
  });
}

/** GET /apis/networking.istio.io. */
function entryGroup(served: ServedVersions): KubernetesResponse {
  return jsonResponse(200, { kind: 'APIGroup', apiVersion: 'v1', ...group(served) });
}

/** GET /apis/networking.istio.io/{version}. */
function entryResources(version: string): KubernetesResponse {
  const { kind, plural, singular } = ENTRIES;
  return jsonResponse(200, {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: `${ENTRIES.group}/${version}`,
    resources: [
      {
        name: plural,
        singularName: singular,
        namespaced: true,
        kind,
        verbs: ['delete', 'get', 'list', 'patch', 'create', 'update'],
        shortNames: ['se'],
      },
      { name: `${plural}/status`, singularName: '', namespaced: true, kind, verbs: ['patch', 'update'] },
    ],
  });
}

/** GET /api/v1. */
function coreResources(): KubernetesResponse {
  return jsonResponse(200, {
    kind: 'APIResourceList',
    groupVersion: 'v1',
    resources: [
      {
        name: 'namespaces',
        singularName: 'namespace',
        namespaced: false,
        kind: 'Namespace',
        verbs: ['create', 'delete', 'get', 'list'],
      },
    ],
  });
}

function group(served: ServedVersions): JsonObject {
  const versions = ENTRIES.versions
    .filter((version) => served.includes(version))
    .map((version) => ({ groupVersion: `${ENTRIES.group}/${version}`, version }));
  return { name: ENTRIES.group, versions, preferredVersion: versions[0] ?? {} };
}
