import { cluster, route, source } from '@isthmus/testing';
import { isRead, routeOf } from './route.js';
import type { RouteSelector } from './route-settings.js';

const NAMES = { source: 'shop-eu', account: '111122223333', region: 'eu-west-1', namespace: 'shop', service: 'cart' };

describe('routeOf', () => {
  it.each<[string, Partial<RouteSelector>, boolean]>([
    ['says nothing', {}, true],
    ['names the source', { sources: ['shop-*'] }, true],
    ['names another source', { sources: ['stock'] }, false],
    ['names the account that owns the namespace', { accounts: ['111122223333'] }, true],
    ['names another account', { accounts: ['4444*'] }, false],
    ['names the region', { regions: ['eu-*'] }, true],
    ['names another region', { regions: ['us-*'] }, false],
    ['names the namespace', { namespaces: ['shop'] }, true],
    ['names another namespace', { namespaces: ['shop-*'] }, false],
    ['names the service', { services: ['car?'] }, true],
    ['names another service', { services: ['car'] }, false],
    ['names it among others', { services: ['pay', 'cart'] }, true],
    [
      'names everything of it',
      { sources: ['*'], regions: ['eu-west-1'], namespaces: ['shop'], services: ['cart'] },
      true,
    ],
    ['names all of it but one part', { regions: ['eu-west-1'], namespaces: ['shop'], services: ['pay'] }, false],
  ])('when a route %s', (_, from, isTaken) => {
    const own = route(from);
    expect(routeOf(cluster({ routes: [own] }), NAMES)).toBe(isTaken ? own : undefined);
  });

  it('is the first of those that match', () => {
    const routes = [route({ services: ['pay'] }), route({ namespaces: ['s*'] }), route()];
    expect(routeOf(cluster({ routes }), NAMES)).toBe(routes[1]);
  });
});

describe('isRead', () => {
  it.each([
    ['nothing is said', {}, true],
    ['its namespace is not included', { namespaces: { include: ['stock'], exclude: [] } }, false],
    ['its namespace is excluded', { namespaces: { include: ['*'], exclude: ['sh*'] } }, false],
    ['its service is not included', { services: { include: ['pay'], exclude: [] } }, false],
    ['its service is excluded', { services: { include: ['*'], exclude: ['cart'] } }, false],
    ['another is excluded', { services: { include: ['c*'], exclude: ['pay'] } }, true],
  ])('when %s', (_, changes, expected) => {
    expect(isRead(source(changes), NAMES)).toBe(expected);
  });
});
