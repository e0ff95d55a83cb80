import { parseEntry, parseItems, parseMetadata } from './observed-entry.js';

const metadata = { name: 'a', uid: 'u', resourceVersion: '7', generation: 2 };

describe('parseMetadata', () => {
  it('takes what decisions need', () => {
    const object = {
      metadata: {
        ...metadata,
        labels: { a: 'b' },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p' }],
        deletionTimestamp: '2026-01-01T00:00:00Z',
      },
    };
    expect(parseMetadata(object)).toEqual({
      ...metadata,
      labels: { a: 'b' },
      annotations: {},
      owners: ['v1/Pod'],
      isTerminating: true,
    });
  });

  it.each([
    ['no object', 'text'],
    ['no metadata', {}],
    ['no uid', { metadata: { ...metadata, uid: '' } }],
    ['a resourceVersion that is a number', { metadata: { ...metadata, resourceVersion: 7 } }],
    ['a generation that is no number', { metadata: { ...metadata, generation: 'x' } }],
  ])('takes nothing from %s', (_, object) => expect(parseMetadata(object)).toBeUndefined());
});

describe('parseEntry', () => {
  it('keeps the spec as it is, and the hosts that are texts', () => {
    const spec = { hosts: ['a.b', 7], endpoints: 'odd' };
    expect(parseEntry({ metadata, spec })?.spec).toEqual({ hosts: ['a.b'], raw: spec });
    expect(parseEntry({ metadata })?.spec.hosts).toEqual([]);
  });
});

describe('parseItems', () => {
  it('takes null for empty where the answer is a list, as one of metadata without items is', () => {
    expect(parseItems({ kind: 'PartialObjectMetadataList', items: null })).toEqual([]);
    expect(parseItems({ kind: 'ServiceEntryList', items: [1] })).toEqual([1]);
  });

  it.each([
    ['what is no list', { kind: 'Status', items: null }],
    ['a list without items', { kind: 'PartialObjectMetadataList' }],
    ['items that are no list', { kind: 'PartialObjectMetadataList', items: {} }],
    ['no object', 'text'],
  ])('never takes %s for empty', (_, body) => expect(parseItems(body)).toBeUndefined());
});
