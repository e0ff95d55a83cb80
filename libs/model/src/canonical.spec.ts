import fc from 'fast-check';
import type { Json } from './canonical.js';
import { canonicalJson } from './canonical.js';

describe('canonicalJson', () => {
  it('is JSON of the same value, for any value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value as Json))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('does not depend on the order in which members were set', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).toReversed());
        expect(canonicalJson(reversed as Json)).toBe(canonicalJson(value as Json));
      }),
    );
  });

  it('leaves undefined members out and escapes what JSON escapes', () => {
    expect(canonicalJson({ b: undefined, a: 'x"\n\\ü' })).toBe('{"a":"x\\"\\n\\\\ü"}');
    expect(canonicalJson([])).toBe('[]');
  });
});
