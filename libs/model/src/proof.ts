import type { DeleteSettings } from './configuration.js';
import type { AbsenceEvidence, EmptinessEvidence, Overruled, RevisionFloor } from './snapshot.js';

/** How much evidence makes "the last instance is gone" a proof. */
export type EmptinessNeeds = Pick<DeleteSettings, 'emptyReads' | 'emptyAfterMs'>;

/**
 * Whether the last instance of a service is proven gone: enough empty answers, over enough time, and the control
 * plane lists no instance either. Removes endpoints, never an object.
 */
export function hasEmptinessProof(evidence: EmptinessEvidence | undefined, needs: EmptinessNeeds): boolean {
  if (evidence === undefined) return false;
  const { reads, firstAtMs, lastAtMs, isConfirmed } = evidence;
  return isConfirmed && reads >= needs.emptyReads && lastAtMs - firstAtMs >= needs.emptyAfterMs;
}

/**
 * Whether a service is proven gone by evidence that is newer than `sinceMs` (the hub's clock): two complete catalogue
 * passes in a row without it, and a "not found" that was asked for after the later one began. With the time of a mark
 * as `sinceMs` this is the proof given again; with the start of a term, the proof of that term. With `nowMs`, evidence
 * of the future is none: it is from before the hub's clock was set back, and how old it is cannot be told.
 */
export function hasAbsenceProof(
  evidence: AbsenceEvidence | undefined,
  sinceMs: number,
  nowMs = Number.POSITIVE_INFINITY,
): boolean {
  const { passesAtMs = [], notFoundAtMs } = evidence ?? {};
  if (notFoundAtMs === undefined || notFoundAtMs > nowMs) return false;
  return passesAtMs.some((laterAtMs, index) => {
    const earlierAtMs = passesAtMs[index - 1];
    return earlierAtMs !== undefined && earlierAtMs > sinceMs && notFoundAtMs >= laterAtMs;
  });
}

/**
 * Whether a service was answered to be unknown by its id, after a complete catalogue pass without it began. Ids are
 * never used again, so beside a listed service of the same names this is enough to let that one follow.
 */
export function hasNotFoundAnswer(evidence: AbsenceEvidence | undefined): boolean {
  const { passesAtMs = [], notFoundAtMs } = evidence ?? {};
  return notFoundAtMs !== undefined && passesAtMs.some((passAtMs) => passAtMs <= notFoundAtMs);
}

/**
 * Whether a claimed revision is one of those that a persistent lower one overrules. A claim from after the first answer
 * that went back is not: somebody read that revision in earnest, and the lower one is a stale replica's.
 */
export function isOverruled(
  { revision, observedAtMs }: Pick<RevisionFloor, 'revision' | 'observedAtMs'>,
  overrules: Overruled | undefined,
): boolean {
  return overrules !== undefined && revision <= overrules.revision && observedAtMs <= overrules.untilMs;
}

/** How far AWS's clock may run ahead of ours. */
const BELIEVED_AHEAD_MS = 300_000;

/** Whether a recorded time of AWS (epoch ms) can be true: a forged one, far ahead, must not freeze a component. */
export function isBelievedTime(observedAtMs: number, nowMs: number): boolean {
  return observedAtMs <= nowMs + BELIEVED_AHEAD_MS;
}
