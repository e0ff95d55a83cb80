import { OBJECT } from '@isthmus/model';
import type { LeaseRecord } from '@isthmus/ports';
import { isRecord } from '../json.js';

/** Grows with each renewal. `spec` has nothing that does: times can repeat. */
export const SEQUENCE = 'isthmus.dev/sequence';

/** A Lease of the API: the record in it, and what a conditional write must name. */
export interface StoredLease {
  readonly record: LeaseRecord;
  readonly uid: string;
  readonly resourceVersion: string;
  /** `isthmus.dev/hub` of a Lease that a hub made; undefined: somebody else made it. */
  readonly hub: string | undefined;
}

/**
 * Undefined for what is no Lease. What is no number of ours counts as none, so that a record that somebody damaged can
 * still be taken. Source: Kubernetes API reference, Lease v1 coordination.k8s.io.
 */
export function parseLease(object: unknown): StoredLease | undefined {
  const metadata = isRecord(object) ? object['metadata'] : undefined;
  if (!isRecord(object) || !isRecord(metadata)) return undefined;
  const { uid, resourceVersion } = metadata;
  if (typeof uid !== 'string' || typeof resourceVersion !== 'string') return undefined;
  const spec = recordOf(object['spec']);
  const labels = recordOf(metadata['labels']);
  const holder = spec['holderIdentity'];
  const isOurs = labels[OBJECT.managedBy] === OBJECT.managedByValue;
  const hub = labels[OBJECT.hub];
  return {
    record: {
      incarnation: uid,
      holder: typeof holder === 'string' ? holder : '',
      epoch: numberOf(spec['leaseTransitions']),
      sequence: numberOf(Number(recordOf(metadata['annotations'])[SEQUENCE])),
    },
    uid,
    resourceVersion,
    hub: isOurs && typeof hub === 'string' ? hub : undefined,
  };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}
