import type { Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import type { EntryVersion } from './api.js';
import { ENTRIES, LIMITS, MEDIA_TYPES } from './api.js';
import type { ClientMetadata, StoredEntry } from './entry.js';
import { clientMetadata } from './entry.js';
import type { Cause } from './failures.js';
import { badRequest, invalid, requestTooLarge, storageFailure, unsupportedMediaType } from './failures.js';
import type { JsonObject, JsonValue } from './json.js';
import { isObject, objectAt, parseJson, sortKeys, textAt } from './json.js';
import { invalidCause, metadataCauses, metadataTypeError, nameCauses } from './metadata-rules.js';
import { UNCHECKED, check, prune } from './schema.js';
import { SERVICE_ENTRY, SERVICE_ENTRY_SPEC } from './service-entry-schema.js';
import type { KubernetesRequest, KubernetesResponse } from './wire.js';

/** Forms in which an API server takes a patch; this one knows the JSON merge patch alone. */
const PATCH_TYPES = 'application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml';

/** How unknown fields are met: refused, warned about, or dropped in silence. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** An object as a client sent it, without the fields that the schema does not know. */
export interface SentEntry {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly metadata: ClientMetadata;
  readonly spec: JsonObject | undefined;
  readonly status: JsonObject | undefined;
  /** `Warning` headers for what was dropped. */
  readonly warnings: readonly string[];
}

/** Where an object is sent to, as its path says; the name is absent on create. */
export interface Destination {
  readonly version: EntryVersion;
  readonly namespace: string;
  readonly name: string | undefined;
}

/** The JSON body of a request of one of these media types: 415, 413 and 400 otherwise. */
export function decodeBody(
  request: KubernetesRequest,
  mediaTypes: readonly string[],
): Result<JsonObject, KubernetesResponse> {
  const type = (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim() ?? '';
  if (!mediaTypes.includes(type)) return err(unsupportedMediaType(acceptedBy(mediaTypes)));
  if (Buffer.byteLength(request.body) > LIMITS.requestBytes) return err(requestTooLarge(LIMITS.requestBytes));
  const value = parseJson(request.body);
  return isObject(value) ? ok(value) : err(badRequest(unrecognized('it must be a JSON object')));
}

/** `fieldValidation` of a query; Warn when it is absent, as since Kubernetes 1.25. */
export function fieldValidation(query: URLSearchParams): FieldValidation {
  const value = query.get('fieldValidation');
  return value === 'Strict' || value === 'Ignore' ? value : 'Warn';
}

/** Unknown fields of an object in the words of the strict decoder; undefined when there are none. */
export function strictDecodingError(object: JsonValue): string | undefined {
  const { unknown } = prune(SERVICE_ENTRY, object, '');
  if (unknown.length === 0) return undefined;
  return `strict decoding error: ${unknown.slice(0, 100).map(unknownField).join(', ')}`;
}

/** The words for an object that cannot be decoded. */
export function cannotBeHandled(version: EntryVersion, why: string): string {
  return `${ENTRIES.kind} in version ${JSON.stringify(version)} cannot be handled as a ${ENTRIES.kind}: ${why}`;
}

/** The object that a client sent to a destination, or the 400 that says why it is none. */
export function readEntry(
  object: JsonObject,
  destination: Destination,
  validation: FieldValidation,
): Result<SentEntry, KubernetesResponse> {
  const mismatch = typeMismatch(object, destination);
  if (mismatch !== undefined) return err(mismatch);
  const { value, unknown } = prune(SERVICE_ENTRY, object, '');
  const pruned = isObject(value) ? value : {};
  const metadata = objectAt(pruned, 'metadata');
  const odd = metadataTypeError(metadata);
  if (odd !== undefined) return err(badRequest(cannotBeHandled(destination.version, odd)));
  const elsewhere = placeMismatch(metadata, destination);
  if (elsewhere !== undefined) return err(badRequest(elsewhere));
  return ok({
    name: textAt(metadata, 'name') ?? '',
    uid: textAt(metadata, 'uid') ?? '',
    resourceVersion: textAt(metadata, 'resourceVersion') ?? '',
    metadata: clientMetadata(metadata),
    spec: sortedObject(pruned['spec']),
    status: sortedObject(pruned['status']),
    warnings: validation === 'Warn' ? unknown.map((path) => `299 - ${JSON.stringify(unknownField(path))}`) : [],
  });
}

/**
 * What the API server finds wrong with an object before it is stored in the place of `existing`: 422 with all causes, or
 * a 500 of its storage.
 */
export function refuse(sent: SentEntry, existing?: StoredEntry): KubernetesResponse | undefined {
  const own = [...nameCauses(sent.name), ...metadataCauses(sent.metadata)];
  // On an update, metadata is checked three times over, and what must not change twice.
  const before: Cause[] = existing === undefined ? own : [...uidCauses(sent, existing), ...own, ...own, ...own];
  const causes =
    sent.spec === undefined
      ? [...before, { reason: 'FieldValueRequired', message: 'Required value', field: 'spec' }, UNCHECKED]
      : [...before, ...check(SERVICE_ENTRY_SPEC, sent.spec, { path: 'spec', before })];
  return causes.length === 0 ? tooLargeForEtcd(sent) : invalid(sent.name, causes);
}

function uidCauses({ uid }: SentEntry, existing: StoredEntry): readonly Cause[] {
  if (uid === '' || uid === existing.uid) return [];
  const cause = invalidCause('metadata.uid', JSON.stringify(uid), 'field is immutable');
  return [cause, cause];
}

function tooLargeForEtcd(sent: SentEntry): KubernetesResponse | undefined {
  const bytes = Buffer.byteLength(JSON.stringify([sent.metadata, sent.spec]));
  if (bytes <= LIMITS.etcdBytes) return undefined;
  if (bytes <= LIMITS.grpcBytes) return storageFailure('etcdserver: request is too large');
  return storageFailure(
    `rpc error: code = ResourceExhausted desc = trying to send message larger than max (${bytes} vs. ${LIMITS.grpcBytes})`,
  );
}

function unrecognized(why: string): string {
  return `the object provided is unrecognized (must be of type ${ENTRIES.kind}): ${why}`;
}

/** The object is repeated in full, then its beginning. */
function isMissing(member: string, object: JsonObject): string {
  const text = JSON.stringify(object);
  const beginning = text.length > 30 ? `${text.slice(0, 30)} ...` : text;
  return `Object '${member}' is missing in '${text}' (${beginning})`;
}

function acceptedBy(mediaTypes: readonly string[]): string {
  return mediaTypes.includes('application/json') ? MEDIA_TYPES : PATCH_TYPES;
}

function typeMismatch(object: JsonObject, { version }: Destination): KubernetesResponse | undefined {
  const wanted = `${ENTRIES.group}/${version}`;
  const apiVersion = textAt(object, 'apiVersion');
  const kind = textAt(object, 'kind');
  if (kind === undefined) return badRequest(unrecognized(isMissing('Kind', object)));
  if (apiVersion === undefined) return badRequest(unrecognized(isMissing('apiVersion', object)));
  if (apiVersion !== wanted) {
    return badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${wanted})`,
    );
  }
  if (kind === ENTRIES.kind) return undefined;
  const cause = invalidCause('kind', JSON.stringify(kind), `must be ${ENTRIES.kind}`);
  return invalid(textAt(objectAt(object, 'metadata'), 'name') ?? '', [cause], kind);
}

function placeMismatch(metadata: JsonObject, destination: Destination): string | undefined {
  const namespace = textAt(metadata, 'namespace') ?? '';
  if (namespace !== '' && namespace !== destination.namespace) {
    return 'the namespace of the provided object does not match the namespace sent on the request';
  }
  const name = textAt(metadata, 'name') ?? '';
  if (destination.name === undefined || name === destination.name) return undefined;
  return `the name of the object (${name}) does not match the name on the URL (${destination.name})`;
}

function sortedObject(value: JsonValue | undefined): JsonObject | undefined {
  const sorted = value === undefined ? undefined : sortKeys(value);
  return isObject(sorted) ? sorted : undefined;
}

function unknownField(path: string): string {
  return `unknown field ${JSON.stringify(path)}`;
}
