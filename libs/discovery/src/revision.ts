import type { RegressionEvidence, RevisionFloor, ServiceState } from '@isthmus/model';

/** An answer whose revision went back is believed after this many in a row … */
const REGRESSION_READS = 3;
/** … over at least this time. */
const REGRESSION_AFTER_MS = 60_000;

/** What an answer is measured by: its revision, and AWS's `Date`. */
export type Stamp = Pick<RevisionFloor, 'revision' | 'observedAtMs'>;

/** The newest state of a service that is known to exist; undefined: none is. */
export function newestKnown(state: ServiceState): RevisionFloor | undefined {
  const { reading, emptiness, floor } = state;
  const accepted = reading && { ...stampOf(reading), isEmpty: false };
  const empty = emptiness && { ...stampOf(emptiness), isEmpty: true };
  return newerFloor(newerFloor(accepted, empty), floor);
}

/** The newer of two by revision, then by time; of one revision it counts as empty only when both are. */
export function newerFloor(a: RevisionFloor | undefined, b: RevisionFloor | undefined): RevisionFloor | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  if (a.revision !== b.revision) return a.revision > b.revision ? a : b;
  const newer = isNewer(b, a) ? b : a;
  return { ...newer, isEmpty: a.isEmpty && b.isEmpty };
}

/** Whether `a` is a later state than `b`: by revision, then by time. */
export function isNewer(a: Stamp, b: Stamp): boolean {
  return a.revision === b.revision ? a.observedAtMs > b.observedAtMs : a.revision > b.revision;
}

/** What remains of the floor once an answer was taken: nothing, unless something still claims to be newer. */
export function floorAfter(floor: RevisionFloor | undefined, taken: Stamp): RevisionFloor | undefined {
  return floor !== undefined && isNewer(floor, taken) ? floor : undefined;
}

/**
 * The evidence after one more answer whose revision is below the newest known; the same one when it says nothing more.
 * An answer that is older still than those before it begins anew: between true answers a stale one must not be believed.
 * So does one at a time before the first of them: the clock was set back.
 */
export function countRegression(
  evidence: RegressionEvidence | undefined,
  { revision, observedAtMs }: Stamp,
  nowMs: number,
): RegressionEvidence {
  const isNew = evidence === undefined || revision < evidence.revision || nowMs < evidence.firstAtMs;
  if (isNew) return { reads: 1, firstAtMs: nowMs, observedAtMs, revision };
  if (evidence.reads >= REGRESSION_READS && evidence.revision === revision) return evidence;
  return { ...evidence, reads: Math.min(evidence.reads + 1, REGRESSION_READS), revision };
}

/** Whether the revision went back for so often and so long that it is no stale replica. */
export function isPersistent(evidence: RegressionEvidence, nowMs: number): boolean {
  return evidence.reads >= REGRESSION_READS && nowMs - evidence.firstAtMs >= REGRESSION_AFTER_MS;
}

function stampOf({ revision, observedAtMs }: Stamp): Stamp {
  return { revision, observedAtMs };
}
