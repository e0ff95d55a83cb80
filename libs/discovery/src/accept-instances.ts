import type {
  AcceptedReading,
  Answer,
  ComponentKey,
  EmptinessNeeds,
  Instance,
  InstancesAnswer,
  ServiceState,
  Snapshot,
} from '@isthmus/model';
import { changeState } from './change.js';
import { countEmpty, isSettled } from './emptiness.js';
import { mergeInstances, replaceInstances, sortInstances } from './instances.js';
import { countRegression, floorAfter, isNewer, isPersistent, newerFloor, newestKnown } from './revision.js';

/** What became of an answer. */
export type InstancesOutcome = 'changed' | 'same' | 'partial' | 'empty' | 'regressed' | 'failed' | 'unknown-service';

/** What is needed beside the answer. */
export interface AcceptContext {
  readonly nowMs: number;
  /** The time by which evidence grows old: it never jumps, as a wall clock may. */
  readonly steadyMs: number;
  /** Of the most careful cluster: see `emptinessNeeds`. */
  readonly needs: EmptinessNeeds;
}

interface Accepted {
  readonly state: ServiceState;
  readonly outcome: InstancesOutcome;
}

/** An answer that was read, in canonical order. */
interface Answered extends InstancesAnswer {
  readonly observedAtMs: number;
}

/**
 * Takes what DiscoverInstances answered for one service. "Known" is the newest revision that a reading, an empty
 * answer or a live object has shown.
 *
 * | answer | revision | effect |
 * |---|---|---|
 * | complete | above known | replaces the reading |
 * | complete | that of the reading | adds and changes; what is missing stays, because the revision proves nothing |
 * | complete | below known | nothing; replaces after three in a row over 60 s |
 * | empty | above known, or again | the reading stays; evidence of emptiness |
 * | empty | that of a non-empty state | nothing |
 * | empty | below known, which has instances | nothing, ever |
 * | empty | below known, which is empty too, and above every instance | as an empty one of the known revision |
 * | partial | not below known | adds and changes; older ones are counted anew |
 * | failed | | nothing |
 */
export function acceptInstances(
  snapshot: Snapshot,
  poll: { readonly key: ComponentKey; readonly answer: Answer<InstancesAnswer> },
  context: AcceptContext,
): { readonly snapshot: Snapshot; readonly outcome: InstancesOutcome } {
  const state = snapshot.services.get(poll.key);
  if (state === undefined) return { snapshot, outcome: 'unknown-service' };
  if (poll.answer.kind === 'failed') return { snapshot, outcome: 'failed' };
  const { value, observedAtMs } = poll.answer;
  const answered = { instances: sortInstances(value.instances), revision: value.revision, observedAtMs };
  const accepted =
    poll.answer.kind === 'partial' ? takePartial(state, answered, context) : take(state, answered, context);
  return { snapshot: changeState(snapshot, accepted.state), outcome: accepted.outcome };
}

function take(state: ServiceState, answered: Answered, context: AcceptContext): Accepted {
  const known = newestKnown(state);
  if (known !== undefined && answered.revision < known.revision) {
    return isAgreed(state, answered)
      ? takeEmpty(state, { ...answered, revision: known.revision }, context)
      : takeOlder(state, answered, context);
  }
  if (answered.instances.length > 0) return takeInstances(state, answered, context);
  if (known?.revision === answered.revision && !known.isEmpty) {
    return { state: patch(state, { regression: undefined }), outcome: 'empty' };
  }
  return takeEmpty(state, answered, context);
}

/** An empty answer is never believed against instances of a higher revision, however often it comes. */
function takeOlder(state: ServiceState, answered: Answered, context: AcceptContext): Accepted {
  const regression = countRegression(state.regression, answered, context.steadyMs);
  const isBelieved = isPersistent(regression, context.steadyMs) && answered.instances.length > 0;
  if (!isBelieved) return { state: patch(state, { regression }), outcome: 'regressed' };
  const reading: AcceptedReading = {
    instances: replaceInstances(state.reading?.instances ?? [], answered.instances),
    revision: answered.revision,
    observedAtMs: answered.observedAtMs,
    completeness: 'complete',
    overrules: {
      revision: Math.max(newestKnown(state)?.revision ?? -1, state.reading?.overrules?.revision ?? -1),
      untilMs: regression.observedAtMs,
    },
  };
  return {
    state: {
      ...state,
      reading,
      emptiness: undefined,
      regression: undefined,
      floor: undefined,
      changedAtMs: context.nowMs,
    },
    outcome: 'changed',
  };
}

