import type { LeftOutReason, Lineage } from '@isthmus/model';

/** An instance that is not in the cluster because of what it is registered with. */
export type RefusedInstance = Extract<Lineage, { readonly kind: 'left-out' }>;

const NORMAL: ReadonlySet<LeftOutReason> = new Set<LeftOutReason>(['unhealthy', 'filtered', 'instance-not-ready']);

/** The instances among those left out that their own data keeps out. */
export function refusedInstances(leftOut: readonly Lineage[]): readonly RefusedInstance[] {
  return leftOut.filter((line): line is RefusedInstance => line.kind === 'left-out' && !NORMAL.has(line.reason));
}
