import type { EntryName, ObservedEntry, ObservedMetadata } from '@isthmus/model';
import type { KnownEntries } from '@isthmus/ports';
import type { JsonRecord } from './json.js';
import { isRecord } from './json.js';

/** The metadata of an object that the API server answered; undefined when it is not what every object has. */
export function parseMetadata(object: unknown): ObservedMetadata | undefined {
  const metadata = isRecord(object) ? object['metadata'] : undefined;
  if (!isRecord(metadata)) return undefined;
  const { name, uid, resourceVersion, generation, deletionTimestamp } = metadata;
  if (!isFilled(name) || !isFilled(uid) || !isFilled(resourceVersion)) return undefined;
  if (generation !== undefined && !Number.isSafeInteger(generation)) return undefined;
  return {
    name: name as EntryName,
    uid,
    resourceVersion,
    generation: typeof generation === 'number' ? generation : 0,
    labels: textMap(metadata['labels']),
    annotations: textMap(metadata['annotations']),
    owners: owners(metadata['ownerReferences']),
    isTerminating: deletionTimestamp !== undefined && deletionTimestamp !== null,
  };
}

/** Reads metadata, and gives back what is known of an object that has not changed since. */
export function metadataParser(known: KnownEntries): (object: unknown) => ObservedMetadata | undefined {
  return (object) => {
    const metadata = parseMetadata(object);
    if (metadata === undefined) return undefined;
    const before = known(metadata.name);
    const isSame = before?.uid === metadata.uid && before.resourceVersion === metadata.resourceVersion;
    return isSame ? before : metadata;
  };
}

/** A whole ServiceEntry that the API server answered; its spec stays untrusted but for the hosts. */
export function parseEntry(object: unknown): ObservedEntry | undefined {
  const metadata = parseMetadata(object);
  if (metadata === undefined || !isRecord(object)) return undefined;
  const raw = object['spec'];
  const listed: readonly unknown[] = isRecord(raw) && Array.isArray(raw['hosts']) ? raw['hosts'] : [];
  return { ...metadata, spec: { hosts: listed.every(isText) ? listed : listed.filter(isText), raw } };
}

/**
 * The items of a list that the API server answered; undefined when it is no list. A list of metadata without items
 * comes with `items: null`, which is empty only because the answer says of which kind it is.
 */
export function parseItems(body: unknown): readonly unknown[] | undefined {
  if (!isRecord(body)) return undefined;
  const { kind, items } = body;
  if (Array.isArray(items)) return items;
  return items === null && isText(kind) && kind.endsWith('List') ? [] : undefined;
}

function owners(value: unknown): readonly string[] {
  const references: readonly JsonRecord[] = Array.isArray(value) ? value.filter(isRecord) : [];
  return references.map(
    ({ apiVersion, kind }) => `${isText(apiVersion) ? apiVersion : ''}/${isText(kind) ? kind : ''}`,
  );
}

function textMap(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) return {};
  // As JSON.parse made it, it takes half the memory of a copy.
  if (Object.values(value).every(isText)) return value as Record<string, string>;
  return Object.fromEntries(Object.entries(value).filter((pair): pair is [string, string] => isText(pair[1])));
}

function isFilled(value: unknown): value is string {
  return isText(value) && value !== '';
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