/** Whether an empty answer says what is claimed of a higher revision too: everything that shows instances is older. */
function isAgreed({ reading, floor, emptiness }: ServiceState, answered: Answered): boolean {
  const isClaimedEmpty = emptiness !== undefined || floor?.isEmpty === true;
  const shown = [reading, floor?.isEmpty === true ? undefined : floor];
  const isNewest = shown.every((one) => one === undefined || one.revision < answered.revision);
  return answered.instances.length === 0 && isClaimedEmpty && isNewest;
}

function takeInstances(state: ServiceState, answered: Answered, context: AcceptContext): Accepted {
  const previous = state.reading;
  const reading = nextReading(state, answered);
  const isChanged = previous?.instances !== reading.instances || previous.revision !== reading.revision;
  const isFirst = previous === undefined && state.emptiness === undefined;
  const next = patch(state, {
    reading,
    emptiness: undefined,
    regression: undefined,
    floor: floorAfter(state.floor, answered),
    changedAtMs: isChanged && !isFirst ? context.nowMs : state.changedAtMs,
  });
  const isSame = !isChanged && state.emptiness === undefined && previous.completeness === reading.completeness;
  return { state: next, outcome: isSame ? 'same' : 'changed' };
}

/** The reading itself when the answer says the same; only its time is renewed, and only against a later claim. */
function nextReading({ reading: previous, floor }: ServiceState, answered: Answered): AcceptedReading {
  const { revision, observedAtMs } = answered;
  const combine = previous?.revision === revision ? mergeInstances : replaceInstances;
  const instances = combine(previous?.instances ?? [], answered.instances);
  const overruled = previous?.overrules;
  const overrules = overruled !== undefined && overruled.revision > revision ? overruled : undefined;
  const isSame =
    instances === previous?.instances &&
    revision === previous.revision &&
    previous.completeness === 'complete' &&
    overrules === overruled;
  const isBehind = previous !== undefined && floor !== undefined && isNewer(floor, previous);
  return isSame && !isBehind ? previous : { instances, revision, observedAtMs, completeness: 'complete', overrules };
}

function takeEmpty(state: ServiceState, answered: Answered, { steadyMs, needs }: AcceptContext): Accepted {
  const evidence = state.emptiness;
  const floor = floorAfter(state.floor, answered);
  const isNothingNew = evidence !== undefined && isSettled(evidence, answered, { needs, claimed: state.floor });
  const emptiness = isNothingNew ? evidence : countEmpty(evidence, answered, steadyMs);
  return { state: patch(state, { emptiness, regression: undefined, floor }), outcome: 'empty' };
}

/** Adds what it shows. The reading keeps the revision of its last complete answer; the newer one becomes the floor. */
function takePartial(state: ServiceState, answered: Answered, { nowMs }: AcceptContext): Accepted {
  const known = newestKnown(state);
  if (known !== undefined && answered.revision < known.revision) return { state, outcome: 'regressed' };
  if (answered.instances.length === 0) return { state: patch(state, { regression: undefined }), outcome: 'partial' };
  const reading = partialReading(state, answered);
  const isChanged = state.reading !== undefined && state.reading.instances !== reading.instances;
  const { revision, observedAtMs } = answered;
  const isAhead = revision > reading.revision;
  const next = patch(state, {
    reading,
    emptiness: undefined,
    regression: undefined,
    floor: isAhead
      ? newerFloor(state.floor, { revision, observedAtMs, isEmpty: false })
      : floorAfter(state.floor, reading),
    changedAtMs: isChanged ? nowMs : state.changedAtMs,
  });
  return { state: next, outcome: 'partial' };
}

function partialReading({ reading, emptiness }: ServiceState, answered: Answered): AcceptedReading {
  const { revision, observedAtMs } = answered;
  if (reading === undefined || emptiness?.isConfirmed === true) {
    const instances = replaceInstances([], answered.instances);
    return { instances, revision, observedAtMs, completeness: 'partial', overrules: undefined };
  }
  const instances: readonly Instance[] = mergeInstances(reading.instances, answered.instances);
  if (instances === reading.instances) return reading;
  const isPartial = instances.length > reading.instances.length && reading.completeness === 'complete';
  return { ...reading, instances, completeness: isPartial ? 'partial' : reading.completeness };
}

/** The state with these members, or the very same one when they are what it has. */
function patch(state: ServiceState, members: Partial<ServiceState>): ServiceState {
  const next = { ...state, ...members };
  const keys = Object.keys(members) as (keyof ServiceState)[];
  return keys.every((key) => next[key] === state[key]) ? state : next;
}
