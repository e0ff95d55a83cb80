import type { ClusterSettings, HubSettings, WritesStopped } from '@isthmus/model';
import { isPaused } from './pause.js';

/** What stops the writes to a cluster at a time (epoch ms). */
export function writesStopped(
  cluster: Pick<ClusterSettings, 'mode' | 'push' | 'paused'>,
  { readOnly }: Pick<HubSettings, 'readOnly'>,
  nowMs: number,
): WritesStopped {
  if (readOnly) return 'read-only';
  if (!cluster.push) return 'push-off';
  if (isPaused(cluster, nowMs)) return 'paused';
  return cluster.mode === 'observe' ? 'observe' : null;
}
