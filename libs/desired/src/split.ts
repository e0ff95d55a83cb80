import type { OwnedEndpoint } from './endpoints.js';
import { MAX_PARTS } from './entry-name.js';
import type { LiveHost } from './live-host.js';

/** Endpoints of one part. Above that a host is split, so that one change does not rewrite all of them. */
export const PART_SIZE = 250;

/** One part of a host: what it should hold. */
export interface SplitPart {
  readonly part: number;
  readonly owned: readonly OwnedEndpoint[];
}

/**
 * Spreads the endpoints of a host over its parts, by rendezvous hash of the address: an address keeps its part while
 * the number of parts does, and a new part takes its share from all others. The number only grows: enough that no part
 * holds more than `PART_SIZE`, as far as addresses can be told apart.
 *
 * An address that moves is on both parts until the new one is seen to hold it: `live` is what was read back, so that
 * no failure and no order of writes leaves an endpoint on no part.
 */
export function splitEndpoints(owned: readonly OwnedEndpoint[], live: LiveHost | undefined): readonly SplitPart[] {
  return layOutParts(owned, placeAddresses(owned, partCountOf(live)), live);
}

/** Everything in part 0; what other parts hold stays there until part 0 is seen to hold it. */
export function joinEndpoints(owned: readonly OwnedEndpoint[], live: LiveHost | undefined): readonly SplitPart[] {
  return layOutParts(owned, { count: partCountOf(live), partOf: () => 0 }, live);
}

interface Placement {
  readonly count: number;
  readonly partOf: (address: string) => number;
}

function partCountOf(live: LiveHost | undefined): number {
  return Math.max(1, ...[...(live?.parts.keys() ?? [])].map((part) => part + 1));
}

function layOutParts(
  owned: readonly OwnedEndpoint[],
  { count, partOf }: Placement,
  live: LiveHost | undefined,
): readonly SplitPart[] {
  if (count === 1) return [{ part: 0, owned }];
  const held = Array.from({ length: count }, (_, part) => addressesOn(live, part));
  const parts = Array.from({ length: count }, (): OwnedEndpoint[] => []);
  for (const one of owned) {
    const { address } = one.endpoint;
    const home = partOf(address);
    parts[home]?.push(one);
    if (held[home]?.has(address) === true) continue;
    held.forEach((addresses, part) => {
      if (part !== home && addresses.has(address)) parts[part]?.push(one);
    });
  }
  return parts.map((list, part) => ({ part, owned: list }));
}

function addressesOn(live: LiveHost | undefined, part: number): ReadonlySet<string> {
  return new Set(live?.parts.get(part)?.endpoints.map(({ address }) => address));
}

function placeAddresses(owned: readonly OwnedEndpoint[], least: number): Placement {
  if (least === 1 && owned.length <= PART_SIZE) return { count: 1, partOf: () => 0 };
  const needed = Math.ceil(owned.length / PART_SIZE);
  const most = Math.min(MAX_PARTS, Math.max(least, 2 * needed + 2));
  const best = new Map<string, { part: number; weight: number; endpoints: number }>();
  for (const { endpoint } of owned) {
    const found = best.get(endpoint.address) ?? { part: 0, weight: -1, endpoints: 0 };
    best.set(endpoint.address, { ...found, endpoints: found.endpoints + 1 });
  }
  let count = 0;
  while (count < most && (count < Math.max(least, needed) || largest(best.values()) > PART_SIZE)) {
    for (const [address, found] of best) {
      const weight = weightOf(address, count);
      if (weight > found.weight) best.set(address, { ...found, part: count, weight });
    }
    count++;
  }
  return { count, partOf: (address) => best.get(address)?.part ?? 0 };
}

function largest(placed: Iterable<{ readonly part: number; readonly endpoints: number }>): number {
  const sizes = new Map<number, number>();
  for (const { part, endpoints } of placed) sizes.set(part, (sizes.get(part) ?? 0) + endpoints);
  return Math.max(...sizes.values());
}

/** FNV-1a over address and part, then the finalizer of MurmurHash3, so that near addresses fall apart. */
function weightOf(address: string, part: number): number {
  let hash = 0x811c9dc5 ^ part;
  for (let i = 0; i < address.length; i++) hash = Math.imul(hash ^ address.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
