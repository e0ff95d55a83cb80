import type { Host, Snapshot } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { MappingIndex } from './mapping-index.js';

const SOURCE = given.source();
const MANY = 1_000;

/** A snapshot of many services at one revision. */
function at(revision: number): Snapshot {
  const reading = given.reading([given.instance('10.0.0.1')], { revision });
  const states = Array.from({ length: MANY }, (_, i) =>
    given.serviceState(given.serviceRecord(`s${i}.shop`), { reading }),
  );
  return given.snapshot(SOURCE, states);
}

/** Revisions of all components of an index. */
function revisionsOf(index: MappingIndex): ReadonlySet<number | undefined> {
  return new Set(index.hosts.flatMap((host) => index.componentsOf(host)).map(({ state }) => state.reading?.revision));
}

describe('MappingIndex', () => {
  it('pauses while it takes up many services', () => {
    const index = new MappingIndex(given.cluster(), [SOURCE]);
    expect([...index.update([at(1)])].length).toBeGreaterThan(2);
    expect(index.hosts).toHaveLength(MANY);
    expect([...index.update([at(1)])].length).toBeGreaterThan(2);
  });

  it('costs nothing when the snapshots are as before', () => {
    const index = new MappingIndex(given.cluster(), [SOURCE]);
    const snapshot = at(1);
    for (const _ of index.update([snapshot]));
    const { version } = index;
    expect([...index.update([snapshot])]).toEqual([]);
    expect(index.version).toBe(version);
  });

  it('shows one snapshot when two clusters update it at a time, and tells both what changed', () => {
    const index = new MappingIndex(given.cluster(), [SOURCE]);
    const first = index.update([at(1)]);
    first.next();
    const second = index.update([at(2)]);
    second.next();
    for (const _ of first);
    const { version } = index;
    for (const _ of second);
    expect(revisionsOf(index)).toEqual(new Set([2]));
    expect(index.changedSince(version)).toContain('s0.shop' as Host);
  });

  it('brings an update to its end that its cluster has given up', () => {
    const index = new MappingIndex(given.cluster(), [SOURCE]);
    index.update([at(1)]).next();
    for (const _ of index.update([at(1)]));
    expect(index.hosts).toHaveLength(MANY);
    expect(revisionsOf(index)).toEqual(new Set([1]));
  });
});
