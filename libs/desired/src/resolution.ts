import type {
  ComponentKey,
  ComponentRecord,
  Endpoint,
  HoldReason,
  KeepReason,
  Lineage,
  Resolution,
} from '@isthmus/model';
import { isIP } from 'node:net';
import type { Candidate } from './candidates.js';
import type { LiveEntry } from './live.js';

/** One component with the endpoints that it wants to have on the entry. */
export interface Contribution {
  readonly key: ComponentKey;
  readonly record: Omit<ComponentRecord, 'endpoints' | 'also'> | undefined;
  readonly fresh: readonly Candidate[];
  readonly kept: readonly Endpoint[];
  readonly keptFor: KeepReason | HoldReason | undefined;
}

/** Contributions that all fit one resolution. */
export interface Resolved {
  readonly resolution: Resolution;
  readonly parts: readonly Contribution[];
  readonly strays: readonly Endpoint[];
  readonly leftOut: readonly Lineage[];
}

/**
 * STATIC when every address is an IP, else DNS. The live resolution stays while an endpoint fits it: DNS takes IPs too,
 * a STATIC entry leaves names out. Without endpoints an entry is STATIC, because an empty DNS entry resolves its own host.
 *
 * **A DNS entry never carries a locality**: two of them crash istiod 1.30 (istio/istio issue 61857).
 */
export function resolve(
  parts: readonly Contribution[],
  strays: readonly Endpoint[],
  live: LiveEntry | undefined,
): Resolved {
  const addresses = parts
    .flatMap(({ fresh, kept }) => [...fresh, ...kept].map(({ address }) => address))
    .concat(strays.map(({ address }) => address));
  const hasIp = addresses.some((address) => isIP(address) !== 0);
  const hasName = addresses.some((address) => isIP(address) === 0);
  const livesAsStatic = live !== undefined && live.endpoints.length > 0 && live.resolution === 'STATIC';
  const livesAsDns = live !== undefined && live.endpoints.length > 0 && live.resolution === 'DNS';
  if (addresses.length > 0 && (livesAsDns || (hasName && !(livesAsStatic && hasIp)))) {
    return { resolution: 'DNS', parts: parts.map(withoutLocality), strays: strays.map(bare), leftOut: [] };
  }
  return {
    resolution: 'STATIC',
    parts: parts.map(onlyIps),
    strays: strays.filter(isIpEndpoint),
    leftOut: parts.flatMap(({ key, fresh }) =>
      fresh
        .filter(({ kind }) => kind === 'name')
        .map(({ instance }) => ({ kind: 'left-out', component: key, instance, reason: 'mixed-resolution' }) as const),
    ),
  };
}

function withoutLocality(part: Contribution): Contribution {
  return { ...part, fresh: part.fresh.map((candidate) => ({ ...candidate, locality: '' })), kept: part.kept.map(bare) };
}

function onlyIps(part: Contribution): Contribution {
  return { ...part, fresh: part.fresh.filter(({ kind }) => kind === 'ip'), kept: part.kept.filter(isIpEndpoint) };
}

function bare({ address, ports }: Endpoint): Endpoint {
  return ports === undefined ? { address } : { address, ports };
}

function isIpEndpoint({ address }: Endpoint): boolean {
  return isIP(address) !== 0;
}
