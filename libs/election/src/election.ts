import type { ElectionTimings } from '@isthmus/model';
import type { LeaseRecord } from '@isthmus/ports';

/** What a replica knows of the lease. Times are ms of its own monotonic clock. */
export type ElectionState =
  | { readonly role: 'follower'; readonly seen: Sighting | undefined }
  /** `renewedAtMs`: when the last renewal that succeeded was sent. */
  | { readonly role: 'leader'; readonly lease: LeaseRecord; readonly renewedAtMs: number };

/** The record as it was seen last, and since when it is the same. */
interface Sighting {
  readonly record: LeaseRecord;
  readonly unchangedSinceMs: number;
  readonly lastAtMs: number;
  /** Its holder was seen to give it up, or it is what this process itself wrote: nobody leads by it. */
  readonly isFree: boolean;
}

/** Something that happened. `sentAtMs`: when the request went out that is answered. */
export type ElectionEvent =
  /** It is time for the next request. */
  | { readonly kind: 'tick'; readonly atMs: number }
  /** Time has passed. */
  | { readonly kind: 'passed'; readonly atMs: number }
  | { readonly kind: 'observed'; readonly atMs: number; readonly record: LeaseRecord }
  /** `record` undefined: it was another one by then. */
  | {
      readonly kind: 'acquired' | 'renewed';
      readonly atMs: number;
      readonly sentAtMs: number;
      readonly record: LeaseRecord | undefined;
    }
  | { readonly kind: 'stop' };

export type EndReason = 'deadline' | 'lost' | 'stopped';

/** What is to be done. At most one of them is a request to the store; an answer that is lost is no event. */
export type ElectionCommand =
  | { readonly kind: 'observe' }
  | { readonly kind: 'acquire'; readonly seen: LeaseRecord }
  | { readonly kind: 'renew'; readonly lease: LeaseRecord }
  | { readonly kind: 'release'; readonly lease: LeaseRecord }
  | { readonly kind: 'begin'; readonly lease: LeaseRecord }
  | { readonly kind: 'end'; readonly reason: EndReason };

export interface ElectionRules extends ElectionTimings {
  /** Unique to this process. */
  readonly holder: string;
}

export interface Step {
  readonly state: ElectionState;
  readonly commands: readonly ElectionCommand[];
}

/** A replica that knows nothing yet. */
export const FIRST_STATE: ElectionState = { role: 'follower', seen: undefined };

/** Looks that were missed: who was not looking for so long cannot say that nothing changed. */
const MAX_GAP_RETRIES = 2.5;

/**
 * One step of the election; no I/O, no clock.
 *
 * | as | when | then |
 * |---|---|---|
 * | follower | the record is the same for `lease`, without a gap between the looks | takes it, by compare-and-set |
 * | follower | its holder gave it up, or it is this very process, under the run of the server that was seen before | takes it |
 * | follower | the record, or the run of the server, changed; there is no record | waits for `lease` from now |
 * | leader | a renewal succeeded | is safe until `renewDeadline` after it was sent |
 * | leader | the record is another's, or `renewDeadline` has passed | its term ends |
 *
 * A leader is safe for `renewDeadline` after its last renewal, and a follower waits for `lease`, which is longer, after
 * it saw that renewal: so two are never safe at a time while their clocks run within `lease / renewDeadline` of each
 * other and the store forgets nothing.
 */
export function step(state: ElectionState, event: ElectionEvent, rules: ElectionRules): Step {
  return state.role === 'leader' ? stepLeader(state, event, rules) : stepFollower(state, event, rules);
}

/** Whether a replica in this state may write. */
export function isSafeAt(state: ElectionState, atMs: number, { renewDeadlineMs }: ElectionTimings): boolean {
  return state.role === 'leader' && atMs - state.renewedAtMs < renewDeadlineMs;
}

/** Ms until the next request is due. */
export function waitMs(state: ElectionState, atMs: number, { leaseMs, retryMs }: ElectionTimings): number {
  if (state.role === 'leader' || state.seen === undefined) return retryMs;
  const leftMs = state.seen.unchangedSinceMs + leaseMs - atMs;
  // It was due already, so the last request was in vain.
  return leftMs > 0 ? Math.min(retryMs, leftMs) : retryMs;
}

