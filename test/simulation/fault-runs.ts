import type { Fault, Guard } from '../../libs/testing/src/simulation/index.js';
import { FAULT_KINDS } from '../../libs/testing/src/simulation/index.js';
import { simulate } from './simulate.js';
import type { Invariant } from './violation.js';

/** A run in which nothing goes wrong but one fault, and the guard that it needs. */
export interface FaultRun {
  /** Of docs/reference/faults.generated.md. */
  readonly fault: number;
  readonly what: string;
  readonly kinds: readonly Fault[];
  readonly guard: Guard;
  readonly seed: number;
  readonly isLeadingForced: boolean;
  readonly invariant: Invariant;
}

const PAUSES = ['hub-pauses-before-sending', 'hub-freezes'] as const;
const LATE = ['cluster-late', 'cluster-answer-lost'] as const;

export const FAULT_RUNS: readonly FaultRun[] = [
  {
    fault: 14,
    what: 'a hub that pauses between check and send writes nothing before it has looked at its lease again',
    kinds: PAUSES,
    guard: 'is-safe',
    seed: 14,
    isLeadingForced: false,
    invariant: 'unsafe-write',
  },
  {
    fault: 14,
    what: 'what a frozen leader sends when it wakes overwrites nothing that is newer',
    kinds: PAUSES,
    guard: 'conditions',
    seed: 2,
    isLeadingForced: false,
    invariant: 'revision-back',
  },
  {
    fault: 15,
    what: 'both hubs lead all the time through failovers and a split Redis, and no revision goes back',
    kinds: ['redis-failover', 'redis-split'],
    guard: 'component-vector',
    seed: 17,
    isLeadingForced: true,
    invariant: 'revision-back',
  },
  {
    fault: 15,
    what: 'after a failover that lost the lease, the higher epoch of two configurations stays',
    kinds: ['redis-failover', 'redis-split', 'two-configurations'],
    guard: 'epoch',
    seed: 17,
    isLeadingForced: false,
    invariant: 'epoch-back',
  },
  {
    fault: 17,
    what: 'a write that arrives late, or whose answer was lost, replaces nothing that came after it',
    kinds: LATE,
    guard: 'conditions',
    seed: 1,
    isLeadingForced: true,
    invariant: 'epoch-back',
  },
  {
    fault: 17,
    what: 'nothing that was removed comes back by a late write, because it was marked before',
    kinds: LATE,
    guard: 'two-phase',
    seed: 1,
    isLeadingForced: true,
    invariant: 'phase-skipped',
  },
  {
    fault: 18,
    what: 'lists that are stale or expire lead to no write over a newer object',
    kinds: ['cluster-list-expired', 'cluster-stale-lists', 'cluster-throttled'],
    guard: 'conditions',
    seed: 4,
    isLeadingForced: true,
    invariant: 'epoch-back',
  },
  {
    fault: 19,
    what: 'a suspended machine, and clocks that jump or run fast, let nobody write whose lease is over',
    kinds: ['clock-jumps', 'clock-rate', 'hub-suspended'],
    guard: 'is-safe',
    seed: 11,
    isLeadingForced: false,
    invariant: 'unsafe-write',
  },
];

/** What a run showed: with its guard, and without. */
export interface FaultTrial {
  readonly what: string;
  /** Kinds that the seed chose; none: it shows nothing. */
  readonly kinds: readonly Fault[];
  readonly withGuard: readonly Invariant[];
  readonly withoutGuard: readonly Invariant[];
}

/** Lets one fault happen, with its guard and without. */
export async function tryFault({ what, kinds, seed, isLeadingForced, guard }: FaultRun): Promise<FaultTrial> {
  const withoutFaults = new Set(FAULT_KINDS.filter((kind) => !kinds.includes(kind)));
  const run = { seed, isLeadingForced, faultMinutes: 3, withoutFaults };
  const whole = await simulate(run);
  const without = await simulate({ ...run, withoutGuard: guard });
  return {
    what,
    kinds: whole.kinds,
    withGuard: whole.violations.map(({ invariant }) => invariant),
    withoutGuard: without.violations.map(({ invariant }) => invariant),
  };
}
