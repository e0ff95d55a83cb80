import { hasAbsenceProof, hasEmptinessProof } from './proof.js';
import type { EmptinessEvidence } from './snapshot.js';

describe('hasAbsenceProof', () => {
  const cases: Record<string, readonly [readonly number[], number | undefined, number, boolean]> = {
    'refuses one pass': [[10], 20, 0, false],
    'refuses two passes without a not-found': [[10, 20], undefined, 0, false],
    'refuses a not-found that was asked before the second pass': [[10, 20], 19, 0, false],
    'takes two passes and a not-found asked after the second began': [[10, 20], 20, 0, true],
    'refuses a proof whose first pass is not newer than the mark': [[10, 20], 25, 10, false],
    'takes a proof that is newer than the mark as a whole': [[10, 20], 25, 9, true],
    'keeps a proof while later passes wait for their own not-found': [[10, 20, 30], 25, 0, true],
    'refuses the older proof for a mark made during it': [[10, 20, 30], 25, 15, false],
    'takes the proof that was given again after the mark': [[20, 30], 35, 15, true],
  };
  it.each(Object.entries(cases))('%s', (_, [passesAtMs, notFoundAtMs, sinceMs, expected]) => {
    expect(hasAbsenceProof({ passesAtMs, notFoundAtMs }, sinceMs)).toBe(expected);
  });

  it('refuses no evidence at all', () => {
    expect(hasAbsenceProof(undefined, -Infinity)).toBe(false);
  });
});

describe('hasEmptinessProof', () => {
  const needs = { emptyReads: 3, emptyAfterMs: 60_000 };
  const whole: EmptinessEvidence = {
    reads: 3,
    firstAtMs: 0,
    lastAtMs: 60_000,
    revision: 7,
    observedAtMs: 60_000,
    isConfirmed: true,
  };
  const cases: Record<string, readonly [Partial<EmptinessEvidence>, boolean]> = {
    'takes enough confirmed empty readings over enough time': [{}, true],
    'refuses too few readings': [{ reads: 2 }, false],
    'refuses too short a time': [{ lastAtMs: 59_999 }, false],
    'refuses what ListInstances did not confirm': [{ isConfirmed: false }, false],
  };
  it.each(Object.entries(cases))('%s', (_, [part, expected]) => {
    expect(hasEmptinessProof({ ...whole, ...part }, needs)).toBe(expected);
  });

  it('refuses no evidence at all', () => {
    expect(hasEmptinessProof(undefined, needs)).toBe(false);
  });
});
