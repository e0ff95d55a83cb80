import { unsafeTimings } from '@isthmus/model';
import type { Outline } from '../outline.js';
import type { Finding } from '../problem.js';

/** What `store` and `election` say of each other. */
export function checkStore({ store, election }: Outline): readonly Finding[] {
  return [...checkPlaces(store), ...checkElection(store, election)];
}

function checkPlaces({ memory, redis }: Outline['store']): readonly Finding[] {
  if (memory !== undefined && redis !== undefined) {
    return [{ code: 'CFG044', path: ['store'], message: 'names two places', remedy: 'keep memory or redis' }];
  }
  if (redis === undefined || (redis.url === undefined) !== (redis.sentinel === undefined)) return [];
  const message = redis.url === undefined ? 'does not say where Redis is' : 'says twice where Redis is';
  return [{ code: 'CFG044', path: ['store', 'redis'], message, remedy: 'write url or sentinel, one of them' }];
}

function checkElection(
  { redis }: Outline['store'],
  { backend, kubernetes, lease, renewDeadline, retry }: Outline['election'],
): readonly Finding[] {
  const fault = unsafeTimings({ leaseMs: lease, renewDeadlineMs: renewDeadline, retryMs: retry });
  const isComparable = ![lease, renewDeadline, retry].some(Number.isNaN);
  const findings: Finding[] = [];
  if (fault !== undefined && isComparable) findings.push({ code: 'CFG042', path: ['election'], message: fault });
  if (kubernetes !== undefined && backend !== 'kubernetes') {
    const message = 'names a Lease, and the lease is kept elsewhere';
    findings.push({ code: 'CFG049', path: ['election', 'kubernetes'], message });
  }
  if (backend === 'redis' && redis === undefined) {
    const message = 'has no store.redis to keep its lease in';
    findings.push({ code: 'CFG043', path: ['election', 'backend'], message });
  }
  return findings;
}
