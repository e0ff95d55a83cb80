import { GUARD_SEEDS } from './guard-seeds.js';
import { REGRESSIONS } from './regressions.js';
import type { Part } from './run-seeds.js';
import { ownRuns } from './run-seeds.js';
import type { Run } from './simulate.js';
import { simulate } from './simulate.js';

/** One thing that is known of a run; answers what is wrong if it is not so any more. */
type Known = () => Promise<string | undefined>;

/** Replays what is known: runs that once failed, and for each guard those that notice its absence. Answers what is wrong. */
export async function replayKnown(part: Part): Promise<readonly string[]> {
  const clean = new Map(
    GUARD_SEEDS.map(({ seed, isLeadingForced }) => [`${seed} ${isLeadingForced}`, { seed, isLeadingForced }]),
  );
  const known: readonly Known[] = [
    ...REGRESSIONS.map(({ found, ...run }) => staysClean(run, `fails again: ${found}`)),
    ...GUARD_SEEDS.map(noticesAbsence),
    ...[...clean.values()].map((run) => staysClean(run, 'fails with every guard')),
  ];
  const wrong: string[] = [];
  for (const isWrong of ownRuns(known, part)) {
    const line = await isWrong();
    if (line !== undefined) wrong.push(line);
  }
  return wrong;
}

function staysClean(run: Run, otherwise: string): Known {
  return async () => {
    const [first] = (await simulate(run)).violations;
    return first === undefined ? undefined : `seed ${run.seed} ${otherwise}: ${first.detail}`;
  };
}

function noticesAbsence({ guard, invariant, seed, isLeadingForced }: (typeof GUARD_SEEDS)[number]): Known {
  return async () => {
    const { violations } = await simulate({ seed, isLeadingForced, withoutGuard: guard, endsWith: invariant });
    const isNoticed = violations.some((violation) => violation.invariant === invariant);
    return isNoticed ? undefined : `seed ${seed} does not notice that the guard ${guard} is gone`;
  };
}
