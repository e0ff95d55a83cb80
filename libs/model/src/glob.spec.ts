import { matchesAny, matchesGlob } from './glob.js';

describe('matchesGlob', () => {
  it.each([
    ['shop*', 'shop', true],
    ['shop*', 'shop-eu', true],
    ['shop*', 'my-shop', false],
    ['*.example.com', 'a.b.example.com', true],
    ['*.example.com', 'example.com', false],
    ['tmp-?', 'tmp-1', true],
    ['tmp-?', 'tmp-', false],
    ['tmp-?', 'tmp-12', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['shop', 'Shop', false],
    ['[a-z]', 'a', false],
    ['a.b', 'axb', false],
    ['', '', true],
  ])('%s and %s: %s', (pattern, name, expected) => {
    expect(matchesGlob(pattern, name)).toBe(expected);
  });

  it('answers at once, whatever the pattern', () => {
    expect(matchesGlob(`${'a*'.repeat(500)}b`, 'a'.repeat(1_000))).toBe(false);
  });
});

describe('matchesAny', () => {
  it('takes everything without a list, nothing with an empty one, and else what one of its globs matches', () => {
    expect([undefined, [], ['b', 'a*'], ['b']].map((globs) => matchesAny(globs, 'abc'))).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});
