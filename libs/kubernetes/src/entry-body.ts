import type { Precondition } from '@isthmus/model';
import type { EntryManifest } from '@isthmus/ports';

/** Every key that the spec of a ServiceEntry can have. Source: istio.io/latest/docs/reference/config/networking/service-entry */
const SPEC_KEYS = [
  'hosts',
  'addresses',
  'ports',
  'location',
  'resolution',
  'endpoints',
  'workloadSelector',
  'exportTo',
  'subjectAltNames',
] as const;

/** The body of the POST that creates an entry. */
export function createBody(manifest: EntryManifest, apiVersion: string): string {
  const { name, labels, annotations, spec } = manifest;
  return JSON.stringify({ apiVersion, kind: 'ServiceEntry', metadata: { name, labels, annotations }, spec });
}

/**
 * The merge patch that makes the very object that was seen equal to the manifest: uid and resourceVersion as
 * conditions, and every key of the spec, those that the manifest does not have as null, so that a foreign edit goes.
 */
export function updateBody(manifest: EntryManifest, precondition: Precondition): string {
  const { labels, annotations, spec } = manifest;
  const { uid, resourceVersion } = precondition;
  const given = new Map<string, unknown>(Object.entries(spec));
  return JSON.stringify({
    metadata: {
      uid,
      resourceVersion,
      labels: { ...nulls(manifest.absentLabels), ...labels },
      annotations: { ...nulls(manifest.absentAnnotations), ...annotations },
    },
    spec: Object.fromEntries(SPEC_KEYS.map((key) => [key, given.get(key) ?? null])),
  });
}

function nulls(keys: readonly string[]): Readonly<Record<string, null>> {
  return Object.fromEntries(keys.map((key) => [key, null]));
}

/** The body of a DELETE of the very object that was seen. */
export function deleteBody({ uid, resourceVersion }: Precondition): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } });
}
