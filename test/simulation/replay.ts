import { GUARD_SEEDS } from './guard-seeds.js';
import { REGRESSIONS } from './regressions.js';
import { simulate } from './simulate.js';

/** Replays what is known: runs that once failed, and for each guard those that notice its absence. Answers what is wrong. */
export async function replayKnown(): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const run of REGRESSIONS) {
    const { violations } = await simulate(run);
    if (violations.length > 0) wrong.push(`seed ${run.seed} fails again: ${run.found}: ${violations[0]?.detail}`);
  }
  for (const { guard, invariant, seed, isLeadingForced } of GUARD_SEEDS) {
    const without = await simulate({ seed, isLeadingForced, withoutGuard: guard });
    const isNoticed = without.violations.some((violation) => violation.invariant === invariant);
    if (!isNoticed) wrong.push(`seed ${seed} does not notice that the guard ${guard} is gone`);
    const { violations } = await simulate({ seed, isLeadingForced });
    if (violations.length > 0) wrong.push(`seed ${seed} fails with every guard: ${violations[0]?.detail}`);
  }
  return wrong;
}
