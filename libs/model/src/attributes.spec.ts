import { attributesOf } from './attributes.js';

describe('attributesOf', () => {
  const pairs: readonly (readonly [string, string])[] = [
    ['stage', 'beta'],
    ['__proto__', 'x'],
    ['a', '1'],
  ];

  it('is a map of names to values, in the order of the names', () => {
    const attributes = attributesOf(pairs);
    expect([...attributes]).toEqual([
      ['__proto__', 'x'],
      ['a', '1'],
      ['stage', 'beta'],
    ]);
    expect([attributes.size, attributes.get('stage'), attributes.has('__proto__')]).toEqual([3, 'beta', true]);
  });

  it('knows nothing of a name that is not there, not even of one that every object has', () => {
    const attributes = attributesOf([['a', '1']]);
    expect([attributes.get('b'), attributes.has('toString'), attributes.get('toString')]).toEqual([
      undefined,
      false,
      undefined,
    ]);
    expect(attributesOf([]).size).toBe(0);
  });

  it('stands as pairs in JSON, and is equal to what is made of them again', () => {
    const json = JSON.stringify(attributesOf(pairs));
    expect(attributesOf(JSON.parse(json) as [string, string][])).toEqual(attributesOf(pairs));
  });
});
