import type { Shrunk } from './shrink.js';
import type { Outcome, Run } from './simulate.js';

/** What many runs showed together. */
export interface Summary {
  seeds: number;
  virtualMs: number;
  events: number;
  writes: number;
  /** Seeds with a violation, described. */
  failures: string[];
  readonly faults: Record<string, number>;
  /** Ms from the end of the faults until everything was as it should be, of each run. */
  readonly convergedAfterMs: number[];
}

export function newSummary(): Summary {
  return { seeds: 0, virtualMs: 0, events: 0, writes: 0, failures: [], faults: {}, convergedAfterMs: [] };
}

export function addOutcome(summary: Summary, outcome: Outcome): void {
  const { create, update, delete: removed } = outcome.writes;
  summary.seeds++;
  summary.virtualMs += outcome.virtualMs;
  summary.events += outcome.events;
  summary.writes += create + update + removed;
  for (const [kind, count] of outcome.faults) summary.faults[kind] = (summary.faults[kind] ?? 0) + count;
  if (outcome.convergedAfterMs !== undefined) summary.convergedAfterMs.push(outcome.convergedAfterMs);
}

/** Puts what several processes ran together. */
export function mergeSummaries(parts: readonly Summary[]): Summary {
  const whole = newSummary();
  for (const part of parts) {
    whole.seeds += part.seeds;
    whole.virtualMs += part.virtualMs;
    whole.events += part.events;
    whole.writes += part.writes;
    whole.failures.push(...part.failures);
    whole.convergedAfterMs.push(...part.convergedAfterMs);
    for (const [kind, count] of Object.entries(part.faults)) whole.faults[kind] = (whole.faults[kind] ?? 0) + count;
  }
  return whole;
}

/** The summary as a person reads it. */
export function printSummary(summary: Summary): string {
  const { seeds, virtualMs, events, writes, failures, faults } = summary;
  const converged = summary.convergedAfterMs.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    `${((converged[Math.floor((converged.length - 1) * share)] ?? 0) / 1000).toFixed(0)} s`;
  const kinds = Object.entries(faults).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const total = kinds.reduce((sum, [, count]) => sum + count, 0);
  return [
    `seeds ${seeds}, virtual hours ${(virtualMs / 3_600_000).toFixed(1)}, events ${events}, writes taken ${writes}`,
    `faults ${total}`,
    ...kinds.map(([kind, count]) => `  ${kind.padEnd(28)}${String(count).padStart(9)}`),
    `as it should be after the last fault: p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)}`,
    `seeds with violations ${failures.length}`,
    ...failures,
  ].join('\n');
}

/** How a failed run is repeated, and what it showed. */
export function describeFailure({ outcome, faults }: Shrunk, run: Run): string {
  const { violations, seed } = outcome;
  const [first] = violations;
  const mode = run.isLeadingForced === true ? ' --forced' : '';
  const minutes = run.faultMinutes === undefined ? '' : ` --minutes ${run.faultMinutes}`;
  return [
    `seed ${seed}: ${violations.length} violations, the first at ${first?.atMs} ms`,
    `  ${first?.invariant}: ${first?.detail}`,
    `  needs: ${faults.join(', ') || 'no fault'}`,
    `  again: npm run simulate -- --from ${seed} --seeds 1${mode}${minutes}`,
  ].join('\n');
}
