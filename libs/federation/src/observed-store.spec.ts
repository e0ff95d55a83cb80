import type { ObservedEntry } from '@isthmus/model';
import { OBJECT } from '@isthmus/model';
import { liveEntry } from '@isthmus/testing';

import { ObservedStore } from './observed-store.js';
import { atOnce } from './slices.js';

describe('ObservedStore', () => {
  const storeWith = (...items: ObservedEntry[]): ObservedStore => {
    const store = new ObservedStore();
    atOnce(store.replaceAll({ items, serverTimeMs: 0 }));
    return store;
  };
  const sweep = (store: ObservedStore, ...items: ObservedEntry[]): void => store.sweep({ items, serverTimeMs: 0 });

  it('keeps the identity of its entries when a sweep shows nothing new', () => {
    const store = storeWith(liveEntry('b'), liveEntry('a'));
    const before = store.entries;
    sweep(store, liveEntry('a'), liveEntry('b'));
    expect(store.entries).toBe(before);
    expect(before.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(store.doubtful).toEqual([]);
  });

  it('adopts the resourceVersion that a status write of istiod left, without a read', () => {
    const store = storeWith(liveEntry('a'));
    sweep(store, liveEntry('a', { resourceVersion: '2' }));
    expect(store.entries[0]?.resourceVersion).toBe('2');
    expect(store.doubtful).toEqual([]);
  });

  const labels = { ...liveEntry('a').labels };
  it.each<[string, Partial<ObservedEntry>]>([
    ['its generation', { generation: 2 }],
    ['a label', { labels: { ...labels, [OBJECT.hub]: 'other' } }],
    ['an annotation', { annotations: {} }],
    ['its owners', { owners: ['v1/Pod'] }],
    ['its end', { isTerminating: true }],
    ['its uid', { uid: 'another' }],
  ])('doubts an object when a sweep shows another resourceVersion and %s changed', (_, change) => {
    const store = storeWith(liveEntry('a'));
    sweep(store, liveEntry('a', { resourceVersion: '2', ...change }));
    expect(store.doubtful).toEqual(['a']);
  });

  it('doubts an object that it has never seen, and drops one that is gone', () => {
    const store = storeWith(liveEntry('a'));
    sweep(store, liveEntry('new'));
    expect(store.doubtful).toEqual(['new']);
    expect(store.entries).toEqual([]);
  });

  it('believes a full read: the doubt ends, an absent object is dropped', () => {
    const store = storeWith(liveEntry('a'), liveEntry('b'));
    store.doubt(liveEntry('a').name);
    store.doubt(liveEntry('b').name);
    store.put(liveEntry('a').name, liveEntry('a', { generation: 5 }));
    store.put(liveEntry('b').name, undefined);
    expect(store.entries.map(({ name, generation }) => [name, generation])).toEqual([['a', 5]]);
    expect(store.doubtful).toEqual([]);
  });

  it('reads the highest epoch from objects of this hub only, and none from nonsense', () => {
    const withEpoch = (name: string, epoch: string, hub = 'test'): ObservedEntry =>
      liveEntry(name, { annotations: { [OBJECT.epoch]: epoch }, labels: { ...labels, [OBJECT.hub]: hub } });
    const store = storeWith(
      withEpoch('a', '4'),
      withEpoch('b', '9', 'other'),
      withEpoch('c', '1e999'),
      withEpoch('d', 'x'),
    );
    expect(store.highestEpoch(['test'])).toBe(4);
  });
});
