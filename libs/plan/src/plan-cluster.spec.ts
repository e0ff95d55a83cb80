import type { DesiredEntry, Endpoint } from '@isthmus/model';
import { desiredEntry, liveEntry } from '@isthmus/testing';
import type { PlannedHost, PlannedPart } from './plan-cluster.js';
import { nameOf, planCluster } from './plan-cluster.js';

const CLUSTER = 'test' as Parameters<typeof planCluster>[0]['cluster'];
const NOTHING_FOREIGN = { names: new Map(), hosts: new Map(), stops: [] };
const at = (...numbers: readonly number[]): readonly Endpoint[] =>
  numbers.map((number) => ({ address: `10.0.0.${number}` }));

/** An entry that holds `before` and should hold `after`; undefined: it does not stand, or should go. */
function part(
  name: string,
  before: readonly Endpoint[] | undefined,
  after: readonly Endpoint[] | undefined,
): PlannedPart {
  const entry = wanted(name, after ?? []);
  const live = { contentHash: 'old', recordedHash: 'old', endpoints: before ?? [], marked: new Set<never>() };
  return {
    name: entry.name,
    wanted: after === undefined ? { kind: 'remove', components: [] } : { kind: 'entry', entry },
    live: before === undefined ? undefined : { observed: liveEntry(name), ...live },
  };
}

function wanted(name: string, endpoints: readonly Endpoint[]): DesiredEntry {
  const entry = desiredEntry(name);
  const host = `${name.split('--')[0] ?? ''}.example.internal` as DesiredEntry['host'];
  return { ...entry, host, spec: { ...entry.spec, endpoints } };
}

function hostOf(name: string, ...parts: readonly PlannedPart[]): PlannedHost {
  return { name: desiredEntry(name).name, host: `${name}.example.internal`, parts, holds: [] };
}

function order(...hosts: readonly PlannedHost[]): readonly string[] {
  const rest = { foreign: NOTHING_FOREIGN, heldRemovals: [], removalsHash: undefined };
  const { changes } = planCluster({ cluster: CLUSTER, hosts, ...rest });
  return changes.map((change) => `${change.kind} ${nameOf(change)}`);
}

describe('planCluster, the order of writes', () => {
  it('is: what grows, what swaps, what is new, what shrinks, what goes, whatever the names', () => {
    const hosts = [
      hostOf('a', part('a', at(1), undefined)),
      hostOf('b', part('b', at(1, 2), at(1))),
      hostOf('c', part('c', undefined, at(1))),
      hostOf('d', part('d', at(1), at(2))),
      hostOf('e', part('e', at(1), at(1, 2))),
    ];
    const expected = ['update e', 'update d', 'create c', 'update b', 'delete a'];
    expect(order(...hosts)).toEqual(expected);
    expect(order(...hosts.toReversed())).toEqual(expected);
  });

  it('grows the parts of a host from the first and shrinks them from the last', () => {
    const grown = hostOf('a', part('a', at(1), at(1, 2)), part('a--p1', at(3), at(3, 4)));
    const shrunk = hostOf('b', part('b', at(1, 2), at(1)), part('b--p1', at(3, 4), at(3)));
    expect(order(shrunk, grown)).toEqual(['update a', 'update a--p1', 'update b--p1', 'update b']);
  });

  it('deletes the parts of a host from the last, because part 0 carries the marks', () => {
    const gone = hostOf('a', part('a', at(1), undefined), part('a--p1', at(2), undefined));
    expect(order(gone)).toEqual(['delete a--p1', 'delete a']);
  });

  it('adds an endpoint to the part that it moves to before the part that it leaves lets it go', () => {
    const moving = hostOf('a', part('a', at(1, 2), at(1)), part('a--p1', at(3), at(2, 3)));
    expect(order(moving)).toEqual(['update a--p1', 'update a']);
  });
});
