import type {
  AcceptedReading,
  ClusterSettings,
  ComponentKey,
  ComponentRecord,
  EntryName,
  Host,
  HoldReason,
  KeepReason,
  Rejection,
  RouteSettings,
  SourceSettings,
} from '@isthmus/model';
import { hasAbsenceProof, hasEmptinessProof, isBelievedTime, isOverruled } from '@isthmus/model';
import { bookedSource } from './booked-source.js';
import type { Candidates } from './candidates.js';
import { candidatesOf } from './candidates.js';
import { settleClaims } from './claims.js';
import { entryNameOf } from './entry-name.js';
import type { MarkSeen } from './grace.js';
import { graceMs } from './grace.js';
import type { LiveHost } from './live-host.js';
import { nameOfLive } from './live-host.js';
import type { MappedComponent } from './mapping.js';
import { isStillMapped, mayBeSeenByAnother } from './mapping.js';
import { isSucceededBy, standingOf } from './succession.js';

/**
 * What the facts say about one component of one host, before any brake:
 *
 * | verdict | endpoints |
 * |---|---|
 * | `replace` | those of the reading |
 * | `add` | those of the reading and the live ones that it does not show |
 * | `keep` | the live ones |
 * | `empty` | none; proven |
 * | `bare` | none, once a person has approved it: instances are registered, but none of them may be an endpoint |
 * | `mark` | the live ones; proven gone or no longer mapped, and to be marked |
 * | `due` | none; marked, the grace is over, and the proof was given again |
 * | `succeeded` | none; the service was created anew, and what its successor holds is known |
 */
export type Verdict =
  | { readonly kind: 'replace'; readonly reading: AcceptedReading; readonly candidates: Candidates }
  | {
      readonly kind: 'add';
      readonly reading: AcceptedReading;
      readonly candidates: Candidates;
      readonly reason: KeepReason;
    }
  | { readonly kind: 'keep'; readonly reason: KeepReason | 'pending-delete' | 'all-filtered' | 'all-rejected' }
  | { readonly kind: 'empty'; readonly revision: number; readonly observedAtMs: number }
  | {
      readonly kind: 'bare';
      readonly reading: AcceptedReading;
      readonly candidates: Candidates;
      readonly reason: HoldReason & ('all-filtered' | 'all-rejected');
    }
  | { readonly kind: 'mark'; readonly cause: 'gone' | 'unmapped' }
  | { readonly kind: 'due' }
  /** `registered`: of the successor. */
  | { readonly kind: 'succeeded'; readonly registered: ReadonlySet<string> };

/** One component of a host with its verdict. */
export interface JudgedComponent {
  readonly key: ComponentKey;
  /** Under which it is counted and recorded: not always the one that `mapped` was read from. */
  readonly source: string;
  /** As it stands on the live object; undefined: not on it yet. */
  readonly record: ComponentRecord | undefined;
  readonly mapped: MappedComponent | undefined;
  readonly verdict: Verdict;
}

/** One host of one cluster, judged. */
export interface HostJudgement {
  readonly host: Host;
  readonly name: EntryName;
  /** The incumbent's route; undefined when nothing maps the host any more. */
  readonly route: RouteSettings | undefined;
  readonly live: LiveHost | undefined;
  readonly components: readonly JudgedComponent[];
  readonly rejections: readonly Rejection[];
}

/** What a judgement needs beside the host itself. */
export interface JudgeContext {
  readonly cluster: ClusterSettings;
  readonly sources: readonly SourceSettings[];
  /** Those of them whose whole catalogue was not read since the start: what they see is unknown. */
  readonly unknownSources: readonly SourceSettings[];
  /** Hub clock. */
  readonly nowMs: number;
  /** The API server's clock: marks are dated by it. */
  readonly serverNowMs: number;
  /** When this process first saw a mark; undefined: it stands nowhere. */
  readonly markSeen: (name: EntryName, component: ComponentKey) => MarkSeen | undefined;
  /** Nothing leaves, whatever is proven: default false. */
  readonly withholdsRemovals?: boolean;
  /** Default: all of them. */
  readonly guards?: JudgeGuards;
}

/** Rules against what other writers and late messages do. A test takes one out, to see that its absence is noticed. */
export interface JudgeGuards {
  /** Whether the live object holds a newer state of the component than a reading. */
  readonly holdsNewer: (
    record: ComponentRecord | undefined,
    reading: Pick<AcceptedReading, 'revision' | 'observedAtMs' | 'overrules'>,
    nowMs: number,
  ) => boolean;
  /** What becomes of a component that is proven gone, or no longer mapped. */
  readonly removalOf: (cause: 'gone' | 'unmapped', place: Place, context: JudgeContext) => Verdict;
}

