import type { Endpoint, LeftOutReason, Lineage, Resolution } from '@isthmus/model';
import { isIP } from 'node:net';
import type { Contribution } from './contribution.js';
import type { LiveHost } from './live-host.js';

/** What a route asks for; `mixed` (preset istio-cloud-map) turns to DNS with the first host name and back with the last. */
export type ResolutionWish = 'auto' | 'static' | 'dns' | 'mixed';

/** Everything that wants to stand on a host. */
export interface Gathered {
  readonly contributions: readonly Contribution[];
  /** Live endpoints whose component nobody knows. */
  readonly strays: readonly Endpoint[];
}

/** Contributions that all fit one resolution. */
export interface Resolved extends Gathered {
  readonly resolution: Resolution;
  readonly leftOut: readonly Lineage[];
}

/**
 * The resolution of a host:
 *
 * | wish | new host | live STATIC | live DNS |
 * |---|---|---|---|
 * | auto | STATIC if all are IPs, else DNS | STATIC while an IP remains; new names are left out | DNS while anything remains |
 * | static | STATIC; names are left out | STATIC; names are left out | STATIC, but not while a live name is still wanted |
 * | dns | DNS | DNS | DNS |
 * | mixed | DNS if one is a name | the same | the same |
 *
 * Without endpoints an entry is STATIC, because an empty DNS entry resolves its own host.
 */
export function resolutionOf(gathered: Gathered, live: LiveHost | undefined, wish: ResolutionWish): Resolution {
  const { count, names } = addressesOf(gathered);
  if (count === 0) return 'STATIC';
  const published = live !== undefined && live.endpoints.length > 0 ? live : undefined;
  switch (wish) {
    case 'dns':
      return 'DNS';
    case 'mixed':
      return names.length > 0 ? 'DNS' : 'STATIC';
    case 'static':
      return published?.resolution === 'DNS' && keepsName(published, names) ? 'DNS' : 'STATIC';
    case 'auto': {
      if (published?.resolution === 'DNS') return 'DNS';
      const staysStatic = published !== undefined && names.length < count;
      return names.length > 0 && !staysStatic ? 'DNS' : 'STATIC';
    }
  }
}

/**
 * Cuts everything to what one resolution can hold. **A DNS entry never carries a locality**: two of them crash
 * istiod 1.30 (istio/istio issue 61857).
 */
export function fitTo(gathered: Gathered, resolution: Resolution, wish: ResolutionWish): Resolved {
  const { contributions, strays } = gathered;
  if (resolution === 'DNS') {
    const bare = contributions.map(withoutLocality);
    return { resolution, contributions: bare, strays: strays.map(withoutPlace), leftOut: [] };
  }
  const reason = wish === 'static' ? 'static-only' : 'mixed-resolution';
  return {
    resolution,
    contributions: contributions.map(onlyIps),
    strays: strays.filter(({ address }) => isIp(address)),
    leftOut: contributions.flatMap((contribution) => namesLeftOut(contribution, reason)),
  };
}

function keepsName(live: LiveHost, names: readonly string[]): boolean {
  const published = new Set(live.endpoints.map(({ address }) => address));
  return names.some((name) => published.has(name));
}

function namesLeftOut({ key, fresh }: Contribution, reason: LeftOutReason): readonly Lineage[] {
  return fresh
    .filter(({ kind }) => kind === 'name')
    .map(({ instance }) => ({ kind: 'left-out', component: key, instance, reason }) as const);
}

function addressesOf({ contributions, strays }: Gathered): {
  readonly count: number;
  readonly names: readonly string[];
} {
  const names: string[] = [];
  let count = strays.length;
  for (const { fresh, kept } of contributions) {
    count += fresh.length + kept.length;
    for (const { kind, address } of fresh) if (kind === 'name') names.push(address);
    for (const { address } of kept) if (!isIp(address)) names.push(address);
  }
  for (const { address } of strays) if (!isIp(address)) names.push(address);
  return { count, names };
}

function withoutLocality(contribution: Contribution): Contribution {
  const fresh = contribution.fresh.map((candidate) => ({ ...candidate, locality: '' }));
  return { ...contribution, fresh, kept: contribution.kept.map(withoutPlace) };
}

function onlyIps(contribution: Contribution): Contribution {
  const { fresh, kept } = contribution;
  if (fresh.every(({ kind }) => kind === 'ip') && kept.every(({ address }) => isIp(address))) return contribution;
  return {
    ...contribution,
    fresh: fresh.filter(({ kind }) => kind === 'ip'),
    kept: kept.filter(({ address }) => isIp(address)),
  };
}

function withoutPlace(endpoint: Endpoint): Endpoint {
  const { locality, ...bare } = endpoint;
  return locality === undefined ? endpoint : bare;
}

function isIp(address: string): boolean {
  return isIP(address) !== 0;
}
