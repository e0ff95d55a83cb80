import { matchesGlob } from '@isthmus/model';
import * as fc from 'fast-check';
import { covers } from './glob-cover.js';

const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 6 });
const name = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 });

describe('covers', () => {
  it('never says so of a glob that matches a name which the wider one does not', () => {
    fc.assert(
      fc.property(pattern, pattern, name, (wide, glob, text) => {
        fc.pre(covers([wide], glob) && matchesGlob(glob, text));
        return matchesGlob(wide, text);
      }),
      { numRuns: 500 },
    );
  });

  it.each<[readonly string[] | undefined, string, boolean]>([
    [undefined, '*', true],
    [['*'], 'shop-?', true],
    [['shop*'], 'shop-*', true],
    [['shop-*'], 'shop*', false],
    [['shop?'], 'shop*', false],
    [['shop?'], 'shop1', true],
    [['a', 'b'], '*', false],
  ])('compares lists by their entries: %j over %s', (globs, glob, expected) => {
    expect(covers(globs, glob)).toBe(expected);
  });
});
