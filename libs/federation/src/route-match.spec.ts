import { cluster, route, source } from '@isthmus/testing';

import { routesSource } from './route-match.js';

describe('routesSource', () => {
  const eu = source({ name: 'shop-eu', region: 'eu-west-1' });

  it.each([
    ['any route takes everything', [route()], true],
    ['a route names its region', [route({ regions: ['us-east-1'] }), route({ regions: ['eu-*'] })], true],
    ['a route names it', [route({ sources: ['shop-*'] })], true],
    ['only accounts are named, because a source also sees what others share', [route({ accounts: ['1'] })], true],
    ['every route names other regions', [route({ regions: ['us-east-1'] })], false],
    ['a route names it, but another region', [route({ sources: ['shop-eu'], regions: ['us-east-1'] })], false],
    ['there is no route', [], false],
  ])('when %s', (_, routes, expected) => {
    expect(routesSource(cluster({ routes }), eu)).toBe(expected);
  });
});
