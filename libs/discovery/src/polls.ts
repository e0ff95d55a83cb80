import { compareText } from '@isthmus/model';
import type {
  Answer,
  ComponentKey,
  ErrorReport,
  PollSettings,
  ServiceRecord,
  ServiceState,
  Snapshot,
} from '@isthmus/model';
import { isListed, isSucceeded, listedNames } from './absence.js';
import { reportError } from './error-report.js';

const HOT_AFTER_CHANGE_MS = 10 * 60_000;
const WARM_AFTER_CHANGE_MS = 24 * 3_600_000;

/** How the last polls of one service ended. Kept apart from the snapshot, which changes only with what is known. */
export interface PollRecord {
  /** When the last poll ended, in any state. */
  readonly polledAtMs: number;
  /** When the last poll ended that read everything; undefined: none did. */
  readonly completeAtMs: number | undefined;
  /** Why the last poll did not; since the first of a row. */
  readonly error: ErrorReport | undefined;
}

/** The last polls of a source's services, by service. */
export type PollLog = ReadonlyMap<ComponentKey, PollRecord>;

/** The record of a poll that just ended. */
export function recordPoll(previous: PollRecord | undefined, answer: Answer<unknown>, nowMs: number): PollRecord {
  if (answer.kind === 'complete') return { polledAtMs: nowMs, completeAtMs: nowMs, error: undefined };
  const error = answer.kind === 'partial' ? answer.missing : answer.error;
  return {
    polledAtMs: nowMs,
    completeAtMs: previous?.completeAtMs,
    error: reportError(previous?.error, error, nowMs),
  };
}

/**
 * How often a service deserves to be polled: `hot` while it changes or something about it is being proven, `warm` for
 * a day after a change and until it was read once, else `cold`. Its creation counts as a change.
 */
export function pollClass(state: ServiceState, nowMs: number): 'hot' | 'warm' | 'cold' {
  if (isBeingProven(state)) return 'hot';
  const sinceChangeMs = nowMs - Math.max(state.changedAtMs ?? 0, state.service.createdAtMs);
  if (sinceChangeMs < HOT_AFTER_CHANGE_MS) return 'hot';
  if (sinceChangeMs < WARM_AFTER_CHANGE_MS) return 'warm';
  return state.reading === undefined && state.emptiness === undefined ? 'warm' : 'cold';
}

/**
 * When a service is to be polled next: at once when it never was, else at the next slot of its interval. The slot is
 * a hash of its id, so that the calls of many services spread evenly and stay where they are.
 */
export function dueAtMs(state: ServiceState, poll: PollSettings, lastPolledAtMs: number | undefined): number {
  if (lastPolledAtMs === undefined) return state.firstSeenAtMs;
  const intervalMs = intervalOf(poll, pollClass(state, lastPolledAtMs));
  const phaseMs = phaseOf(state.service) % intervalMs;
  const slots = Math.floor((lastPolledAtMs - phaseMs) / intervalMs);
  return (slots + 1) * intervalMs + phaseMs;
}

/**
 * The services that are due, the latest first, and those that were polled at a time that is yet to come: the clock was
 * set back. One whose name another service has taken is not asked for by name.
 */
export function duePolls(
  snapshot: Snapshot,
  log: PollLog,
  at: { readonly poll: PollSettings; readonly nowMs: number },
): readonly ServiceState[] {
  const due: { readonly state: ServiceState; readonly atMs: number }[] = [];
  for (const state of pollable(snapshot)) {
    const polledAtMs = log.get(state.service.key)?.polledAtMs;
    const atMs = dueAtMs(state, at.poll, polledAtMs);
    const isClockBack = (polledAtMs ?? state.firstSeenAtMs) > at.nowMs;
    if (isClockBack || atMs <= at.nowMs) due.push({ state, atMs });
  }
  due.sort((a, b) => a.atMs - b.atMs || compareText(a.state.service.key, b.state.service.key));
  return due.map(({ state }) => state);
}

/** When the next service is due, so that a loop knows how long to sleep; undefined: there is none. */
export function nextPollAtMs(snapshot: Snapshot, log: PollLog, poll: PollSettings): number | undefined {
  let nextAtMs: number | undefined;
  for (const state of pollable(snapshot)) {
    const atMs = dueAtMs(state, poll, log.get(state.service.key)?.polledAtMs);
    if (nextAtMs === undefined || atMs < nextAtMs) nextAtMs = atMs;
  }
  return nextAtMs;
}

/** A service known only from an object may be another account's, and must not be asked for as one of our own. */
function pollable(snapshot: Snapshot): readonly ServiceState[] {
  const states = [...snapshot.services.values()];
  if (states.every(isListed)) return states;
  const names = listedNames(snapshot);
  const isReaderKnown = snapshot.account !== undefined;
  return states.filter((state) => (isReaderKnown || state.knownFrom === 'catalogue') && !isSucceeded(state, names));
}

function isBeingProven({ emptiness, regression }: ServiceState): boolean {
  return regression !== undefined || (emptiness !== undefined && !emptiness.isConfirmed);
}

function intervalOf(poll: PollSettings, pollClass: 'hot' | 'warm' | 'cold'): number {
  switch (pollClass) {
    case 'hot':
      return poll.hotMs;
    case 'warm':
      return poll.warmMs;
    case 'cold':
      return poll.coldMs;
  }
}

/** Phases that were worked out: they are asked for on every look at what is due. */
const PHASES = new WeakMap<ServiceRecord, number>();

function phaseOf(service: ServiceRecord): number {
  const known = PHASES.get(service);
  if (known !== undefined) return known;
  const phase = fnv1a(service.identity.serviceId);
  PHASES.set(service, phase);
  return phase;
}

/** FNV-1a, 32 bit: spreads ids that differ in few characters. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
