import type { DiscoverInstancesCommandOutput, HttpInstanceSummary } from '@aws-sdk/client-servicediscovery';
import type { Answer, CompleteAnswer, Instance, InstancesAnswer } from '@isthmus/model';
import { complete, failed, IsthmusError } from '@isthmus/model';
import { confirmMembership, readDiscovery } from './discovery-answer.js';
import type { CallSite } from './translate-error.js';

const SITE: CallSite = { source: 'shop', region: 'eu-west-1', operation: 'DiscoverInstances', subject: 'service s' };
const AT_MS = 1_700_000_000_000;

const summary = (InstanceId: string | undefined): HttpInstanceSummary => ({ InstanceId, HealthStatus: 'HEALTHY' });
const instance = (id: string): Instance => ({ id, health: 'HEALTHY', attributes: new Map() });
const listed = (id: string): Instance => ({ id, health: 'UNKNOWN', attributes: new Map() });
const reading = (...ids: readonly string[]): CompleteAnswer<InstancesAnswer> =>
  complete({ instances: ids.map(instance), revision: 7 }, AT_MS);
const read = (output: Partial<DiscoverInstancesCommandOutput>): Answer<InstancesAnswer> =>
  readDiscovery({ output: { $metadata: {}, ...output }, observedAtMs: AT_MS }, [], SITE);

describe('readDiscovery', () => {
  it('is complete with instances and revision', () => {
    expect(read({ Instances: [summary('a')], InstancesRevision: 7 })).toEqual(reading('a'));
  });

  it('is complete and empty when the list is there and empty', () => {
    expect(read({ Instances: [], InstancesRevision: 7 })).toEqual(reading());
  });

  it.each<[string, Partial<DiscoverInstancesCommandOutput>]>([
    ['no list', { InstancesRevision: 7 }],
    ['no revision', { Instances: [] }],
    ['a revision that is not a safe integer', { Instances: [], InstancesRevision: 2 ** 53 }],
    ['nothing at all', {}],
    ['an instance twice', { Instances: [summary('a'), summary('a')], InstancesRevision: 7 }],
  ])('is failed, not empty, for an answer with %s', (_, output) => {
    expect(read(output)).toMatchObject({ kind: 'failed', error: { code: 'invalid-answer' } });
  });

  it('is partial when an instance could not be read, so that it is not taken for gone', () => {
    const answer = read({ Instances: [summary('a'), summary(undefined)], InstancesRevision: 7 });
    expect(answer).toMatchObject({ kind: 'partial', value: { revision: 7 }, missing: { code: 'invalid-answer' } });
  });
});

describe('confirmMembership', () => {
  it('is complete when the control plane lists the very same instances', () => {
    const answer = confirmMembership(reading('a', 'b'), complete([listed('b'), listed('a')], AT_MS), SITE);
    expect(answer).toEqual(reading('a', 'b'));
  });

  it('is truncated, with both together, when the control plane lists more', () => {
    const answer = confirmMembership(reading('a'), complete([listed('a'), listed('b')], AT_MS), SITE);
    expect(answer).toMatchObject({
      kind: 'partial',
      value: { instances: [instance('a'), listed('b')], revision: 7 },
      missing: { code: 'truncated' },
    });
  });

  it('is truncated when the control plane lists fewer', () => {
    const answer = confirmMembership(reading('a', 'b'), complete([listed('a')], AT_MS), SITE);
    expect(answer).toMatchObject({ kind: 'partial', missing: { code: 'truncated' } });
  });

  it('is truncated when the control plane was not read to its end', () => {
    const missing = new IsthmusError('throttled', 'slow down');
    const part = { kind: 'partial', value: [listed('a')], observedAtMs: AT_MS, missing } as const;
    expect(confirmMembership(reading('a'), part, SITE)).toMatchObject({ missing: { code: 'truncated' } });
  });

  it('is truncated, and says why, when the control plane did not answer', () => {
    const answer = confirmMembership(reading('a'), failed(new IsthmusError('access-denied', 'no')), SITE);
    expect(answer).toMatchObject({ kind: 'partial', value: { instances: [instance('a')] } });
    expect(answer.kind === 'partial' ? answer.missing.message : '').toContain('ListInstances ended with access-denied');
  });
});
