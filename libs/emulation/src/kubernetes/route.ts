import type { EntryVersion, Verb } from './api.js';
import { ENTRIES } from './api.js';

/** What a path names. */
export type Route =
  | { readonly kind: 'open'; readonly path: '/readyz' | '/livez' | '/healthz' | '/version' }
  | { readonly kind: 'core' | 'groups' | 'group' }
  | { readonly kind: 'resources'; readonly version: string }
  | { readonly kind: 'namespaces' }
  | { readonly kind: 'namespace'; readonly name: string }
  | { readonly kind: 'entries'; readonly version: EntryVersion; readonly namespace: string | undefined }
  | {
      readonly kind: 'entry';
      readonly version: EntryVersion;
      readonly namespace: string;
      readonly name: string;
      readonly isStatus: boolean;
    }
  | { readonly kind: 'unknown' };

/** Versions of ServiceEntry that this API server serves; an empty list is a cluster without the CRD. */
export type ServedVersions = readonly EntryVersion[];

/** The resource that a request is about, as access rules, faults and the call log name it. */
export interface Target {
  readonly resource: 'serviceentries' | 'namespaces';
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly isStatus: boolean;
}

const UNKNOWN: Route = { kind: 'unknown' };

/** The route of a path (without its query) on a server that serves these versions. */
export function routeOf(path: string, served: ServedVersions): Route {
  switch (path) {
    case '/readyz':
    case '/livez':
    case '/healthz':
    case '/version':
      return { kind: 'open', path };
    case '/api/v1':
      return { kind: 'core' };
    case '/apis':
      return { kind: 'groups' };
    default:
      return resourceRoute(path.split('/').slice(1), served);
  }
}

function resourceRoute(segments: readonly string[], served: ServedVersions): Route {
  const parts = decodeAll(segments);
  if (parts === undefined) return UNKNOWN;
  const [root, group, version, ...rest] = parts;
  if (root === 'api') return group === 'v1' ? coreRoute(parts.slice(2)) : UNKNOWN;
  if (root !== 'apis' || group !== ENTRIES.group || served.length === 0) return UNKNOWN;
  if (version === undefined) return { kind: 'group' };
  const known = served.find((candidate) => candidate === version);
  if (known === undefined) return UNKNOWN;
  return rest.length === 0 ? { kind: 'resources', version } : entryRoute(known, rest);
}

function coreRoute(rest: readonly string[]): Route {
  const [resource, name, ...more] = rest;
  if (resource !== 'namespaces' || more.length > 0) return UNKNOWN;
  return name === undefined ? { kind: 'namespaces' } : { kind: 'namespace', name };
}

function entryRoute(version: EntryVersion, rest: readonly string[]): Route {
  if (rest.length === 1 && rest[0] === ENTRIES.plural) return { kind: 'entries', version, namespace: undefined };
  const [scope, namespace, plural, name, subresource, ...more] = rest;
  if (scope !== 'namespaces' || namespace === undefined || plural !== ENTRIES.plural || more.length > 0) return UNKNOWN;
  if (name === undefined) return { kind: 'entries', version, namespace };
  if (subresource !== undefined && subresource !== 'status') return UNKNOWN;
  return { kind: 'entry', version, namespace, name, isStatus: subresource === 'status' };
}

function decodeAll(segments: readonly string[]): readonly string[] | undefined {
  try {
    return segments.map((segment) => decodeURIComponent(segment));
  } catch {
    return undefined;
  }
}

/** The verb that access rules know for a method on a route; undefined for a method that no API has. */
export function verbOf(method: string, route: Route): Verb | undefined {
  const isCollection = route.kind === 'entries' || route.kind === 'namespaces';
  switch (method) {
    case 'GET':
      return isCollection ? 'list' : 'get';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return isCollection ? 'deletecollection' : 'delete';
    default:
      return undefined;
  }
}

/** The target of a route; undefined when it names no resource. */
export function targetOf(route: Route): Target | undefined {
  if (route.kind === 'entry' || route.kind === 'entries') {
    return {
      resource: ENTRIES.plural,
      namespace: route.namespace,
      name: route.kind === 'entry' ? route.name : undefined,
      isStatus: route.kind === 'entry' && route.isStatus,
    };
  }
  if (route.kind !== 'namespace' && route.kind !== 'namespaces') return undefined;
  const name = route.kind === 'namespace' ? route.name : undefined;
  return { resource: 'namespaces', namespace: name, name, isStatus: false };
}
