import type { RateLimit, SourceLimits } from '@isthmus/model';

/** The operations of the Cloud Map API that are called; all of them only read. */
export type Operation =
  'ListNamespaces' | 'ListServices' | 'GetNamespace' | 'GetService' | 'ListInstances' | 'DiscoverInstances';

/** The buckets that calls draw from: AWS counts each operation by itself, the two Get operations are rare enough for one. */
export type LimitName = 'listNamespaces' | 'listServices' | 'get' | 'listInstances' | 'discover';

const LIMIT_OF: Readonly<Record<Operation, LimitName>> = {
  ListNamespaces: 'listNamespaces',
  ListServices: 'listServices',
  GetNamespace: 'get',
  GetService: 'get',
  ListInstances: 'listInstances',
  DiscoverInstances: 'discover',
};

/** The bucket from which an operation takes its tokens. */
export function limitOf(operation: Operation): LimitName {
  return LIMIT_OF[operation];
}

/** Rate and burst of each bucket; where AWS publishes no burst, it is one second's worth. */
export function rateLimits(limits: SourceLimits): Readonly<Record<LimitName, RateLimit>> {
  return {
    listNamespaces: { ratePerSecond: limits.listNamespacesPerSecond, burst: 2 },
    listServices: { ratePerSecond: limits.listServicesPerSecond, burst: 5 },
    get: oneSecondOf(limits.getPerSecond),
    listInstances: oneSecondOf(limits.getPerSecond),
    discover: oneSecondOf(limits.discoverPerSecond),
  };
}

function oneSecondOf(ratePerSecond: number): RateLimit {
  return { ratePerSecond, burst: Math.max(1, ratePerSecond) };
}
