import type { Endpoint, Resolution } from '@isthmus/model';
import { gatherEndpoints, listOf } from './endpoints.js';
import type { LiveEntry } from './live.js';
import type { LiveHost } from './live-host.js';
import { endpointsOfPart } from './live-host.js';
import type { PortScheme } from './port-scheme.js';
import type { Gathered, ResolutionWish, Resolved } from './resolution.js';
import { fitTo, resolutionOf } from './resolution.js';
import type { SplitPart } from './split.js';
import { joinEndpoints, splitEndpoints } from './split.js';

/** The endpoints of a host, and which entry holds which. */
export interface Placed {
  readonly resolution: Resolution;
  /** All of them, each once. */
  readonly endpoints: readonly Endpoint[];
  /** Part 0 first. */
  readonly parts: readonly SplitPart[];
  /** What was put together. */
  readonly resolved: Resolved;
}

/**
 * Says where each endpoint goes. All entries of a host have one resolution, and none may be DNS while another carries
 * localities, so a change of resolution is made while part 0 holds everything:
 *
 * | wanted | live | this run |
 * |---|---|---|
 * | DNS | other parts hold endpoints | still STATIC: part 0 takes what stays and drops nothing, the others empty |
 * | DNS | only part 0 holds any | DNS, all in part 0 |
 * | STATIC | DNS | STATIC, all in part 0 |
 * | STATIC | STATIC or nothing | STATIC, split |
 */
export function placeEndpoints(
  gathered: Gathered,
  live: LiveHost | undefined,
  how: { readonly scheme: PortScheme; readonly wish: ResolutionWish },
): Placed {
  const wanted = resolutionOf(gathered, live, how.wish);
  const isJoining = wanted === 'DNS' && isSpread(live);
  const resolution = isJoining ? 'STATIC' : wanted;
  const resolved = fitTo(isJoining ? withLivePart(gathered, live?.parts.get(0)) : gathered, resolution, how.wish);
  const owned = gatherEndpoints(resolved, how.scheme);
  const maySplit = wanted === 'STATIC' && live?.resolution !== 'DNS';
  return {
    resolution,
    endpoints: listOf(owned),
    parts: maySplit ? splitEndpoints(owned, live) : joinEndpoints(owned, live),
    resolved,
  };
}

function isSpread(live: LiveHost | undefined): boolean {
  return [...(live?.parts ?? [])].some(([part, { endpoints }]) => part > 0 && endpoints.length > 0);
}

/** What part 0 holds stays on it until it can turn: names that replace IPs cannot come before. */
function withLivePart(gathered: Gathered, live: LiveEntry | undefined): Gathered {
  if (live === undefined) return gathered;
  const contributions = gathered.contributions.map((contribution) => ({
    ...contribution,
    kept: [...contribution.kept, ...endpointsOfPart(live, contribution.key)],
  }));
  return { ...gathered, contributions };
}
