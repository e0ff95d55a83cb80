import { nearHosts } from './near-hosts.js';

const HOSTS = ['cart.shop', 'carts.shop', 'cart.shop.internal', 'orders.shop', 'users.shop'];

describe('nearHosts', () => {
  it.each<[string, string, readonly string[]]>([
    ['a letter that is missing', 'crt.shop', ['cart.shop', 'carts.shop']],
    ['a letter too much', 'ordders.shop', ['orders.shop']],
    ['another letter', 'osers.shop', ['users.shop', 'orders.shop']],
    ['another namespace', 'orders.warehouse', ['orders.shop']],
    ['a part of the name', 'shop.internal', ['cart.shop.internal']],
    ['the nearest first', 'cart.shpo', ['cart.shop', 'cart.shop.internal']],
    ['nothing where nothing is near', 'frontend.production', []],
  ])('finds %s', (_what, host, expected) => {
    expect(nearHosts(host, HOSTS)).toEqual(expected);
  });

  it('names five at most, each once', () => {
    const many = Array.from({ length: 20 }, (_, n) => `cart-${n}.shop`);
    expect(nearHosts('cart-x.shop', [...many, ...many])).toEqual([0, 1, 2, 3, 4].map((n) => `cart-${n}.shop`));
  });

  it('does not look at words that no host can be', () => {
    expect(nearHosts('x'.repeat(10_000), [...HOSTS, 'x'.repeat(9_999)])).toEqual([]);
  });
});
