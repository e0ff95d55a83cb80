/**
 * Runs in which the absence of a guard is noticed, as `npm run simulate -- --guards` finds them. The same runs are clean
 * with the guard. The table of docs/reference/guards.generated.md is made from this.
 */
export const GUARD_SEEDS = [
  { guard: 'conditions', seed: 2, isLeadingForced: true, invariant: 'epoch-back' },
  { guard: 'conditions', seed: 4, isLeadingForced: true, invariant: 'epoch-back' },
  { guard: 'component-vector', seed: 4, isLeadingForced: true, invariant: 'revision-back' },
  { guard: 'component-vector', seed: 6, isLeadingForced: true, invariant: 'revision-back' },
  { guard: 'two-phase', seed: 1, isLeadingForced: false, invariant: 'phase-skipped' },
  { guard: 'two-phase', seed: 2, isLeadingForced: true, invariant: 'phase-skipped' },
  { guard: 'completeness', seed: 1, isLeadingForced: false, invariant: 'removal-unproven' },
  { guard: 'completeness', seed: 28, isLeadingForced: true, invariant: 'removal-unproven' },
  { guard: 'brake', seed: 63, isLeadingForced: false, invariant: 'brake-endpoints' },
  { guard: 'is-safe', seed: 10, isLeadingForced: false, invariant: 'unsafe-write' },
  { guard: 'is-safe', seed: 11, isLeadingForced: false, invariant: 'unsafe-write' },
  { guard: 'epoch', seed: 4, isLeadingForced: false, invariant: 'epoch-back' },
  { guard: 'epoch', seed: 14, isLeadingForced: false, invariant: 'epoch-back' },
] as const;
