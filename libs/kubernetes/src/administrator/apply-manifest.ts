import { isDeepStrictEqual } from 'node:util';
import { IsthmusError, OBJECT } from '@isthmus/model';
import { answerError } from '../answer-errors.js';
import type { ApiAnswer, ApiRequest } from '../transport.js';
import type { JsonRecord } from '../json.js';
import { isRecord, parseObject } from '../json.js';
import type { Administrator } from './administrator.js';
import type { Manifest } from './manifest.js';
import { collectionOf, nameOf, pathOf } from './manifest.js';

/** What became of an object. */
export type Applied = 'created' | 'changed' | 'unchanged';

const JSON_TYPE = 'application/json';
const TIMEOUT_MS = 10_000;
/** Parts of a manifest that say which object it is, not what is in it. */
const IDENTITY: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/** Asks a cluster; the body of the answer as an object, or undefined when there is no such object. */
export async function getObject(
  administrator: Pick<Administrator, 'send'>,
  path: string,
  { what, signal }: { readonly what: string; readonly signal: AbortSignal },
): Promise<JsonRecord | undefined> {
  const answer = await send(administrator, { method: 'GET', path, what, signal });
  return answer.status === 404 ? undefined : bodyOf(answer, `reading ${what}`);
}

/** What is remembered of an object, so that it is changed or deleted as it was seen. */
export interface ObjectSeen {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels: JsonRecord;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Looks at an object; undefined: there is none. */
export async function seeObject(
  administrator: Pick<Administrator, 'send'>,
  manifest: Pick<Manifest, 'kind' | 'metadata'>,
  signal: AbortSignal,
): Promise<ObjectSeen | undefined> {
  const live = await getObject(administrator, pathOf(manifest), { what: nameOf(manifest), signal });
  if (live === undefined) return undefined;
  const { uid, resourceVersion, labels, annotations } = isRecord(live['metadata']) ? live['metadata'] : {};
  const texts = Object.entries(isRecord(annotations) ? annotations : {}).map(([key, value]) => [key, String(value)]);
  return {
    uid: String(uid),
    resourceVersion: String(resourceVersion),
    labels: isRecord(labels) ? labels : {},
    annotations: Object.fromEntries(texts) as Readonly<Record<string, string>>,
  };
}

/**
 * Makes an object as the manifest says, or leaves it as it is when it says so already. What others added to it stays.
 * `labelsOfNew` are given to one that is created, and to no other.
 */
export async function applyManifest(
  administrator: Pick<Administrator, 'send'>,
  manifest: Manifest,
  { signal, labelsOfNew }: { readonly signal: AbortSignal; readonly labelsOfNew?: Readonly<Record<string, string>> },
): Promise<Applied> {
  const what = nameOf(manifest);
  const live = await getObject(administrator, pathOf(manifest), { what, signal });
  if (live === undefined) {
    const path = `${collectionOf(manifest)}?fieldManager=${OBJECT.fieldManager}`;
    const labels = { ...manifest.metadata.labels, ...labelsOfNew };
    const body = { ...manifest, metadata: { ...manifest.metadata, labels } };
    const answer = await send(administrator, { method: 'POST', path, what, signal, body });
    bodyOf(answer, `creating ${what}`);
    return 'created';
  }
  if (isAsWanted(live, manifest)) return 'unchanged';
  const fixed = ['roleRef', 'type'].find(
    (field) => field in manifest && !isDeepStrictEqual(live[field], manifest[field]),
  );
  if (fixed !== undefined) {
    const way = 'it cannot be changed: look what it is for, and delete it if it may go';
    throw new IsthmusError('conflict', `${what} exists with another ${fixed} → ${way}`);
  }
  const { apiVersion: _a, kind: _k, metadata, ...content } = manifest;
  const { labels, annotations } = metadata;
  const resourceVersion = isRecord(live['metadata']) ? live['metadata']['resourceVersion'] : undefined;
  const body = { metadata: { resourceVersion, labels, annotations }, ...content };
  const path = `${pathOf(manifest)}?fieldManager=${OBJECT.fieldManager}`;
  bodyOf(await send(administrator, { method: 'PATCH', path, what, signal, body }), `changing ${what}`);
  return 'changed';
}

/** Deletes an object as it was seen, and no other that took its place or its name; nothing happens when it is gone already. */
export async function deleteObject(
  administrator: Pick<Administrator, 'send'>,
  manifest: Pick<Manifest, 'kind' | 'metadata'>,
  { signal, seen }: { readonly signal: AbortSignal; readonly seen: Pick<ObjectSeen, 'uid' | 'resourceVersion'> },
): Promise<void> {
  const what = nameOf(manifest);
  const preconditions = { uid: seen.uid, resourceVersion: seen.resourceVersion };
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions };
  const answer = await send(administrator, { method: 'DELETE', path: pathOf(manifest), what, signal, body });
  if (answer.status !== 404) bodyOf(answer, `deleting ${what}`);
}

/** Sends a JSON merge patch to an object. */
export async function patchObject(
  administrator: Pick<Administrator, 'send'>,
  manifest: Pick<Manifest, 'kind' | 'metadata'>,
  { patch, signal }: { readonly patch: object; readonly signal: AbortSignal },
): Promise<void> {
  const what = nameOf(manifest);
  const path = `${pathOf(manifest)}?fieldManager=${OBJECT.fieldManager}`;
  bodyOf(await send(administrator, { method: 'PATCH', path, what, signal, body: patch }), `changing ${what}`);
}

function send(
  administrator: Pick<Administrator, 'send'>,
  call: Pick<ApiRequest, 'method' | 'path' | 'signal'> & { readonly what: string; readonly body?: object },
): Promise<ApiAnswer> {
  const { method, path, signal, what, body } = call;
  const type = method === 'PATCH' ? 'application/merge-patch+json' : JSON_TYPE;
  return administrator.send({
    method,
    path,
    accept: JSON_TYPE,
    timeoutMs: TIMEOUT_MS,
    signal,
    doing: `${method} ${what}`,
    ...(body === undefined ? {} : { body: { type, text: JSON.stringify(body) } }),
  });
}

function bodyOf(answer: ApiAnswer, doing: string): JsonRecord {
  if (answer.status < 200 || answer.status > 299) throw answerError(answer, { doing, isWrite: true, token: undefined });
  const body = parseObject(answer.text);
  if (body !== undefined) return body;
  throw new IsthmusError('invalid-answer', `${doing}: the answer is not what a Kubernetes API gives`);
}

function isAsWanted(live: JsonRecord, manifest: Manifest): boolean {
  const content = Object.entries(manifest).filter(([field]) => !IDENTITY.has(field));
  const { labels = {}, annotations = {} } = manifest.metadata;
  const metadata = isRecord(live['metadata']) ? live['metadata'] : {};
  return (
    content.every(([field, value]) => isDeepStrictEqual(live[field], value)) &&
    includes(metadata['labels'], labels) &&
    includes(metadata['annotations'], annotations)
  );
}

function includes(live: unknown, wanted: Readonly<Record<string, string>>): boolean {
  const members = isRecord(live) ? live : {};
  return Object.entries(wanted).every(([key, value]) => members[key] === value);
}
