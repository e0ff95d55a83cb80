import type { CodeEntry } from './code-entry.js';
import { row } from './code-entry.js';

/** Why not everything is applied everywhere, where no error and no hold says it. */
export const STATUS_CODES = {
  'source-unread': row(
    'hold',
    'the source was not read completely since the start',
    'Wait for its first catalogue pass, or look at its error.',
  ),
  'source-stale': row(
    'hold',
    'the last complete reading of the source is older than `staleAfter`',
    'Look at its error; its endpoints stay as they are.',
  ),
  'source-frozen': row(
    'hold',
    'the last complete reading of the source is older than `frozenAfter`',
    'Look at its error; its endpoints stay as they are, and some of them may be dead by now.',
  ),
  'cluster-unread': row('hold', 'the cluster was not looked at since the start', 'Wait a moment, then ask again.'),
  unconfigured: row(
    'hold',
    'there is a Secret for the cluster, and no entry in the configuration',
    'Add it to `clusters`, or delete the Secret.',
  ),
  standby: row(
    'hold',
    'the replica that answers stands by, so it does not know how the clusters are',
    'Ask the leader, by --server.',
  ),
  'no-leader': row(
    'hold',
    'no replica leads, so nothing is written anywhere',
    'Wait for one lease; else look at the store and at the logs of the replicas.',
  ),
  'read-only': row('hold', '`hub.readOnly` stops every write', 'Take it out of the configuration.'),
  paused: row('hold', 'a person paused it', 'Wait for the end of the pause, or take it out of the configuration.'),
  observe: row(
    'hold',
    'mode observe writes nothing',
    'Look at the plan, then set `mode: upsert-only` or `mode: sync`.',
  ),
  'push-off': row('hold', '`push: false` writes nothing to the cluster', 'Nothing, if it is meant.'),
  'changes-pending': row('retry', 'changes are on their way to the cluster', 'Nothing: they are written now.'),
} as const satisfies Record<string, CodeEntry>;
