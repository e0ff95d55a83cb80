import type { HostJudgement, HostOutcome, LiveEntry } from '@isthmus/desired';
import { OBJECT } from '@isthmus/model';
import type { LiveState, PlannedHost } from '@isthmus/plan';

/** What is wanted of a host beside what is live of it, as a plan compares them. */
export function plannedHost({ name, host }: HostJudgement, { holds, parts }: HostOutcome): PlannedHost {
  return { name, host, holds, parts: parts.map((part) => ({ ...part, live: part.live && liveState(part.live) })) };
}

function liveState({ observed, contentHash, endpoints, pending }: LiveEntry): LiveState {
  return {
    observed,
    contentHash,
    recordedHash: observed.annotations[OBJECT.contentHash],
    endpoints,
    marked: new Set(pending.keys()),
  };
}
