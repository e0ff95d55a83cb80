import type { JsonObject, JsonValue } from './json.js';
import { isList, isObject, textAt } from './json.js';
import type { EntryVersion } from './api.js';
import { ENTRIES } from './api.js';
import { rfc3339 } from './timestamp.js';

/** The part of `metadata` that clients may set on a ServiceEntry, parsed. */
export interface ClientMetadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly finalizers: readonly string[];
  readonly ownerReferences: readonly JsonObject[];
}

/** One entry of `metadata.managedFields`: the fields that one manager wrote last, and how it is answered. */
export interface ManagedField {
  readonly manager: string;
  readonly subresource: 'status' | undefined;
  readonly paths: ReadonlySet<string>;
  readonly rendered: JsonObject;
}

/** A ServiceEntry as it is stored: never changed, only replaced. */
export interface StoredEntry extends ClientMetadata {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: number;
  readonly generation: number;
  readonly createdAtMs: number;
  readonly deletedAtMs: number | undefined;
  readonly spec: JsonObject;
  readonly status: JsonObject | undefined;
  readonly managedFields: readonly ManagedField[];
}

/** The client's part of `metadata`; what is no text or list of texts is left out. */
export function clientMetadata(metadata: JsonObject): ClientMetadata {
  return {
    labels: textMap(metadata['labels']),
    annotations: textMap(metadata['annotations']),
    finalizers: list(metadata['finalizers']).filter((item) => typeof item === 'string'),
    ownerReferences: list(metadata['ownerReferences']).filter(isObject),
  };
}

/** The whole object as it is answered in one of the served versions. */
export function renderEntry(entry: StoredEntry, version: EntryVersion): JsonObject {
  return {
    apiVersion: `${ENTRIES.group}/${version}`,
    kind: ENTRIES.kind,
    metadata: renderMetadata(entry),
    spec: entry.spec,
    ...(entry.status === undefined ? {} : { status: entry.status }),
  };
}

/** The object without spec and status, as `PartialObjectMetadata`. */
export function renderPartial(entry: StoredEntry): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: renderMetadata(entry) };
}

function renderMetadata(entry: StoredEntry): JsonObject {
  return {
    ...ifAny('annotations', entry.annotations),
    creationTimestamp: rfc3339(entry.createdAtMs),
    ...(entry.deletedAtMs === undefined
      ? {}
      : { deletionGracePeriodSeconds: 0, deletionTimestamp: rfc3339(entry.deletedAtMs) }),
    ...ifAny('finalizers', entry.finalizers),
    generation: entry.generation,
    ...ifAny('labels', entry.labels),
    managedFields: entry.managedFields.map((field) => field.rendered),
    name: entry.name,
    namespace: entry.namespace,
    ...ifAny('ownerReferences', entry.ownerReferences),
    ...(entry.resourceVersion === 0 ? {} : { resourceVersion: String(entry.resourceVersion) }),
    uid: entry.uid,
  };
}

function ifAny(key: string, value: JsonObject | readonly JsonValue[]): JsonObject {
  return Object.keys(value).length === 0 ? {} : { [key]: value };
}

function textMap(value: JsonValue | undefined): Readonly<Record<string, string>> {
  if (!isObject(value)) return {};
  const pairs: [string, string][] = [];
  for (const key of Object.keys(value)) {
    const text = textAt(value, key);
    if (text !== undefined) pairs.push([key, text]);
  }
  return Object.fromEntries(pairs);
}

function list(value: JsonValue | undefined): readonly JsonValue[] {
  return isList(value) ? value : [];
}
