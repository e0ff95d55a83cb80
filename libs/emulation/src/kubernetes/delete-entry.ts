import { ENTRIES } from './api.js';
import { decodeBody } from './decode.js';
import type { StoredEntry } from './entry.js';
import { notFound, unmetPrecondition } from './failures.js';
import type { JsonObject } from './json.js';
import { isList, objectAt, textAt } from './json.js';
import type { KubernetesResponse } from './wire.js';
import { jsonResponse } from './wire.js';
import type { WriteContext, WriteRequest } from './write-entries.js';
import { entrySubject, renderOne } from './write-entries.js';

/**
 * DELETE with the preconditions of its body. An object without finalizers is gone, and a Status with its uid is
 * answered; one with finalizers is only marked, and is answered itself.
 */
export function deleteEntry(context: WriteContext, write: WriteRequest): KubernetesResponse {
  const options = deleteOptions(write);
  if (!options.ok) return options.error;
  const isDryRun = write.isDryRun || asksForDryRun(options.value);
  const entry = context.world.entry(write.namespace, write.name ?? '');
  if (entry === undefined) return notFound(entrySubject(write.name ?? ''));
  const unmet = whatIsUnmet(entry, objectAt(options.value, 'preconditions'));
  if (unmet !== undefined) return unmetPrecondition(entry.name, unmet);
  if (entry.finalizers.length > 0) return mark(context, { ...write, isDryRun }, entry);
  if (!isDryRun) context.world.removeEntry(entry);
  return jsonResponse(200, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name: entry.name, group: ENTRIES.group, kind: ENTRIES.plural, uid: entry.uid },
  });
}

function deleteOptions(write: WriteRequest): ReturnType<typeof decodeBody> {
  return write.request.body === '' ? { ok: true, value: {} } : decodeBody(write.request, ['application/json']);
}

/** `dryRun` may stand in the body too, as a list. */
function asksForDryRun(options: JsonObject): boolean {
  const dryRun = options['dryRun'];
  return isList(dryRun) && dryRun.includes('All');
}

function whatIsUnmet(entry: StoredEntry, preconditions: JsonObject): string | undefined {
  const uid = textAt(preconditions, 'uid');
  if (uid !== undefined && uid !== entry.uid) {
    return `the UID in the precondition (${uid}) does not match the UID in record (${entry.uid}). The object might have been deleted and then recreated`;
  }
  const resourceVersion = textAt(preconditions, 'resourceVersion');
  if (resourceVersion !== undefined && resourceVersion !== String(entry.resourceVersion)) {
    return `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${entry.resourceVersion}). The object might have been modified`;
  }
  return undefined;
}

function mark(context: WriteContext, write: WriteRequest, entry: StoredEntry): KubernetesResponse {
  if (entry.deletedAtMs !== undefined) return renderOne(200, entry, write);
  const marked = { ...entry, deletedAtMs: context.nowMs, generation: entry.generation + 1 };
  return renderOne(200, write.isDryRun ? marked : context.world.putEntry(marked), write);
}
