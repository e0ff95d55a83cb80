import type { Pause, PauseStatus } from '@isthmus/model';

/** The pause while it lasts; undefined when there is none, or when its time is over. */
export function activePause(pause: Pause | undefined, nowMs: number): Pause | undefined {
  return pause !== undefined && nowMs < pause.untilMs ? pause : undefined;
}

/** Whether a source or cluster is paused at a time. A hub does not poll such a source: to one that starts, all of it is unread. */
export function isPaused({ paused }: { readonly paused: Pause | undefined }, nowMs: number): boolean {
  return activePause(paused, nowMs) !== undefined;
}

/** A pause as status warns of it, while it lasts. */
export function pauseWarnings(paused: Pause | undefined, nowMs: number, meaning: string): readonly string[] {
  const pause = activePause(paused, nowMs);
  if (pause === undefined) return [];
  return [`paused until ${new Date(pause.untilMs).toISOString()}, so ${meaning}: ${pause.reason}`];
}

/** A pause as status shows it, while it lasts. */
export function pauseStatus(paused: Pause | undefined, nowMs: number): PauseStatus | null {
  const pause = activePause(paused, nowMs);
  return pause === undefined ? null : { reason: pause.reason, until: new Date(pause.untilMs).toISOString() };
}
