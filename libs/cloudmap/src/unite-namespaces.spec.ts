import type { NamespaceRecord } from '@isthmus/model';
import { complete, failed, IsthmusError } from '@isthmus/model';
import { uniteNamespaces } from './unite-namespaces.js';

const THROTTLED = new IsthmusError('throttled', 'slow down');

const namespace = (id: string, isShared: boolean): NamespaceRecord => ({
  id,
  arn: `arn:aws:servicediscovery:eu-west-1:111122223333:namespace/${id}`,
  name: id,
  httpName: id,
  partition: 'aws',
  region: 'eu-west-1',
  ownerAccount: '111122223333',
  isShared,
});
const OWN = namespace('ns-own', false);
const SHARED = namespace('ns-shared', true);

describe('uniteNamespaces', () => {
  it('is complete when both are, and as old as the older one', () => {
    expect(uniteNamespaces(complete([OWN], 2000), complete([SHARED], 1000))).toEqual(complete([OWN, SHARED], 1000));
  });

  it('is partial when one of them is', () => {
    const part = { kind: 'partial', value: [SHARED], observedAtMs: 1000, missing: THROTTLED } as const;
    const expected = { kind: 'partial', value: [OWN, SHARED], missing: THROTTLED };
    expect(uniteNamespaces(complete([OWN], 1000), part)).toMatchObject(expected);
    expect(uniteNamespaces({ ...part, value: [OWN] }, complete([SHARED], 1000))).toMatchObject(expected);
  });

  it('is partial when the shared ones were not read', () => {
    const expected = { kind: 'partial', value: [OWN], observedAtMs: 1000, missing: THROTTLED };
    expect(uniteNamespaces(complete([OWN], 1000), failed(THROTTLED))).toEqual(expected);
  });

  it('takes a namespace that both hold for an own one', () => {
    const both = uniteNamespaces(complete([OWN], 1000), complete([{ ...OWN, isShared: true }], 1000));
    expect(both).toEqual(complete([OWN], 1000));
  });
});
