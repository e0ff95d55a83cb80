import type { JudgeContext, MarkSeen } from '@isthmus/desired';
import { JUDGE_GUARDS, unknownSources } from '@isthmus/desired';
import type { DecisionInput } from './decision.js';
import { markId } from './live-view.js';

/** What a decision judges hosts by; `seen`: when this process first saw each mark. */
export function judgeContextOf(
  { cluster, sources, snapshots, nowMs, serverNowMs, guards = JUDGE_GUARDS }: DecisionInput,
  seen: ReadonlyMap<string, MarkSeen>,
): JudgeContext {
  return {
    cluster,
    sources,
    unknownSources: unknownSources(sources, snapshots),
    nowMs,
    serverNowMs,
    markSeen: (name, component) => seen.get(markId(name, component)),
    guards,
  };
}
