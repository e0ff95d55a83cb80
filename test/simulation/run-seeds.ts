import type { Summary } from './report.js';
import { addOutcome, describeFailure, newSummary } from './report.js';
import { shrink } from './shrink.js';
import type { Run } from './simulate.js';
import { simulate } from './simulate.js';

/** Failures that are shrunk: each takes as many runs as it has faults. */
const SHRUNK_MAX = 3;

/** Runs seeds one after another; each failure is described so that it can be repeated. */
export async function runSeeds(
  range: { readonly from: number; readonly count: number },
  mode: Omit<Run, 'seed'>,
): Promise<Summary> {
  const summary = newSummary();
  for (let seed = range.from; seed < range.from + range.count; seed++) {
    const run = { ...mode, seed };
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
