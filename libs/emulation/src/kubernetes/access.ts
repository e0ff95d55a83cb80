import type { Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import type { Verb } from './api.js';
import { ENTRIES } from './api.js';
import { failure, unauthorized } from './failures.js';
import type { Route, Target } from './route.js';
import { targetOf } from './route.js';
import type { KubernetesResponse } from './wire.js';

/** A Role with its binding: what may be done where; `*` is every namespace. */
export interface AccessRule {
  readonly namespaces: readonly string[];
  readonly resources: readonly ('serviceentries' | 'namespaces')[];
  readonly verbs: readonly Verb[];
}

/** Somebody who can authenticate with a bearer token. */
export interface KubernetesUser {
  readonly name: string;
  readonly token: string;
  /** From this time on the token is refused with 401 (epoch ms). */
  readonly expiresAtMs?: number;
  /** `all` is cluster-admin. */
  readonly rights: 'all' | readonly AccessRule[];
}

/** Who makes a request: a user, or nobody in particular. */
export interface Identity {
  readonly name: string;
  readonly rights: KubernetesUser['rights'];
  readonly isAnonymous: boolean;
}

const ANONYMOUS: Identity = { name: 'system:anonymous', rights: [], isAnonymous: true };

/** The least that a hub needs: get, list, create, patch and delete ServiceEntries in these namespaces. */
export function hubRights(namespaces: readonly string[]): readonly AccessRule[] {
  return [{ namespaces, resources: ['serviceentries'], verbs: ['get', 'list', 'create', 'patch', 'delete'] }];
}

/**
 * Who sends this `Authorization` header. No header and an empty bearer token are anonymous; a token that is unknown or
 * has expired is 401.
 */
export function authenticate(
  authorization: string | undefined,
  users: Iterable<KubernetesUser>,
  nowMs: number,
): Result<Identity, KubernetesResponse> {
  const token = /^bearer (?<token>.*)$/i.exec(authorization ?? '')?.groups?.['token']?.trim() ?? '';
  if (token === '') return ok(ANONYMOUS);
  for (const user of users) {
    if (user.token !== token) continue;
    if (user.expiresAtMs !== undefined && user.expiresAtMs <= nowMs) break;
    return ok({ name: user.name, rights: user.rights, isAnonymous: false });
  }
  return err(unauthorized());
}

/** What somebody wants to do; the path is that of the request, without its query. */
export interface Attempt {
  readonly verb: Verb;
  readonly route: Route;
  readonly path: string;
}

/** Undefined when the identity may do this, else the 403 that a real API server answers. */
export function forbid(identity: Identity, attempt: Attempt): KubernetesResponse | undefined {
  if (identity.rights === 'all' || attempt.route.kind === 'open') return undefined;
  const target = targetOf(attempt.route);
  if (target === undefined) return identity.isAnonymous ? forbiddenPath(identity, attempt.path) : undefined;
  const isAllowed = identity.rights.some((rule) => allows(rule, attempt.verb, target));
  return isAllowed ? undefined : forbidden(identity, attempt.verb, target);
}

function allows(rule: AccessRule, verb: Verb, target: Target): boolean {
  const { resource, namespace, isStatus } = target;
  if (isStatus || !rule.resources.includes(resource) || !rule.verbs.includes(verb)) return false;
  return rule.namespaces.includes('*') || (namespace !== undefined && rule.namespaces.includes(namespace));
}

function forbidden(identity: Identity, verb: Verb, target: Target): KubernetesResponse {
  const { resource, namespace, name } = target;
  const group = resource === ENTRIES.plural ? ENTRIES.group : '';
  const scope = namespace === undefined ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  const subject = `${resource}${group === '' ? '' : `.${group}`}${name === undefined ? '' : ` ${JSON.stringify(name)}`}`;
  const kind = `${resource}${target.isStatus ? '/status' : ''}`;
  return failure({
    code: 403,
    reason: 'Forbidden',
    message: `${subject} is forbidden: User ${JSON.stringify(identity.name)} cannot ${verb} resource ${JSON.stringify(kind)} in API group ${JSON.stringify(group)} ${scope}`,
    details: { ...(name === undefined ? {} : { name }), ...(group === '' ? {} : { group }), kind: resource },
  });
}

function forbiddenPath(identity: Identity, path: string): KubernetesResponse {
  return failure({
    code: 403,
    reason: 'Forbidden',
    message: `forbidden: User ${JSON.stringify(identity.name)} cannot get path ${JSON.stringify(path)}`,
    details: {},
  });
}
