import { TokenBucket } from '@isthmus/model';
import type { RateLimit } from '@isthmus/model';
import type { Caller } from './identity.js';

/** Request rates: those of AWS, none, or one per operation (operations that are not named have none). */
export type CloudMapLimits = 'aws' | 'off' | Readonly<Record<string, RateLimit>>;

/**
 * Request rates of an account in a region. Those of the data plane are documented (developer guide, throttling; RequestLimitExceeded);
 * the control plane's are what clients have observed: github.com/aws/aws-cloud-map-mcs-controller-for-k8s pkg/common/ratelimiter.go,
 * kubernetes-sigs/external-dns #2505.
 */
export const AWS_LIMITS: Readonly<Record<string, RateLimit>> = {
  DiscoverInstances: { ratePerSecond: 1000, burst: 2000 },
  DiscoverInstancesRevision: { ratePerSecond: 3000, burst: 3000 },
  GetOperation: { ratePerSecond: 100, burst: 100 },
  GetService: { ratePerSecond: 50, burst: 50 },
  ListInstances: { ratePerSecond: 50, burst: 50 },
  ListNamespaces: { ratePerSecond: 1, burst: 5 },
  ListServices: { ratePerSecond: 2, burst: 10 },
};

/** One token bucket per account, region and operation. */
export class CloudMapThrottle {
  readonly #limits: ReadonlyMap<string, RateLimit>;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(limits: CloudMapLimits) {
    this.#limits = new Map(Object.entries(limitsOf(limits)));
  }

  /** Takes a token for one call; false when the caller must be throttled. A refused call takes none. */
  admits(caller: Caller, operation: string, nowMs: number): boolean {
    const limit = this.#limits.get(operation);
    if (limit === undefined) return true;
    const key = `${caller.account}/${caller.region}/${operation}`;
    const bucket = this.#buckets.get(key) ?? new TokenBucket(limit, nowMs);
    this.#buckets.set(key, bucket);
    if (bucket.available(nowMs) < 1) return false;
    bucket.take(nowMs);
    return true;
  }
}

function limitsOf(limits: CloudMapLimits): Readonly<Record<string, RateLimit>> {
  if (limits === 'off') return {};
  return limits === 'aws' ? AWS_LIMITS : limits;
}
