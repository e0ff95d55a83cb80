import { cluster, EU, route, US } from '@isthmus/testing';

import { MappingShelf } from './mapping-shelf.js';

describe('MappingShelf', () => {
  const sources = [US, EU];
  const routes = (namespace: string) => [route({ namespaces: [namespace] })];

  it('gives clusters that want the same one work, and others their own', () => {
    const shelf = new MappingShelf();
    const work = shelf.workOf(cluster({ name: 'a', routes: routes('shop') }), sources);
    expect(shelf.workOf(cluster({ name: 'b', routes: routes('shop') }), sources)).toBe(work);
    expect(shelf.workOf(cluster({ name: 'c', routes: routes('pay') }), sources)).not.toBe(work);
    expect(shelf.workOf(cluster({ name: 'd', routes: routes('shop'), namespace: 'other' }), sources)).not.toBe(work);
  });

  it('keeps nothing of a configuration when another one is loaded', () => {
    const shelf = new MappingShelf();
    const before = cluster({ routes: routes('shop') });
    const work = shelf.workOf(before, sources);
    shelf.workOf(cluster({ routes: routes('pay') }), [...sources]);
    expect(shelf.workOf(before, sources)).not.toBe(work);
  });
});
