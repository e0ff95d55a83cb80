import { encodeSnapshot } from '@isthmus/federation';

import type { Fault, WorldOptions } from '../../libs/testing/src/simulation/index.js';
import { CANARY, World } from '../../libs/testing/src/simulation/index.js';
import { differenceOf, unexplainedIn } from './convergence.js';
import { Judge } from './judge.js';
import type { Invariant, Violation } from './violation.js';

/** One run. */
export interface Run extends WorldOptions {
  /** For how long things go wrong. */
  readonly faultMinutes?: number;
  /** What is looked for: the run ends soon after it. */
  readonly endsWith?: Invariant;
}

/** What a run showed. */
export interface Outcome {
  readonly seed: number;
  readonly violations: readonly Violation[];
  /** Kinds of faults that the seed chose. */
  readonly kinds: readonly Fault[];
  /** How often each of them happened. */
  readonly faults: ReadonlyMap<Fault, number>;
  readonly virtualMs: number;
  readonly events: number;
  readonly writes: Judge['writes'];
  /** Endpoints that left a cluster although they were registered and healthy. */
  readonly wrongRemovals: number;
  /** Of everything that was written and when: equal for the same seed, bit for bit. */
  readonly digest: string;
  /** From the end of the faults until every cluster was as it should be; undefined: that is not judged. */
  readonly convergedAfterMs: number | undefined;
}

export const FAULT_MINUTES = 5;
const MINUTE_MS = 60_000;
/** Pauses, late messages and restarts that the last fault began have ended by then. */
const LAST_ECHO_MS = 60_000;
const LEADER_WITHIN_MS = 45_000;
/** Two catalogue passes, the grace, two more passes, and the longest back-off of a write before them. */
const CONVERGED_WITHIN_MS = 15 * MINUTE_MS;
const QUIET_MS = 60_000;
const LOOK_EVERY_MS = 5_000;

/** Runs one seed: faults for some minutes, then calm until everything is as it should be and stays so. */
export async function simulate(run: Run): Promise<Outcome> {
  const { stackTraceLimit } = Error;
  // Faults make errors by the thousand, and nobody reads where they were made.
  Error.stackTraceLimit = 0;
  try {
    return await live(run);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

async function live(run: Run): Promise<Outcome> {
  const judge = new Judge(run);
  const world = new World(run, judge);
  judge.watch(world);
  const endMs = (run.faultMinutes ?? FAULT_MINUTES) * MINUTE_MS;
  const watch = (): void => judge.afterEvent();
  while (world.time.nowMs < endMs && !isFound(run, judge)) {
    await world.run(Math.min(endMs, world.time.nowMs + LOOK_EVERY_MS), watch);
  }
  world.calm();
  const convergedAfterMs = isFound(run, judge) ? undefined : await settle(world, judge, run);
  judgeSecrets(world, judge);
  return {
    seed: run.seed,
    violations: judge.violations,
    kinds: world.menu.kinds,
    faults: world.menu.counts,
    virtualMs: world.time.nowMs,
    events: world.time.eventCount,
    writes: judge.writes,
    wrongRemovals: judge.wrongRemovals,
    digest: judge.digest,
    convergedAfterMs,
  };
}

function isFound({ endsWith }: Run, { violations }: Judge): boolean {
  return endsWith !== undefined && violations.some(({ invariant }) => invariant === endsWith);
}

async function settle(world: World, judge: Judge, run: Run): Promise<number | undefined> {
  const fromMs = world.time.nowMs;
  const { isLeadingForced = false } = run;
  const isDisputed = isLeadingForced && world.menu.has('two-configurations');
  const watch = (): void => judge.afterEvent();
  let agreedSinceMs: number | undefined;
  let difference: string | undefined;
  while (world.time.nowMs - fromMs < CONVERGED_WITHIN_MS) {
    if (isFound(run, judge)) return undefined;
    await world.run(world.time.nowMs + LOOK_EVERY_MS, watch);
    const passedMs = world.time.nowMs - fromMs;
    if (!isLeadingForced) judgeLeaders(world, judge, passedMs);
    if (isDisputed) {
      if (passedMs >= 2 * MINUTE_MS) return undefined;
      continue;
    }
    difference = differenceOf(world);
    if (difference !== undefined) {
      agreedSinceMs = undefined;
      continue;
    }
    agreedSinceMs ??= passedMs;
    const quietSinceMs = Math.max(agreedSinceMs, LAST_ECHO_MS, judge.lastHubWriteMs - fromMs);
    if (passedMs - quietSinceMs < QUIET_MS) continue;
    const unexplained = unexplainedIn(world);
    if (unexplained !== undefined) judge.add('unexplained', unexplained);
    return agreedSinceMs;
  }
  if (difference === undefined) judge.add('not-quiet', `still ${judge.lastHubWrite}`);
  else judge.add('not-converged', difference);
  return undefined;
}

function judgeLeaders(world: World, judge: Judge, passedMs: number): void {
  if (passedMs < LAST_ECHO_MS + LEADER_WITHIN_MS) return;
  const leaders = world.hubs.filter(({ isLeading }) => isLeading);
  if (leaders.length !== 1) judge.add('no-single-leader', `${leaders.length} lead`);
}

/** Nothing that no route needs is in Redis. */
function judgeSecrets({ redis }: World, judge: Judge): void {
  for (const { snapshots } of redis.states) {
    for (const { snapshot } of snapshots.values()) {
      if (JSON.stringify(encodeSnapshot(snapshot)).includes(CANARY)) judge.add('secret', 'in a snapshot in Redis');
    }
  }
}
