import type { Result } from '@isthmus/model';
import { err } from '@isthmus/model';
import type { EntryVersion } from './api.js';
import { ENTRIES } from './api.js';
import type { Destination, FieldValidation, SentEntry } from './decode.js';
import { cannotBeHandled, decodeBody, fieldValidation, readEntry, refuse, strictDecodingError } from './decode.js';
import type { StoredEntry } from './entry.js';
import { renderEntry, renderPartial } from './entry.js';
import type { Subject } from './failures.js';
import {
  alreadyExists,
  badRequest,
  conflict,
  invalid,
  namespaceTerminating,
  notFound,
  storageFailure,
} from './failures.js';
import type { JsonObject } from './json.js';
import { mergePatch, objectAt, sameJson, sortKeys } from './json.js';
import type { FieldWriter } from './managed-fields.js';
import { trackUpdate } from './managed-fields.js';
import { invalidCause, metadataTypeError } from './metadata-rules.js';
import type { Form } from './negotiate.js';
import type { KubernetesRequest, KubernetesResponse } from './wire.js';
import { jsonResponse } from './wire.js';
import type { World } from './world.js';

/** A write to one ServiceEntry (create: to a namespace). */
export interface WriteRequest extends Destination {
  readonly request: KubernetesRequest;
  readonly query: URLSearchParams;
  readonly form: Form;
  readonly isDryRun: boolean;
  readonly isStatus: boolean;
}

/** What a write draws from outside: the time and the uid of a new object. */
export interface WriteContext {
  readonly world: World;
  readonly nowMs: number;
  newUid(): string;
}

const MERGE_PATCH = 'application/merge-patch+json';
const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

/** POST: creates an object that must not exist yet. */
export function createEntry(context: WriteContext, write: WriteRequest): KubernetesResponse {
  const sent = decode(write);
  if (!sent.ok) return sent.error;
  const { name, resourceVersion } = sent.value;
  const { world, nowMs } = context;
  const namespace = world.namespace(write.namespace);
  if (namespace === undefined) return notFound({ resource: 'namespaces', name: write.namespace });
  if (namespace.isTerminating) return namespaceTerminating(entrySubject(name), write.namespace);
  if (resourceVersion !== '') return storageFailure('resourceVersion should not be set on objects to be created');
  const refusal = refuse(sent.value);
  if (refusal !== undefined) return refusal;
  const existing = world.entry(write.namespace, name);
  if (existing !== undefined) return alreadyExists(entrySubject(name), existing.deletedAtMs !== undefined);
  const fields = { ...sent.value.metadata, spec: sent.value.spec ?? {}, status: undefined };
  const created: StoredEntry = {
    ...fields,
    namespace: write.namespace,
    name,
    uid: context.newUid(),
    resourceVersion: 0,
    generation: 1,
    createdAtMs: nowMs,
    deletedAtMs: undefined,
    managedFields: trackUpdate(undefined, fields, writerOf(write, nowMs)),
  };
  return answer(201, write.isDryRun ? created : world.putEntry(created), { write, warnings: sent.value.warnings });
}

/** PUT: replaces an object whose resourceVersion is given. */
export function replaceEntry(context: WriteContext, write: WriteRequest): KubernetesResponse {
  const sent = decode(write);
  if (!sent.ok) return sent.error;
  const existing = context.world.entry(write.namespace, sent.value.name);
  if (existing === undefined) return notFound(entrySubject(sent.value.name));
  if (sent.value.uid !== '' && sent.value.uid !== existing.uid) {
    return conflict(
      entrySubject(existing.name),
      `StorageError: invalid object, Code: 4, AdditionalErrorMsg: Precondition failed: UID in precondition: ${sent.value.uid}, UID in object meta: ${existing.uid}`,
    );
  }
  return store(context, write, { existing, sent: sent.value });
}

/** PATCH with a JSON merge patch: changes an object that exists; it never creates one. */
export function patchEntry(context: WriteContext, write: WriteRequest): KubernetesResponse {
  const patch = decodeBody(write.request, [MERGE_PATCH]);
  if (!patch.ok) return patch.error;
  const existing = context.world.entry(write.namespace, write.name ?? '');
  if (existing === undefined) return notFound(entrySubject(write.name ?? ''));
  const patched = mergePatch(renderEntry(existing, write.version), patch.value) as JsonObject;
  const validation = fieldValidation(write.query);
  const odd = metadataTypeError(objectAt(patched, 'metadata'));
  const problem = odd ?? (validation === 'Strict' ? strictDecodingError(patched) : undefined);
  if (problem !== undefined) return undecodablePatch(patched, problem);
  const sent = readEntry(patched, write, validation);
  return sent.ok ? store(context, write, { existing, sent: sent.value }) : sent.error;
}