type Leader = Extract<ElectionState, { readonly role: 'leader' }>;
type Follower = Extract<ElectionState, { readonly role: 'follower' }>;

function stepLeader(state: Leader, event: ElectionEvent, rules: ElectionRules): Step {
  switch (event.kind) {
    case 'tick':
    case 'passed':
      if (!isSafeAt(state, event.atMs, rules)) return end(state, event.atMs, 'deadline');
      return event.kind === 'tick' ? { state, commands: [{ kind: 'renew', lease: state.lease }] } : stay(state);
    case 'renewed': {
      if (event.record === undefined) return { ...stay({ role: 'follower', seen: undefined }), commands: [LOST] };
      const next: Leader = { role: 'leader', lease: event.record, renewedAtMs: event.sentAtMs };
      return isSafeAt(next, event.atMs, rules) ? stay(next) : end(next, event.atMs, 'deadline');
    }
    case 'stop':
      return {
        state: { role: 'follower', seen: undefined },
        commands: [
          { kind: 'end', reason: 'stopped' },
          { kind: 'release', lease: state.lease },
        ],
      };
    case 'observed':
    case 'acquired':
      return stay(state);
  }
}

function stepFollower(state: Follower, event: ElectionEvent, rules: ElectionRules): Step {
  switch (event.kind) {
    case 'tick':
      return { state, commands: [{ kind: 'observe' }] };
    case 'observed':
      return look(state, event, rules);
    case 'acquired': {
      if (event.record === undefined) return stay(state);
      const leader: Leader = { role: 'leader', lease: event.record, renewedAtMs: event.sentAtMs };
      // It is ours, but too late to be used: it is taken once more.
      if (!isSafeAt(leader, event.atMs, rules)) return stay(sighted(event.record, event.atMs));
      return { state: leader, commands: [{ kind: 'begin', lease: event.record }] };
    }
    case 'renewed':
      return event.record === undefined ? stay(state) : stay(sighted(event.record, event.atMs));
    case 'passed':
    case 'stop':
      return stay(state);
  }
}

function look(
  { seen }: Follower,
  { record, atMs }: Extract<ElectionEvent, { readonly kind: 'observed' }>,
  { holder, leaseMs, retryMs }: ElectionRules,
): Step {
  const hasGap = seen !== undefined && atMs - seen.lastAtMs > MAX_GAP_RETRIES * retryMs;
  const isUnchanged = seen !== undefined && !hasGap && isSameRecord(seen.record, record);
  const unchangedSinceMs = isUnchanged ? seen.unchangedSinceMs : atMs;
  const isFree = isFreed(seen, record, holder);
  const next: Follower = { role: 'follower', seen: { record, unchangedSinceMs, lastAtMs: atMs, isFree } };
  const mayTake = isFree || atMs - unchangedSinceMs >= leaseMs;
  return mayTake ? { state: next, commands: [{ kind: 'acquire', seen: record }] } : stay(next);
}

/**
 * Whether nobody leads by a record: it is nobody's or this process's own, and that came about under the run of the
 * server that was looked at before. A record that was never seen otherwise may be an old one that came back.
 */
function isFreed(seen: Sighting | undefined, record: LeaseRecord, holder: string): boolean {
  const isOpen = ({ epoch, holder: by }: LeaseRecord): boolean => epoch > 0 && (by === '' || by === holder);
  if (!isOpen(record) || seen?.record.incarnation !== record.incarnation) return false;
  // A store that was put back to an older state keeps its incarnation where it has no runs.
  if (record.epoch < seen.record.epoch) return false;
  return seen.isFree || !isOpen(seen.record);
}

const LOST: ElectionCommand = { kind: 'end', reason: 'lost' };

function end({ lease }: Leader, atMs: number, reason: EndReason): Step {
  return { state: sighted(lease, atMs), commands: [{ kind: 'end', reason }] };
}

/** What this process itself wrote. */
function sighted(record: LeaseRecord, atMs: number): Follower {
  return { role: 'follower', seen: { record, unchangedSinceMs: atMs, lastAtMs: atMs, isFree: true } };
}

function stay(state: ElectionState): Step {
  return { state, commands: [] };
}

function isSameRecord(a: LeaseRecord, b: LeaseRecord): boolean {
  return a.incarnation === b.incarnation && a.holder === b.holder && a.epoch === b.epoch && a.sequence === b.sequence;
}
