import type { CodeEntry } from './code-entry.js';
import { row } from './code-entry.js';

/** Reasons for which something on a cluster is left as it is. */
export const HOLD_CODES = {
  'foreign-owner': row(
    'hold',
    'an object of that name belongs to somebody else',
    'Rename or remove that object, or give the host another name.',
  ),
  'other-cluster': row(
    'hold',
    'the object was written for another entry of `clusters`',
    'Two entries reach one API server: give each its own namespace.',
  ),
  'host-taken': row(
    'hold',
    'a ServiceEntry of somebody else in this namespace has the same host',
    'Remove that entry, or give the host another name.',
  ),
  'istio-cloud-map-present': row(
    'hold',
    'istio-cloud-map still writes to this namespace and would delete our entries',
    'Stop it, then remove its owner references.',
  ),
  'newer-schema': row('hold', 'the object was written by a newer version', 'Upgrade this hub.'),
  terminating: row('hold', 'the object is being deleted', 'Wait for its finalizers.'),
  'brake-objects': row(
    'hold',
    'too many objects of one source would go',
    'Look at the source; approve the removals if they are meant.',
  ),
  'brake-endpoints': row(
    'hold',
    'too many endpoints of one source would go',
    'Look at the source; approve the removals if they are meant.',
  ),
  'source-empty': row(
    'hold',
    'everything of one source would go',
    'Look at the source; approve the removals if they are meant.',
  ),
  'config-removal': row(
    'hold',
    'the configuration no longer maps more than one object',
    'Approve the removals, or map them again.',
  ),
  'all-filtered': row(
    'hold',
    'the route’s `where` leaves out every instance of the service, so the last good endpoints stay',
    'Correct `where` or the attributes; approve the removal if it is meant.',
  ),
  'all-rejected': row(
    'hold',
    'no instance of the service is usable, so the last good endpoints stay',
    'Correct the instances, each says why it was left out; approve the removal if it is meant.',
  ),
  'pending-delete': row(
    'hold',
    'it is proven gone and waits for its grace period',
    'Nothing: it leaves when the proof is given again.',
  ),
  'mode-upsert-only': row('hold', 'mode upsert-only never deletes objects', 'Delete it by hand, or set mode: sync.'),
  'waiting-for-reading': row(
    'hold',
    'a port or name would change while a part of the host is unread',
    'Wait for the source to be read again.',
  ),
  'live-not-intact': row(
    'hold',
    'the object was edited by hand, so nothing is dropped from it before every part is read',
    'Wait for the source to be read again.',
  ),
  'too-many-endpoints': row(
    'hold',
    'the host has more endpoints than one ServiceEntry may hold, and one with host names is never split',
    'Map fewer regions to one host, or register IPs.',
  ),
  'resolution-kept': row(
    'hold',
    'the route asks for STATIC, but the entry holds host names that are still registered',
    'Register IPs in their place, or set `resolution: auto`.',
  ),
  'invalid-entry': row(
    'hold',
    'Istio or the API server would refuse the entry that the readings ask for, so the last good one stays',
    'Correct what the detail names; if it names nothing of yours, report it.',
  ),
} as const satisfies Record<string, CodeEntry>;
