import type { JudgeContext, MarkSeen } from '@isthmus/desired';
import { JUDGE_GUARDS, unknownSources } from '@isthmus/desired';
import type { DecisionInput } from './decision.js';
import { markId } from './live-view.js';

/** What a decision judges hosts by; `seen`: when this process first saw each mark. */
export function judgeContextOf(input: DecisionInput, seen: ReadonlyMap<string, MarkSeen>): JudgeContext {
  const { cluster, sources, snapshots, nowMs, serverNowMs, withholdsRemovals = false, guards = JUDGE_GUARDS } = input;
  return {
    cluster,
    sources,
    unknownSources: unknownSources(sources, snapshots),
    nowMs,
    serverNowMs,
    markSeen: (name, component) => seen.get(markId(name, component)),
    withholdsRemovals,
    guards,
  };
}