/** All guards, as they are unless a test says otherwise. */
export const JUDGE_GUARDS: JudgeGuards = { holdsNewer: isNewer, removalOf: removal };

/** Judges one host: which components stand on it, and what the readings prove about each. */
export function judgeHost(
  host: Host,
  found: { readonly candidates: readonly MappedComponent[]; readonly live: LiveHost | undefined },
  context: JudgeContext,
): HostJudgement {
  const { live } = found;
  const { removalOf } = guardsOf(context);
  const name = live === undefined ? entryNameOf(host) : nameOfLive(live);
  const records = live?.components ?? [];
  const mappedKeys = new Set(found.candidates.map(({ key }) => key));
  const isUnmapped = (record: ComponentRecord): boolean =>
    !mappedKeys.has(record.key) && !isStillMapped(record, host, context) && !mayBeSeenByAnother(record, host, context);
  const unmapped = new Set(records.filter(isUnmapped));
  const incumbents = records.filter((record) => !unmapped.has(record));
  const { accepted, rejections, successions } = settleClaims(found.candidates, incumbents);
  const byKey = new Map(accepted.map((component) => [component.key, component]));
  const standing = standingOf(records, found.candidates);
  const recordOf = new Map(records.map((record) => [record.key, record]));
  const judge = (key: ComponentKey, record: ComponentRecord | undefined): JudgedComponent => {
    const mapped = byKey.get(key);
    const place = { name, live, record, mapped, standing };
    const successor = successions.get(key);
    const judged =
      record !== undefined && unmapped.has(record)
        ? removalOf('unmapped', place, context)
        : successor === undefined
          ? judgeComponent(place, context)
          : follow(judgeComponent({ ...place, record: recordOf.get(successor.key), mapped: successor }, context));
    const isWithheld = context.withholdsRemovals === true && record !== undefined;
    const verdict = isWithheld ? withheld(judged) : judged;
    return { key, source: bookedSource({ key, record, mapped }, host, context), record, mapped, verdict };
  };
  const components = [
    ...records.map((record) => judge(record.key, record)),
    ...accepted.filter(({ key }) => !recordOf.has(key)).map(({ key }) => judge(key, undefined)),
  ];
  return { host, name, route: incumbentRoute(accepted, recordOf), live, components, rejections };
}

/** The route of the host: that of a component on the live object before that of a newcomer. */
function incumbentRoute(
  accepted: readonly MappedComponent[],
  recorded: ReadonlyMap<ComponentKey, ComponentRecord>,
): RouteSettings | undefined {
  return (accepted.find(({ key }) => recorded.has(key)) ?? accepted[0])?.route;
}

/** A re-created service goes when its successor's reading says what there is instead; until then it stays. */
function follow(successor: Verdict): Verdict {
  switch (successor.kind) {
    case 'replace':
      return { kind: 'succeeded', registered: successor.candidates.registered };
    case 'empty':
      return { kind: 'succeeded', registered: new Set() };
    case 'add':
    case 'keep':
    case 'bare':
    case 'mark':
    case 'due':
    case 'succeeded':
      return { kind: 'keep', reason: 'successor-unread' };
  }
}

/** What a verdict becomes while nothing may leave: what it would add comes all the same, and a mark stays as old as it is. */
function withheld(verdict: Verdict): Verdict {
  switch (verdict.kind) {
    case 'replace':
      return { ...verdict, kind: 'add', reason: 'store-away' };
    case 'due':
      return { kind: 'keep', reason: 'pending-delete' };
    case 'empty':
    case 'bare':
    case 'mark':
    case 'succeeded':
      return { kind: 'keep', reason: 'store-away' };
    case 'add':
    case 'keep':
      return verdict;
  }
}

function guardsOf({ guards = JUDGE_GUARDS }: JudgeContext): JudgeGuards {
  return guards;
}

/** A component where it is judged. */
export interface Place {
  readonly name: EntryName;
  readonly live: LiveHost | undefined;
  readonly record: ComponentRecord | undefined;
  readonly mapped: MappedComponent | undefined;
  /** Records on the live object of components of which nothing says that they are gone. */
  readonly standing: readonly ComponentRecord[];
}

