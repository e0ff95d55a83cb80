import type { HoldReason, ObservedMetadata } from '@isthmus/model';
import { OBJECT } from '@isthmus/model';

/** Who a hub is, as its objects say it. */
export interface Owner {
  /** The hub's name, and the earlier ones that it still answers to. */
  readonly hubs: readonly string[];
  /** The cluster's name, and its earlier ones. */
  readonly clusters: readonly string[];
}

/** Whether an object may be written: `ours`, or why it is left alone. */
export type Ownership = 'ours' | (HoldReason & ('foreign-owner' | 'other-cluster' | 'newer-schema'));

/** Ours are objects with our label, our hub's name and this cluster's name; nothing else is ever written or deleted. */
export function ownershipOf(object: Pick<ObservedMetadata, 'labels' | 'annotations'>, owner: Owner): Ownership {
  const { labels, annotations } = object;
  const isOfIsthmus = labels[OBJECT.managedBy] === OBJECT.managedByValue;
  if (!isOfIsthmus || !isOneOf(owner.hubs, labels[OBJECT.hub])) return 'foreign-owner';
  if (!isOneOf(owner.clusters, annotations[OBJECT.cluster])) return 'other-cluster';
  const schema = Number(annotations[OBJECT.schema] ?? OBJECT.schemaVersion);
  return schema > OBJECT.schemaVersion ? 'newer-schema' : 'ours';
}

function isOneOf(names: readonly string[], name: string | undefined): boolean {
  return name !== undefined && names.includes(name);
}

/** Whether istio-cloud-map made the object: while it runs beside us it would delete ours. Its owner is a kind that exists nowhere. */
export function isFromIstioCloudMap({ owners }: Pick<ObservedMetadata, 'owners'>): boolean {
  return owners.some((owner) => /^cloudmap\.istio\.io(\/[^/]+)?\/ServiceController$/.test(owner));
}
