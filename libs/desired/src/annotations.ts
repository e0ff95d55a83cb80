import type { ComponentKey, ComponentRecord, PendingDeletes } from '@isthmus/model';
import { canonicalJson, compareText, interned, parseComponentKey } from '@isthmus/model';

/** `isthmus.dev/components`: sorted JSON, times as ISO 8601. */
export function encodeComponents(components: readonly ComponentRecord[]): string {
  return canonicalJson(
    // The keys stand in their canonical order, which saves sorting them.
    components.map((record) => ({
      also: record.also.length === 0 ? undefined : record.also,
      created: isoTime(record.createdAtMs),
      endpoints: record.endpoints,
      httpName: record.httpName,
      id: record.key,
      namespace: record.namespace,
      observedAt: isoTime(record.observedAtMs),
      registered: record.registered,
      revision: record.revision,
      service: record.service,
      source: record.source,
    })),
  );
}

/** The records of an annotation, or undefined when it is missing or damaged: annotations are untrusted input. */
export function decodeComponents(text: string | undefined): readonly ComponentRecord[] | undefined {
  return text === undefined ? undefined : decodeRecords(text);
}

/** Entries of clusters that want the same carry the same text. */
const decodeRecords = interned((text): readonly ComponentRecord[] | undefined => {
  const list = parseJson(text);
  if (!Array.isArray(list)) return undefined;
  const records = list.map(decodeRecord);
  const whole = records.filter((record) => record !== undefined);
  return whole.length === records.length ? whole : undefined;
});

function decodeRecord(value: unknown): ComponentRecord | undefined {
  if (!isObject(value)) return undefined;
  const {
    id,
    source,
    namespace,
    httpName,
    service,
    created,
    revision,
    registered,
    endpoints,
    observedAt,
    also = [],
  } = value;
  const texts = [id, source, namespace, httpName, service, created, observedAt];
  if (!texts.every((text) => typeof text === 'string')) return undefined;
  const [key, sourceName, namespaceName, http, serviceName, createdAt, observed] = texts;
  const counts = [revision, registered, endpoints, ...(Array.isArray(also) ? (also as unknown[]) : [Number.NaN])];
  if (!counts.every(isCount) || parseComponentKey(key ?? '') === undefined) return undefined;
  const [revisionCount = 0, registeredCount = 0, endpointCount = 0, ...shared] = counts;
  const createdAtMs = Date.parse(createdAt ?? '');
  const observedAtMs = Date.parse(observed ?? '');
  if (Number.isNaN(createdAtMs) || Number.isNaN(observedAtMs)) return undefined;
  return {
    key: key as ComponentKey,
    source: sourceName ?? '',
    namespace: namespaceName ?? '',
    httpName: http ?? '',
    service: serviceName ?? '',
    createdAtMs,
    revision: revisionCount,
    observedAtMs,
    registered: registeredCount,
    endpoints: endpointCount,
    also: shared,
  };
}

/** `isthmus.dev/pending-delete`: JSON, component → time of its mark; undefined when nothing is marked. */
export function encodePending(pending: PendingDeletes): string | undefined {
  if (pending.size === 0) return undefined;
  return canonicalJson(Object.fromEntries([...pending].map(([key, atMs]) => [key, isoTime(atMs)])));
}

export const NO_MARKS: PendingDeletes = new Map();

/** The marks of an annotation; damaged ones are no marks, so they only delay a removal. */
export function decodePending(text: string | undefined): PendingDeletes {
  if (text === undefined) return NO_MARKS;
  const value = parseJson(text);
  if (!isObject(value)) return NO_MARKS;
  const marks = new Map<ComponentKey, number>();
  for (const [key, at] of Object.entries(value)) {
    const atMs = typeof at === 'string' ? Date.parse(at) : Number.NaN;
    if (parseComponentKey(key) !== undefined && !Number.isNaN(atMs)) marks.set(key as ComponentKey, atMs);
  }
  return marks;
}

/** Order of components on an object. */
export function byKey(a: { readonly key: ComponentKey }, b: { readonly key: ComponentKey }): number {
  return compareText(a.key, b.key);
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
