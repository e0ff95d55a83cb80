import type { ComponentRecord, Json, PendingDeletes } from '@isthmus/model';
import { ISTIO, OBJECT, canonicalJson, sha256, shelfOf } from '@isthmus/model';
import { encodePending } from './annotations.js';

/** Labels and annotations of an object, ours and those of others. */
export interface HashedMetadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What of an object is the same in every cluster that wants the same. */
export interface HashedBody extends HashedMetadata {
  readonly spec: { readonly [field: string]: Json | undefined };
  readonly components: readonly ComponentRecord[];
  readonly pending: PendingDeletes;
}

/**
 * `isthmus.dev/content-hash`: spec, our labels and the semantic annotations; not the epoch, not `observedAt`, so that a
 * poll which changes nothing writes nothing. A hash of hashes, so that clusters share the work on what they share:
 *
 *     endpoints ─► hash ─┐
 *     rest of the spec, components, marks, Istio's label and annotation ─► hash of the body ─┐
 *     cluster, our labels, schema ───────────────────────────────────────────────────────────┴─► content hash
 */
export function contentHashOf(bodyHash: string, { labels, annotations }: HashedMetadata): string {
  const own = [
    bodyHash,
    labels[OBJECT.managedBy],
    labels[OBJECT.hub],
    annotations[OBJECT.cluster],
    OBJECT.schemaVersion,
  ];
  return sha256(JSON.stringify(own));
}

/** The hash of what clusters share of an object. */
export function bodyHashOf({ spec, components, pending, labels, annotations }: HashedBody): string {
  const { endpoints, ...rest } = spec;
  // The keys stand in their canonical order, which saves sorting them.
  const body = {
    components: components.map(stateOf),
    endpoints: Array.isArray(endpoints) ? hashOfList(endpoints) : endpoints,
    pending: encodePending(pending),
    rest,
    revision: labels[ISTIO.revision],
    trafficDistribution: annotations[ISTIO.trafficDistribution],
  };
  return sha256(canonicalJson(body));
}

/** The hash of a list of endpoints: the same one stands in the entries of many clusters. */
export function hashOfList(list: readonly Json[]): string {
  const known = hashes.get(list);
  if (known !== undefined) return known;
  const hash = sha256(canonicalJson(list));
  hashes.set(list, hash);
  return hash;
}

/** An equal list that somebody holds already, else this one: routes that differ in their hosts alone share it. */
export function sharedList(list: readonly Json[]): readonly Json[] {
  const hash = hashes.get(list) ?? sha256(canonicalJson(list));
  const kept = lists(hash, list);
  // Not of a list that nobody will hold: each read of a cluster brings one for each object, and the collector visits all.
  if (!hashes.has(kept)) hashes.set(kept, hash);
  return kept;
}

const hashes = new WeakMap<readonly Json[], string>();
const lists = shelfOf<readonly Json[]>();

function stateOf(record: ComponentRecord): Json {
  const { key, source, namespace, httpName, service, createdAtMs, revision, registered, endpoints, also } = record;
  // As it is read back: a recorded time has no parts of a millisecond.
  const created = Math.trunc(createdAtMs);
  return [key, source, namespace, httpName, service, created, revision, registered, endpoints, also];
}
