import type {
  Answer,
  ClusterSettings,
  ComponentKey,
  EmptinessEvidence,
  EmptinessNeeds,
  Instance,
  ServiceState,
  Snapshot,
} from '@isthmus/model';
import { changeState } from './change.js';
import type { Stamp } from './revision.js';
import { isNewer } from './revision.js';

/** What the most careful of the clusters wants before it lets the last endpoint of a service go. */
export function emptinessNeeds(clusters: readonly Pick<ClusterSettings, 'deletes'>[]): EmptinessNeeds {
  return {
    emptyReads: Math.max(1, ...clusters.map(({ deletes }) => deletes.emptyReads)),
    emptyAfterMs: Math.max(0, ...clusters.map(({ deletes }) => deletes.emptyAfterMs)),
  };
}

/** Whether there are enough empty answers over enough time, so that only the control plane's word is missing or given. */
export function isCounted(evidence: EmptinessEvidence, needs: EmptinessNeeds): boolean {
  return evidence.reads >= needs.emptyReads && evidence.lastAtMs - evidence.firstAtMs >= needs.emptyAfterMs;
}

/** The evidence after one more empty answer; a revision that moved has to be confirmed anew, and a clock that was set back begins anew. */
export function countEmpty(before: EmptinessEvidence | undefined, stamp: Stamp, nowMs: number): EmptinessEvidence {
  const { revision, observedAtMs } = stamp;
  const evidence = before !== undefined && before.lastAtMs <= nowMs ? before : undefined;
  return {
    reads: (evidence?.reads ?? 0) + 1,
    firstAtMs: evidence?.firstAtMs ?? nowMs,
    lastAtMs: nowMs,
    revision,
    observedAtMs,
    isConfirmed: evidence?.isConfirmed === true && evidence.revision === revision,
  };
}

/** Whether one more empty answer would say anything new; `claimed`: the newest state that anything claims. */
export function isSettled(
  evidence: EmptinessEvidence,
  answer: Stamp,
  context: { readonly needs: EmptinessNeeds; readonly claimed: Stamp | undefined },
): boolean {
  const isBehind = context.claimed !== undefined && isNewer(context.claimed, evidence);
  return isCounted(evidence, context.needs) && evidence.revision === answer.revision && !isBehind;
}

/** Whether ListInstances is to be asked now: the last step of the proof, so that an outage does not cost a call per poll. */
export function needsEmptyConfirmation(state: ServiceState, needs: EmptinessNeeds): boolean {
  return state.emptiness !== undefined && !state.emptiness.isConfirmed && isCounted(state.emptiness, needs);
}

/**
 * Takes the answer of ListInstances (`askedAtMs`: when it was asked, hub's clock): a complete empty one confirms the
 * evidence, instances refute it, a failure says nothing.
 */
export function confirmEmptiness(
  snapshot: Snapshot,
  key: ComponentKey,
  confirmation: { readonly answer: Answer<readonly Instance[]>; readonly askedAtMs: number },
): Snapshot {
  const { answer, askedAtMs } = confirmation;
  const state = snapshot.services.get(key);
  if (state?.emptiness === undefined || answer.kind === 'failed' || askedAtMs < state.emptiness.lastAtMs)
    return snapshot;
  if (answer.value.length > 0) return changeState(snapshot, { ...state, emptiness: undefined });
  if (answer.kind === 'partial' || state.emptiness.isConfirmed) return snapshot;
  return changeState(snapshot, { ...state, emptiness: { ...state.emptiness, isConfirmed: true } });
}
