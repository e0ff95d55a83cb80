import type { Guard } from '../../libs/testing/src/simulation/index.js';
import { GUARDS } from '../../libs/testing/src/simulation/index.js';
import { simulate } from './simulate.js';
import type { Invariant } from './violation.js';

/** A run in which the absence of a guard is noticed. */
export interface Catch {
  readonly guard: Guard;
  readonly seed: number;
  readonly isLeadingForced: boolean;
  readonly invariant: Invariant;
}

/** What must notice that a guard is gone. */
export const NOTICED_BY: Readonly<Record<Guard, readonly Invariant[]>> = {
  conditions: ['ownership', 'revision-back', 'epoch-back', 'removal-unproven', 'resurrection', 'phase-skipped'],
  'component-vector': ['revision-back'],
  'two-phase': ['phase-skipped', 'resurrection'],
  completeness: ['removal-unproven'],
  brake: ['brake-objects', 'brake-endpoints'],
  'is-safe': ['unsafe-write'],
  epoch: ['epoch-back'],
};

/** For each guard the seeds, from one on, that notice its absence and are clean with it. */
export async function findCatches(
  range: { readonly from: number; readonly to: number; readonly wanted: number },
  onFound: (found: Catch) => void,
): Promise<readonly Catch[]> {
  const found: Catch[] = [];
  for (const guard of Object.keys(GUARDS) as Guard[]) {
    for (let seed = range.from; seed <= range.to && countOf(found, guard) < range.wanted; seed++) {
      const caught = await tryGuard(guard, seed);
      if (caught === undefined) continue;
      found.push(caught);
      onFound(caught);
    }
  }
  return found;
}

async function tryGuard(guard: Guard, seed: number): Promise<Catch | undefined> {
  // Two who lead all the time need no lease, so that only an election can show what a lease and its epochs do.
  const isLeadingForced = guard !== 'is-safe' && guard !== 'epoch' && seed % 2 === 0;
  const run = { seed, isLeadingForced };
  const { violations } = await simulate({ ...run, withoutGuard: guard });
  const noticed = violations.find(({ invariant }) => NOTICED_BY[guard].includes(invariant));
  if (noticed === undefined) return undefined;
  const whole = await simulate(run);
  return whole.violations.length === 0 ? { guard, seed, isLeadingForced, invariant: noticed.invariant } : undefined;
}

function countOf(found: readonly Catch[], guard: Guard): number {
  return found.filter((one) => one.guard === guard).length;
}