/** What all refusals of an object of this name are about. */
export function entrySubject(name: string): Subject {
  return { resource: ENTRIES.plural, name };
}

function decode(write: WriteRequest): Result<SentEntry, KubernetesResponse> {
  const body = decodeBody(write.request, ['application/json']);
  if (!body.ok) return body;
  const validation: FieldValidation = fieldValidation(write.query);
  const problem = validation === 'Strict' ? strictDecodingError(body.value) : undefined;
  if (problem === undefined) return readEntry(body.value, write, validation);
  return err(badRequest(cannotBeHandled(write.version, problem)));
}

function store(
  context: WriteContext,
  write: WriteRequest,
  { existing, sent }: { readonly existing: StoredEntry; readonly sent: SentEntry },
): KubernetesResponse {
  const stale = versionMismatch(existing, sent.resourceVersion);
  if (stale !== undefined) return stale;
  const refusal = refuse(sent, existing);
  if (refusal !== undefined) return refusal;
  const next = nextEntry(existing, sent, write);
  if (!hasChanged(existing, next)) return answer(200, existing, { write, warnings: sent.warnings });
  const changed = { ...next, managedFields: trackUpdate(existing, next, writerOf(write, context.nowMs)) };
  if (write.isDryRun) return answer(200, changed, { write, warnings: sent.warnings });
  if (changed.deletedAtMs === undefined || changed.finalizers.length > 0) {
    return answer(200, context.world.putEntry(changed), { write, warnings: sent.warnings });
  }
  // The last finalizer went: the object is gone without having been stored once more.
  context.world.removeEntry(existing);
  return answer(200, changed, { write, warnings: sent.warnings });
}

function versionMismatch(existing: StoredEntry, resourceVersion: string): KubernetesResponse | undefined {
  if (resourceVersion === '' || resourceVersion === '0') {
    const cause = invalidCause('metadata.resourceVersion', '0', 'must be specified for an update');
    return invalid(existing.name, [cause], ENTRIES.plural);
  }
  if (!/^\d+$/.test(resourceVersion)) {
    return storageFailure(`strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`);
  }
  if (Number(resourceVersion) === existing.resourceVersion) return undefined;
  return conflict(entrySubject(existing.name), MODIFIED);
}

function nextEntry(existing: StoredEntry, sent: SentEntry, write: WriteRequest): StoredEntry {
  if (write.isStatus) return { ...existing, status: sent.status };
  const spec = sent.spec ?? {};
  const generation = existing.generation + (sameJson(existing.spec, spec) ? 0 : 1);
  return { ...existing, ...sent.metadata, spec, generation };
}

function hasChanged(existing: StoredEntry, next: StoredEntry): boolean {
  return (
    !sameJson(existing.spec, next.spec) ||
    !sameJson(existing.status, next.status) ||
    !sameJson(existing.labels, next.labels) ||
    !sameJson(existing.annotations, next.annotations) ||
    !sameJson(existing.finalizers, next.finalizers) ||
    !sameJson(existing.ownerReferences, next.ownerReferences)
  );
}

function writerOf(write: WriteRequest, atMs: number): FieldWriter {
  const agent = (write.request.headers['user-agent'] ?? '').split('/')[0]?.trim() ?? '';
  return {
    manager: write.query.get('fieldManager') ?? (agent === '' ? 'unknown' : agent),
    apiVersion: `${ENTRIES.group}/${write.version}`,
    atMs,
    ...(write.isStatus ? { subresource: 'status' as const } : {}),
  };
}

function answer(
  status: number,
  entry: StoredEntry,
  { write, warnings }: { readonly write: WriteRequest; readonly warnings: readonly string[] },
): KubernetesResponse {
  return renderOne(status, entry, { ...write, warnings });
}

/** One object in the form that was asked for. */
export function renderOne(
  status: number,
  entry: StoredEntry,
  as: { readonly form: Form; readonly version: EntryVersion; readonly warnings?: readonly string[] },
): KubernetesResponse {
  const body = as.form === 'partial' ? renderPartial(entry) : renderEntry(entry, as.version);
  return jsonResponse(status, body, as.warnings?.length ? { warning: as.warnings } : {});
}

/** A patch whose result cannot be decoded: 422 about nothing in particular, with the whole object in it twice. */
function undecodablePatch(patched: JsonObject, problem: string): KubernetesResponse {
  const echo = JSON.stringify(JSON.stringify(sortKeys(patched)));
  return invalid('', [invalidCause('patch', echo, problem)], '');
}
