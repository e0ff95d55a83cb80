import fc from 'fast-check';
import { ItemScanner } from './item-scanner.js';

/** Reads a text in pieces that end at these places. */
function scan(text: string, cuts: readonly number[]): { readonly items: readonly unknown[]; readonly frame: string } {
  const bytes = Buffer.from(text);
  const items: unknown[] = [];
  const scanner = new ItemScanner((item) => items.push(item));
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  let from = 0;
  for (const end of [...ends, bytes.length]) {
    scanner.feed(bytes.subarray(from, end));
    from = end;
  }
  return { items, frame: scanner.frame() };
}

const anObject = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue());
const someCuts = fc.array(fc.nat(5_000), { maxLength: 8 });

describe('ItemScanner', () => {
  it('gives every object of items, and the list without them, however it arrives', () => {
    const list = fc.record({
      kind: fc.constant('ServiceEntryList'),
      metadata: anObject,
      items: fc.array(anObject, { maxLength: 6 }),
      also: fc.jsonValue(),
    });
    const spaces = fc.constantFrom(undefined, 1, '\t');
    fc.assert(
      fc.property(list, someCuts, spaces, (value, cuts, indent) => {
        const text = JSON.stringify(value, null, indent);
        const { items, frame } = scan(text, cuts);
        const whole = JSON.parse(text) as typeof value;
        expect(items).toEqual(whole.items);
        expect(JSON.parse(frame)).toEqual({ ...whole, items: [] });
      }),
      { numRuns: 500 },
    );
  });

  it('never makes JSON of what is none: cut at any place, it has no frame', () => {
    const text = JSON.stringify({ kind: 'List', items: [{ a: '}],"' }, { b: { items: [{ c: 1 }] } }], metadata: {} });
    for (let end = 0; end < text.length; end++) {
      expect(() => JSON.parse(scan(text.slice(0, end), []).frame) as unknown).toThrow(SyntaxError);
    }
  });

  it.each([
    ['leaves an items that is null in the frame', '{"kind":"List","items":null}', 0],
    ['leaves items of a deeper object alone', '{"metadata":{"items":[{"a":1}]},"items":[{"b":1}]}', 1],
    ['leaves what is no object in the frame', '{"items":[1,{"a":1}]}', 1],
    ['leaves lists in the frame', '{"items":[[{"a":1}]]}', 0],
    ['takes a name for what it says, not for a part of a text', '{"x":"\\"items\\":","items":[{}]}', 1],
  ])('%s', (_, text, count) => {
    const { items, frame } = scan(text, []);
    expect(items).toHaveLength(count);
    expect(() => JSON.parse(frame) as unknown).not.toThrow();
  });

  it('throws where an item is no JSON', () => {
    expect(() => scan('{"items":[{"a":}]}', [])).toThrow(SyntaxError);
  });
});
