import type { Fault } from '../../libs/testing/src/simulation/index.js';
import { FAULT_KINDS } from '../../libs/testing/src/simulation/index.js';
import type { Outcome, Run } from './simulate.js';
import { simulate } from './simulate.js';
import type { Invariant } from './violation.js';

/** What is left of a failure: the same seed with no more kinds of faults than it needs. */
export interface Shrunk {
  readonly outcome: Outcome;
  readonly faults: readonly Fault[];
}

/** Takes kinds of faults out one by one while the run still violates the same invariant. */
export async function shrink(run: Run, invariant: Invariant): Promise<Shrunk> {
  const without = new Set<Fault>(run.withoutFaults);
  let outcome = await simulate(run);
  const chosen = [...outcome.kinds];
  for (const kind of chosen) {
    const tried = await simulate({ ...run, withoutFaults: new Set([...without, kind]) });
    if (!tried.violations.some((violation) => violation.invariant === invariant)) continue;
    without.add(kind);
    outcome = tried;
  }
  const faults = FAULT_KINDS.filter((kind) => chosen.includes(kind) && !without.has(kind));
  return { outcome, faults };
}
