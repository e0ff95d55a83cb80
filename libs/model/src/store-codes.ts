import type { CodeEntry } from './code-entry.js';
import { row } from './code-entry.js';

/** Codes of keeping snapshots and of the leader's lease. */
export const STORE_CODES = {
  'snapshot-unusable': row(
    'hold',
    'a stored snapshot is damaged, or was written by another version of Isthmus',
    'Nothing: nothing is concluded from it, and the source is read anew. If it comes again, look who else writes to the store.',
  ),
  'store-refused': row(
    'hold',
    'the store refused the credential, or a command that the hub needs',
    'Correct username and passwordFile of store.redis, or the ACL rules of that user.',
  ),
  'store-read-only': row(
    'retry',
    'the store takes no writes, because it is a replica or has too few of them',
    'Nothing during a failover; else point store.redis at the primary, or use sentinel.',
  ),
  'store-full': row('retry', 'the store has no memory left', 'Give Redis more memory; the hub needs a few MB.'),
  'store-busy': row(
    'retry',
    'the store is loading its data or busy with a script',
    'Nothing, if it passes; else look at the slow log of Redis.',
  ),
  'lease-unconfirmed': row(
    'retry',
    'fewer replicas of the store confirmed the lease than waitReplicas asks for',
    'Look at the replication of Redis, or lower store.redis.waitReplicas.',
  ),
  'lease-foreign': row(
    'hold',
    'the Lease that this hub would lead by belongs to another hub or to somebody else',
    'Give each hub a Lease of its own by election.kubernetes.leaseName, or delete the one that is in the way.',
  ),
} as const satisfies Record<string, CodeEntry>;
