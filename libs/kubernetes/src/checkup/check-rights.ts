import type { Check } from '@isthmus/model';
import { broken, fine, unseen, warned } from '@isthmus/model';
import { stringify } from 'yaml';
import { ENTRY_VERBS, PREVIOUS_VERBS, roleManifests } from '../administrator/access-manifests.js';
import type { Manifest } from '../administrator/manifest.js';
import { isRecord } from '../json.js';
import type { JsonRecord } from '../json.js';
import type { ApiQuestions } from './api-question.js';

const REVIEWS = '/apis/authorization.k8s.io/v1';
const ENTRIES = { group: 'networking.istio.io', resource: 'serviceentries' } as const;

/** Where the hub needs rights. */
export interface NeededRights {
  readonly namespace: string;
  readonly previousNamespaces: readonly string[];
  readonly createNamespace: boolean;
  /** Nothing is written, so that reading is enough. */
  readonly isReadOnly: boolean;
}

interface Right {
  readonly namespace: string | undefined;
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
}

/** Whether the credential may do what the hub does, verb by verb, and whether it may do more. */
export async function checkRights(ask: ApiQuestions, needed: NeededRights): Promise<readonly Check[]> {
  const rights = rightsOf(needed);
  const reviews = await Promise.all(rights.map(async (right) => ({ right, isAllowed: await isAllowed(ask, right) })));
  if (reviews.some((review) => review.isAllowed === undefined)) {
    return [unseen('rights', 'the API server does not answer SelfSubjectAccessReviews')];
  }
  const missing = reviews.filter((review) => review.isAllowed === false).map(({ right }) => right);
  return [missingCheck(missing, needed), await excessCheck(ask, needed)];
}

function rightsOf({ namespace, previousNamespaces, createNamespace, isReadOnly }: NeededRights): readonly Right[] {
  const verbs = isReadOnly ? ENTRY_VERBS.slice(0, 3) : ENTRY_VERBS;
  const create = { namespace: undefined, group: '', resource: 'namespaces', verb: 'create' };
  return [
    ...verbs.map((verb) => ({ ...ENTRIES, namespace, verb })),
    ...previousNamespaces.flatMap((previous) =>
      PREVIOUS_VERBS.map((verb) => ({ ...ENTRIES, namespace: previous, verb })),
    ),
    ...(createNamespace ? [create] : []),
  ];
}

async function isAllowed(ask: ApiQuestions, { namespace, group, resource, verb }: Right): Promise<boolean | undefined> {
  const resourceAttributes = { namespace, group, resource, verb };
  const kind = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' };
  const { json } = await ask.post(`${REVIEWS}/selfsubjectaccessreviews`, { ...kind, spec: { resourceAttributes } });
  const status = isRecord(json?.['status']) ? json['status'] : {};
  return typeof status['allowed'] === 'boolean' ? status['allowed'] : undefined;
}

function missingCheck(missing: readonly Right[], { namespace }: NeededRights): Check {
  if (missing.length === 0) return fine('rights', `it may do all that it needs in ${namespace}`);
  const said = [...Map.groupBy(missing, (right) => `${right.resource} ${right.namespace ?? ''}`).values()].map(
    (group) => {
      const verbs = group.map(({ verb }) => verb).join(', ');
      const where = group[0]?.namespace === undefined ? '' : ` in ${group[0].namespace}`;
      return `${verbs} ${group[0]?.resource ?? ''}${where}`;
    },
  );
  return broken('rights', `it may not ${said.join('; nor ')}`, fixFor(missing));
}

/** The manifests that give what is missing, for `kubectl apply`. */
function fixFor(missing: readonly Right[]): string {
  const namespaces = [...new Set(missing.flatMap(({ namespace }) => (namespace === undefined ? [] : [namespace])))];
  const documents = namespaces.flatMap((namespace) => roleManifests(namespace)).map(documentOf);
  const create = missing.some(({ resource }) => resource === 'namespaces')
    ? ['Apply deploy/rbac/create-namespace.yaml, or create the namespace yourself and take createNamespace out.']
    : [];
  return [...create, ...(documents.length === 0 ? [] : ['kubectl apply -f - <<EOF', documents.join('---\n'), 'EOF'])]
    .join('\n')
    .replaceAll('\n\n', '\n');
}

function documentOf(manifest: Manifest): string {
  return stringify(manifest);
}

/** What every user may do anyway, by the roles that Kubernetes gives to all who are authenticated. */
const OF_EVERYBODY: ReadonlySet<string> = new Set([
  'selfsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectrulesreviews.authorization.k8s.io',
  'selfsubjectreviews.authentication.k8s.io',
]);

async function excessCheck(ask: ApiQuestions, { namespace, ...needed }: NeededRights): Promise<Check> {
  const kind = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview' };
  const { json } = await ask.post(`${REVIEWS}/selfsubjectrulesreviews`, { ...kind, spec: { namespace } });
  const status = isRecord(json?.['status']) ? json['status'] : undefined;
  if (status === undefined) return unseen('excess-rights', 'the API server does not list its rights');
  const rules = Array.isArray(status['resourceRules']) ? status['resourceRules'].filter(isRecord) : [];
  const excess = rules.flatMap((rule) => excessOf(rule, needed.createNamespace));
  if (excess.length > 0) {
    const fix = 'Take the bindings away that give them: the Role of deploy/rbac is all that the hub needs.';
    return warned('excess-rights', `it may do more than it needs: ${[...new Set(excess)].join('; ')}`, fix);
  }
  if (status['incomplete'] === true) return unseen('excess-rights', 'the API server lists a part of its rights only');
  return fine('excess-rights', 'it may do nothing else there');
}

/** What of one rule goes beyond the need, as `get, list secrets`. */
function excessOf(rule: JsonRecord, createNamespace: boolean): readonly string[] {
  const [verbs, groups, resources] = ['verbs', 'apiGroups', 'resources'].map((field) => texts(rule[field]));
  return (groups ?? []).flatMap((group) =>
    (resources ?? []).flatMap((resource) => {
      const name = group === '' ? resource : `${resource}.${group}`;
      const allowed = allowedVerbs(name, createNamespace);
      const more = (verbs ?? []).filter((verb) => !allowed.has(verb));
      return more.length === 0 ? [] : [`${more.join(', ')} ${name}`];
    }),
  );
}

function allowedVerbs(name: string, createNamespace: boolean): ReadonlySet<string> {
  if (name === `${ENTRIES.resource}.${ENTRIES.group}`) return new Set(ENTRY_VERBS);
  if (name === 'namespaces' && createNamespace) return new Set(['create']);
  return OF_EVERYBODY.has(name) ? new Set(['create']) : new Set();
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}
