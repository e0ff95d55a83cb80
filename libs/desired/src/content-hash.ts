import type { ComponentRecord, Json, PendingDeletes } from '@isthmus/model';
import { ISTIO, OBJECT, canonicalJson, remembered, sha256 } from '@isthmus/model';
import { encodePending } from './annotations.js';

/** What of an object is the same in every cluster that wants the same. */
export interface HashedBody {
  readonly spec: { readonly [field: string]: Json | undefined };
  readonly components: readonly ComponentRecord[];
  readonly pending: PendingDeletes;
}

/** Labels and annotations of an object, ours and those of others. */
export interface HashedMetadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * `isthmus.dev/content-hash`: spec, our labels and the semantic annotations; not the epoch, not `observedAt`, so that a
 * poll which changes nothing writes nothing. A hash of hashes, so that clusters share the work on what they share:
 *
 *     endpoints ─► hash ─┐
 *     rest of the spec, components, marks ─► hash of the body ─┐
 *     cluster, our labels, Istio's, schema ────────────────────┴─► content hash
 */
export function contentHashOf(bodyHash: string, { labels, annotations }: HashedMetadata): string {
  const own = [
    bodyHash,
    labels[OBJECT.managedBy],
    labels[OBJECT.hub],
    labels[ISTIO.revision],
    annotations[OBJECT.cluster],
    annotations[ISTIO.trafficDistribution],
    OBJECT.schemaVersion,
  ];
  return sha256(JSON.stringify(own));
}

/** The hash of what clusters share of an object. */
export function bodyHashOf({ spec, components, pending }: HashedBody): string {
  const { endpoints, ...rest } = spec;
  const body = {
    rest,
    endpoints: Array.isArray(endpoints) ? hashOfList(endpoints) : endpoints,
    components: components.map(stateOf),
    pending: encodePending(pending),
  };
  return sha256(canonicalJson(body));
}

/** The same list stands in the entries of many clusters. */
const hashOfList = remembered((list: readonly Json[]) => sha256(canonicalJson(list)));

function stateOf(record: ComponentRecord): Json {
  const { key, source, namespace, httpName, service, createdAtMs, revision, registered, endpoints, also } = record;
  return [key, source, namespace, httpName, service, createdAtMs, revision, registered, endpoints, also];
}
