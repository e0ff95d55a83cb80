import type { Change, Plan } from '@isthmus/model';
import { printEndpoint } from '@isthmus/model';

/** One change as it is shown: what, where, why and which endpoints come and go. */
export interface ChangeView {
  readonly kind: Change['kind'];
  readonly name: string;
  readonly host: string;
  readonly reason: string | null;
  /** Endpoints, as `address name=port,…`. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** How many objects a plan concerns. */
export interface PlanCounts {
  readonly create: number;
  readonly update: number;
  /** Objects whose removal begins or takes place: marks and deletes. */
  readonly remove: number;
  readonly unchanged: number;
  /** Objects of which something is held. */
  readonly held: number;
}

/** A plan without the objects behind it. */
export type PlanView = Pick<Plan, 'cluster' | 'hash' | 'unchangedCount' | 'holds' | 'heldRemovals'> & {
  readonly counts: PlanCounts;
  /** What an approval names; null when nothing is held. */
  readonly removals: string | null;
  readonly changes: readonly ChangeView[];
};

/** The part of a plan that a person or a script reads. */
export function viewPlan(plan: Plan): PlanView {
  const { cluster, hash, removalsHash, unchangedCount, holds, heldRemovals } = plan;
  const changes = plan.changes.map(viewChange);
  const counts = countPlan(plan);
  return { cluster, hash, removals: removalsHash ?? null, unchangedCount, counts, changes, holds, heldRemovals };
}

/** One change without the objects behind it. */
export function viewChange(change: Change): ChangeView {
  if (change.kind === 'delete') {
    const { kind, name, host } = change;
    return { kind, name, host, reason: null, added: [], removed: [] };
  }
  const { name, host } = change.desired;
  const reason = change.kind === 'create' ? null : change.reason;
  const { added, removed } = change.diff;
  return {
    kind: change.kind,
    name,
    host,
    reason,
    added: added.map(printEndpoint),
    removed: removed.map(printEndpoint),
  };
}

function countPlan({ changes, holds, heldRemovals, unchangedCount }: Plan): PlanCounts {
  const count = (...kinds: readonly string[]): number => changes.filter(({ kind }) => kinds.includes(kind)).length;
  return {
    create: count('create'),
    update: count('update'),
    remove: count('mark', 'delete'),
    unchanged: unchangedCount,
    held: new Set([...holds, ...heldRemovals].map(({ name }) => name)).size,
  };
}
