import type { Summary } from './report.js';
import { addOutcome, describeFailure, newSummary } from './report.js';
import { shrink } from './shrink.js';
import type { Run } from './simulate.js';
import { simulate } from './simulate.js';

/** Failures that are shrunk: each takes as many runs as it has faults. */
const SHRUNK_MAX = 3;

/** Which runs of many one process does. */
export interface Part {
  /** Index of its first. */
  readonly first: number;
  readonly every: number;
}

/** The runs of a part. */
export function ownRuns<Item>(all: readonly Item[], { first, every }: Part): readonly Item[] {
  return all.filter((_, index) => index % every === first);
}

/** Runs seeds one after another; each failure is described so that it can be repeated. */
export async function runSeeds(
  { from, count, part }: { readonly from: number; readonly count: number; readonly part: Part },
  modeOf: (seed: number) => Omit<Run, 'seed'>,
): Promise<Summary> {
  const summary = newSummary();
  const seeds = Array.from({ length: count }, (_, index) => from + index);
  for (const seed of ownRuns(seeds, part)) {
    const run = { ...modeOf(seed), seed };
    const outcome = await simulate(run);
    addOutcome(summary, outcome);
    const [first] = outcome.violations;
    if (first === undefined) continue;
    const isShrunk = summary.failures.length < SHRUNK_MAX;
    const shrunk = isShrunk ? await shrink(run, first.invariant) : { outcome, faults: outcome.kinds };
    summary.failures.push(describeFailure(shrunk, run));
  }
  return summary;
}
