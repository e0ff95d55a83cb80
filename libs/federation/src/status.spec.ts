import type { Hold, Plan } from '@isthmus/model';
import { cluster, configuration, createOf, desiredEntry, EPOCH_MS, planOf } from '@isthmus/testing';

import type { ClusterView } from './cluster-reconciler.js';
import { newClusterMemory } from './decide-cluster.js';
import { readStatus } from './status.js';

function viewOf(plan: Partial<Plan>, changes: Partial<ClusterView> = {}): ClusterView {
  const counts = { desiredCount: 1, liveObjects: 1, liveEndpoints: 2 };
  const nothing = { rejections: [], refused: [], warnings: [], referenced: [], nextDueMs: undefined };
  const decision = { plan: planOf(plan), memory: newClusterMemory(), ...counts, ...nothing };
  return { connection: 'up', decision, isOutdated: false, error: undefined, epoch: 3, lastAppliedAtMs: 0, ...changes };
}

function statusOf(view: ClusterView, settings = cluster()) {
  const input = { configuration: configuration(), nowMs: EPOCH_MS, sources: [] };
  return readStatus({ ...input, clusters: [{ settings, view }] });
}

describe('readStatus', () => {
  const hold = (reason: Hold['reason']): Partial<Plan> => ({
    holds: [{ name: desiredEntry('a').name, host: 'a.b', reason, detail: 'why' }],
  });

  it.each<[string, ClusterView]>([
    ['synced', viewOf({})],
    ['out-of-sync', viewOf({ changes: [createOf(desiredEntry('a'))] })],
    ['held', viewOf(hold('foreign-owner'))],
    ['synced', viewOf(hold('pending-delete'))],
    ['unknown', viewOf({}, { connection: 'down' })],
    ['unknown', viewOf({}, { decision: undefined })],
    ['unknown', viewOf({}, { isOutdated: true })],
    ['out-of-sync', viewOf({ changes: [createOf(desiredEntry('a'))] }, { isOutdated: true })],
  ])('says %s', (sync, view) => {
    expect(statusOf(view).clusters[0]?.sync).toBe(sync);
  });

  it('counts the plan by kind and shows its hashes', () => {
    const plan = { changes: [createOf(desiredEntry('a'))], hash: 'abc', removalsHash: 'def' };
    expect(statusOf(viewOf(plan)).clusters[0]?.plan).toEqual({
      create: 1,
      update: 0,
      mark: 0,
      delete: 0,
      hash: 'abc',
      removals: 'def',
    });
  });

  it('shows times in ISO 8601 and errors with the time since which they last', () => {
    const error = { code: 'timeout', message: 'silence', sinceMs: 1_000 } as const;
    expect(statusOf(viewOf({}, { error })).clusters[0]).toMatchObject({
      lastAppliedAt: '1970-01-01T00:00:00.000Z',
      error: { code: 'timeout', message: 'silence', since: '1970-01-01T00:00:01.000Z' },
    });
  });

  it('warns that istiod does not read the entries of a remote, unless nothing is pushed to it', () => {
    const warnings = (push: boolean): number =>
      statusOf(viewOf({}), cluster({ role: 'remote', push })).clusters[0]?.warnings.length ?? 0;
    expect([warnings(true), warnings(false)]).toEqual([2, 0]);
  });
});
