import type { HoldReason, ObservedMetadata } from '@isthmus/model';
import { OBJECT } from '@isthmus/model';

/** Who a hub is, as its objects say it. */
export interface Owner {
  readonly hub: string;
  readonly cluster: string;
}

/** Whether an object may be written: `ours`, or why it is left alone. */
export type Ownership = 'ours' | (HoldReason & ('foreign-owner' | 'other-cluster' | 'newer-schema'));

/** Ours are objects with our label, our hub's name and this cluster's name; nothing else is ever written or deleted. */
export function ownershipOf(object: Pick<ObservedMetadata, 'labels' | 'annotations'>, owner: Owner): Ownership {
  const { labels, annotations } = object;
  if (labels[OBJECT.managedBy] !== OBJECT.managedByValue || labels[OBJECT.hub] !== owner.hub) return 'foreign-owner';
  if (annotations[OBJECT.cluster] !== owner.cluster) return 'other-cluster';
  const schema = Number(annotations[OBJECT.schema] ?? OBJECT.schemaVersion);
  return schema > OBJECT.schemaVersion ? 'newer-schema' : 'ours';
}

/** Whether istio-cloud-map made the object: while it runs beside us it would delete ours. Its owner is a kind that exists nowhere. */
export function isFromIstioCloudMap({ owners }: Pick<ObservedMetadata, 'owners'>): boolean {
  return owners.some((owner) => /^cloudmap\.istio\.io(\/[^/]+)?\/ServiceController$/.test(owner));
}