function judgeComponent(place: Place, context: JudgeContext): Verdict {
  const { mapped, record } = place;
  const { holdsNewer, removalOf } = guardsOf(context);
  if (mapped === undefined) return { kind: 'keep', reason: 'component-unread' };
  const { state } = mapped;
  if (hasAbsenceProof(state.absence, 0)) return removalOf('gone', place, context);
  // Between a pass and its question to GetService the proof lapses for a moment: only a return clears a mark.
  if (state.absence !== undefined && place.live?.pending.has(mapped.key) === true) {
    return { kind: 'keep', reason: 'pending-delete' };
  }
  // Another leader may have removed it as gone: nothing begins with what may not be there any more.
  if (state.absence !== undefined && record === undefined) return { kind: 'keep', reason: 'absence-unproven' };
  if (record === undefined && isSucceededBy(mapped, place.standing, latestMs(context))) {
    return { kind: 'keep', reason: 'older-reading' };
  }
  // A consumer only learns that it sees the service no more: it believes nothing new of it, and takes nothing away.
  if (state.absence !== undefined && state.service.isShared) return { kind: 'keep', reason: 'unshared' };
  if (state.emptiness !== undefined) {
    const { revision, observedAtMs } = state.emptiness;
    const isProven = hasEmptinessProof(state.emptiness, context.cluster.deletes);
    // Each departure is another revision: somebody has read instances of this one.
    if (isProven && record?.revision === revision && record.registered > 0) {
      return { kind: 'keep', reason: 'revision-not-advanced' };
    }
    if (isProven && !holdsNewer(record, { revision, observedAtMs, overrules: undefined }, latestMs(context))) {
      return { kind: 'empty', revision, observedAtMs };
    }
    if (record !== undefined || state.reading === undefined) return { kind: 'keep', reason: 'empty-unproven' };
  }
  if (state.reading === undefined) {
    return { kind: 'keep', reason: state.absence === undefined ? 'component-unread' : 'absence-unproven' };
  }
  if (holdsNewer(record, state.reading, latestMs(context))) return { kind: 'keep', reason: 'older-reading' };
  const { health } = mapped.source;
  const { region } = state.service.identity;
  const rules = { component: mapped.key, region, health, route: mapped.route, cluster: context.cluster };
  return judgeReading(state.reading, candidatesOf(state.reading, rules), place);
}

function judgeReading(reading: AcceptedReading, candidates: Candidates, { record, live }: Place): Verdict {
  if (reading.completeness === 'restored' && record !== undefined) return { kind: 'keep', reason: 'component-unread' };
  if (reading.completeness !== 'complete') return { kind: 'add', reading, candidates, reason: 'partial-reading' };
  const known = record?.revision === reading.revision ? record.registered : 0;
  if (live?.isIntact === true && reading.instances.length < known) {
    return { kind: 'add', reading, candidates, reason: 'revision-not-advanced' };
  }
  if (candidates.registered.size > 0) return { kind: 'replace', reading, candidates };
  const isFiltered = candidates.leftOut.some((line) => line.kind === 'left-out' && line.reason === 'filtered');
  const reason = isFiltered ? 'all-filtered' : 'all-rejected';
  // What an edited entry holds of this component cannot be told, so it cannot be shown to the person who approves.
  if (live?.isIntact === false) return { kind: 'keep', reason };
  return { kind: 'bare', reading, candidates, reason };
}

/** The two phases of a removal: mark, then, after the grace and with the proof given again since, due. */
function removal(cause: 'gone' | 'unmapped', place: Place, context: JudgeContext): Verdict {
  const { record, live, mapped, name } = place;
  if (record === undefined || live === undefined) return { kind: 'due' };
  const markedAtMs = live.pending.get(record.key);
  if (markedAtMs === undefined) return { kind: 'mark', cause };
  const seen = context.markSeen(name, record.key);
  const isOver = seen !== undefined && graceMs(markedAtMs, seen, context) >= context.cluster.deletes.pendingMs;
  if (!isOver) return { kind: 'keep', reason: 'pending-delete' };
  const isProvenAgain = cause === 'unmapped' || hasAbsenceProof(mapped?.state.absence, seen.atMs, context.nowMs);
  return isProvenAgain ? { kind: 'due' } : { kind: 'keep', reason: 'pending-delete' };
}

/** By the later of two clocks: who is set back must not take what others have read since for forged. */
function latestMs({ nowMs, serverNowMs }: JudgeContext): number {
  return Math.max(nowMs, serverNowMs);
}

/** Whether the live object holds a newer state of the component than a reading: by revision, then by AWS's `Date`. */
function isNewer(
  record: ComponentRecord | undefined,
  reading: Pick<AcceptedReading, 'revision' | 'observedAtMs' | 'overrules'>,
  nowMs: number,
): boolean {
  if (record === undefined) return false;
  const isBelieved = isBelievedTime(record.observedAtMs, nowMs);
  if (record.revision === reading.revision) return isBelieved && record.observedAtMs > reading.observedAtMs;
  // A time that is not believed says nothing; the revision alone decides then.
  const claim = { revision: record.revision, observedAtMs: isBelieved ? record.observedAtMs : 0 };
  return record.revision > reading.revision && !isOverruled(claim, reading.overrules);
}
