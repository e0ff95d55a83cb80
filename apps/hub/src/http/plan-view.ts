import type { Change, Plan } from '@isthmus/model';

/** One change as it is shown: what, where, why and which endpoints come and go. */
export interface ChangeView {
  readonly kind: Change['kind'];
  readonly name: string;
  readonly host: string;
  readonly reason: string | null;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** A plan without the objects behind it. */
export type PlanView = Pick<Plan, 'cluster' | 'hash' | 'unchangedCount' | 'holds' | 'heldRemovals'> & {
  /** What an approval names; null when nothing is held. */
  readonly removals: string | null;
  readonly changes: readonly ChangeView[];
};

/** The part of a plan that a person or a script reads. */
export function viewPlan(plan: Plan): PlanView {
  const { cluster, hash, removalsHash, unchangedCount, holds, heldRemovals } = plan;
  const changes = plan.changes.map(viewChange);
  return { cluster, hash, removals: removalsHash ?? null, unchangedCount, changes, holds, heldRemovals };
}

function viewChange(change: Change): ChangeView {
  if (change.kind === 'delete') {
    const { kind, name, host } = change;
    return { kind, name, host, reason: null, added: [], removed: [] };
  }
  const { name, host } = change.desired;
  const reason = change.kind === 'create' ? null : change.reason;
  return { kind: change.kind, name, host, reason, ...change.diff };
}
