import { matchesGlob } from '@isthmus/model';
import fc from 'fast-check';
import { commonName, commonNames } from './glob-overlap.js';

describe('commonName', () => {
  it.each([
    ['shop', 'shop', 'shop'],
    ['shop', 'sh*', 'shop'],
    ['*', '*', 'any'],
    ['shop*', '*-eu', 'shopany-eu'],
    ['a?c', '?b*', 'abc'],
    ['', '*', ''],
  ])('finds for %j and %j a name as general as they are', (a, b, name) => {
    expect(commonName(a, b)).toBe(name);
  });

  it.each([
    ['shop', 'shops'],
    ['a*', 'b*'],
    ['*x', '*y'],
    ['?', ''],
  ])('finds none for %j and %j', (a, b) => {
    expect(commonName(a, b)).toBeUndefined();
  });

  it('gives a name that both match, and finds one whenever there is one', () => {
    const glob = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 6 });
    const name = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 });
    fc.assert(
      fc.property(glob, glob, name, (a, b, some) => {
        const found = commonName(a, b);
        if (found !== undefined) expect([matchesGlob(a, found), matchesGlob(b, found)]).toEqual([true, true]);
        else expect(matchesGlob(a, some) && matchesGlob(b, some)).toBe(false);
      }),
      { numRuns: 5_000 },
    );
  });

  it('takes no longer for globs full of stars', () => {
    expect(commonName('*a'.repeat(100), `${'*b'.repeat(100)}c`)).toBeUndefined();
  });
});

describe('commonNames', () => {
  it('takes an absent list for everything', () => {
    expect(commonNames(undefined, ['a', 'b*'])).toEqual(['a', 'bany']);
    expect(commonNames([], undefined)).toEqual([]);
  });
});
