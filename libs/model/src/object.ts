import type { ComponentKey } from './component.js';

/** Labels, annotations and the field manager by which our objects are known: a fixed contract. */
export const OBJECT = {
  managedBy: 'app.kubernetes.io/managed-by',
  managedByValue: 'isthmus',
  hub: 'isthmus.dev/hub',
  cluster: 'isthmus.dev/cluster',
  contentHash: 'isthmus.dev/content-hash',
  components: 'isthmus.dev/components',
  epoch: 'isthmus.dev/epoch',
  schema: 'isthmus.dev/schema',
  pendingDelete: 'isthmus.dev/pending-delete',
  fieldManager: 'isthmus',
  /** The annotation schema that this version writes and understands. */
  schemaVersion: 1,
} as const;

/** Istio's own label and annotation that a route can ask for. Source: istio.io, “Resource Labels”, “Resource Annotations”. */
export const ISTIO = {
  revision: 'istio.io/rev',
  trafficDistribution: 'networking.istio.io/traffic-distribution',
} as const;

/**
 * One component as it is recorded on an object. The endpoints of the object are sorted by component, so that with
 * `endpoints` each endpoint's owner can be read back; `also` holds indices of endpoints that this component shares
 * with one that stands before it.
 */
export interface ComponentRecord {
  readonly key: ComponentKey;
  readonly source: string;
  /** Namespace Name, HttpName and service Name. */
  readonly namespace: string;
  readonly httpName: string;
  readonly service: string;
  readonly createdAtMs: number;
  readonly revision: number;
  /** AWS's `Date` of the latest complete reading that changed something. */
  readonly observedAtMs: number;
  /** Instances that the reading listed, usable or not: fewer of them under the same revision prove nothing. */
  readonly registered: number;
  readonly endpoints: number;
  readonly also: readonly number[];
}

/** Component → time of its mark (epoch ms by the API server's `Date`). */
export type PendingDeletes = ReadonlyMap<ComponentKey, number>;
