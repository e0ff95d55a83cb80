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

/**
 * The same seed with fewer kinds of faults, while it still violates the same invariant: none, or a single kind if that
 * is enough, else all but those that can be taken out one by one. A run is a chain of chances, so that what is left may
 * hold a kind that only shifted them.
 */
export async function shrink(run: Run, invariant: Invariant): Promise<Shrunk> {
  const whole = await simulate(run);
  const fails = async (faults: readonly Fault[]): Promise<Outcome | undefined> => {
    const withoutFaults = new Set(FAULT_KINDS.filter((kind) => !faults.includes(kind)));
    const outcome = await simulate({ ...run, withoutFaults });
    return outcome.violations.some((violation) => violation.invariant === invariant) ? outcome : undefined;
  };
  for (const faults of [[], ...whole.kinds.map((kind) => [kind])]) {
    const outcome = await fails(faults);
    if (outcome !== undefined) return { outcome, faults };
  }
  let left: Shrunk = { outcome: whole, faults: whole.kinds };
  for (const kind of whole.kinds) {
    const faults = left.faults.filter((other) => other !== kind);
    const outcome = await fails(faults);
    if (outcome !== undefined) left = { outcome, faults };
  }
  return left;
}
