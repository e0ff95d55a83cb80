import fc from 'fast-check';
import { withChanges } from './layered-map.js';

const SIZES = [3, 998, 1_005];
const changes = fc.array(
  fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 1_200 }), fc.option(fc.integer(), { nil: undefined, freq: 20 })), {
    minLength: 1,
    maxLength: 60,
    selector: ([key]) => key,
  }),
  { minLength: 1, maxLength: 8 },
);

describe('withChanges', () => {
  it.each(SIZES)('gives what a changed copy would be, for any changes to %i entries', (size) => {
    fc.assert(
      fc.property(changes, (steps) => {
        const first = new Map(Array.from({ length: size }, (_, i) => [i, i]));
        const copy = new Map(first);
        let map: ReadonlyMap<number, number> = first;
        for (const step of steps) {
          const before = [...map];
          const last = map;
          map = withChanges(map, new Map(step));
          for (const [key, value] of step) {
            if (value === undefined) copy.delete(key);
            else copy.set(key, value);
          }
          expect([...last]).toEqual(before);
          expect(new Map(map)).toEqual(copy);
          expect(map.size).toBe(copy.size);
          expect([...map.keys()].length).toBe(copy.size);
          for (const [key] of step) expect([map.get(key), map.has(key)]).toEqual([copy.get(key), copy.has(key)]);
          expect(JSON.parse(JSON.stringify([...map.values()]))).toEqual([...map].map(([, value]) => value));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('copies a large map once in many changes', () => {
    const large = new Map(Array.from({ length: 5_000 }, (_, i) => [i, i]));
    let map: ReadonlyMap<number, number> = large;
    let copies = 0;
    for (let i = 0; i < 1_000; i++) {
      map = withChanges(map, new Map([[i, -1]]));
      if (map instanceof Map) copies += 1;
    }
    expect(copies).toBeLessThan(10);
    expect(map.get(999)).toBe(-1);
    expect(large.get(0)).toBe(0);
  });
});
