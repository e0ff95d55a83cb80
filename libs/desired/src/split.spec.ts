import type { ComponentKey } from '@isthmus/model';
import fc from 'fast-check';
import type { OwnedEndpoint } from './endpoints.js';
import type { LiveEntry } from './live.js';
import type { LiveHost } from './live-host.js';
import { liveHostOf } from './live-host.js';
import type { SplitPart } from './split.js';
import { PART_SIZE, joinEndpoints, splitEndpoints } from './split.js';

const address = (n: number): string => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
const owned = (numbers: readonly number[]): readonly OwnedEndpoint[] =>
  numbers.map((n) => ({ id: address(n), endpoint: { address: address(n) }, owners: ['c' as ComponentKey] }));
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);
const addressesOf = ({ owned: list }: SplitPart): readonly string[] => list.map(({ endpoint }) => endpoint.address);

/** What would be live if these parts were written. */
function liveWith(parts: readonly SplitPart[]): LiveHost | undefined {
  const entries = parts.map(({ part, owned: list }): [number, LiveEntry] => [
    part,
    {
      observed: { uid: `${part}` },
      endpoints: list.map(({ endpoint }) => endpoint),
      components: [],
      ports: [],
    } as never,
  ]);
  return liveHostOf(new Map(entries));
}

/** Writes until nothing changes. */
function settle(numbers: readonly number[], live: LiveHost | undefined): readonly SplitPart[] {
  return splitEndpoints(owned(numbers), liveWith(splitEndpoints(owned(numbers), live)));
}

describe('splitEndpoints', () => {
  it('keeps up to 250 endpoints in one part', () => {
    expect(splitEndpoints(owned(range(PART_SIZE)), undefined)).toHaveLength(1);
    expect(splitEndpoints(owned(range(PART_SIZE + 1)), undefined)).toHaveLength(2);
  });

  it('puts every endpoint in exactly one part, none above 250, with few parts more than needed', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1_000_000), { maxLength: 1500, size: 'max' }), (numbers) => {
        const parts = splitEndpoints(owned(numbers), undefined);
        expect(parts.flatMap(addressesOf).toSorted()).toEqual(numbers.map(address).toSorted());
        for (const part of parts) expect(part.owned.length).toBeLessThanOrEqual(PART_SIZE);
        expect(parts.length).toBeLessThanOrEqual(Math.ceil(numbers.length / PART_SIZE) + 2);
      }),
      { numRuns: 50 },
    );
  });

  it('does not depend on the order of the endpoints', () => {
    const parts = splitEndpoints(owned(range(600)), undefined);
    const reversed = splitEndpoints(owned(range(600).toReversed()), undefined);
    expect(reversed.map((part) => addressesOf(part).toSorted())).toEqual(
      parts.map((part) => addressesOf(part).toSorted()),
    );
  });

  it('rewrites one part when one endpoint of many leaves', () => {
    const before = splitEndpoints(owned(range(1000)), undefined);
    const after = splitEndpoints(owned(range(1000).slice(1)), liveWith(before));
    const changed = after.filter((part, i) => part.owned.length !== before[i]?.owned.length);
    expect(changed).toHaveLength(1);
  });

  it('never lowers the number of parts, and leaves an emptied part empty', () => {
    const live = liveWith(splitEndpoints(owned(range(600)), undefined));
    const few = settle([1], live);
    expect(few).toHaveLength(live?.parts.size ?? 0);
    expect(few.flatMap(addressesOf)).toEqual([address(1)]);
  });

  it('keeps an address that moves on its old part until the new one is seen to hold it', () => {
    const live = liveWith([{ part: 0, owned: owned(range(250)) }]);
    const first = splitEndpoints(owned(range(251)), live);
    expect(addressesOf(first[0] as SplitPart)).toEqual(expect.arrayContaining(range(250).map(address)));
    const moved = first.slice(1).flatMap(addressesOf);
    expect(moved.length).toBeGreaterThan(50);
    const second = splitEndpoints(owned(range(251)), liveWith(first));
    expect(second.flatMap(addressesOf).toSorted()).toEqual(range(251).map(address).toSorted());
    expect(second.slice(1).flatMap(addressesOf)).toEqual(moved);
  });

  it('keeps all endpoints of one address together, and gives up where they alone are too many', () => {
    const tasks = Array.from({ length: 600 }, (_, port) => ({
      id: `10.0.0.1 ${port}`,
      endpoint: { address: '10.0.0.1', ports: { http: 32_768 + port } },
      owners: [],
    }));
    const parts = splitEndpoints(tasks, undefined);
    expect(parts.filter((part) => part.owned.length > 0).map((part) => part.owned.length)).toEqual([600]);
    expect(parts.length).toBeLessThan(10);
  });
});

describe('joinEndpoints', () => {
  it('takes everything into part 0, and lets other parts go when part 0 is seen to hold it', () => {
    const live = liveWith(splitEndpoints(owned(range(600)), undefined));
    const first = joinEndpoints(owned(range(600)), live);
    expect(first[0]?.owned).toHaveLength(600);
    expect(first.slice(1).every((part) => part.owned.length > 0)).toBe(true);
    const second = joinEndpoints(owned(range(600)), liveWith(first));
    expect(second.slice(1).every((part) => part.owned.length === 0)).toBe(true);
  });
});
