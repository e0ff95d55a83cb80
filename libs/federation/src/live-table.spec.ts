import type { LiveEntry } from '@isthmus/desired';
import { readLive } from '@isthmus/desired';
import type { EntryName } from '@isthmus/model';
import { liveEntry } from '@isthmus/testing';
import fc from 'fast-check';
import { LiveTable } from './live-table.js';

const entryOf = (name: string): LiveEntry => readLive(liveEntry(name));

describe('LiveTable', () => {
  it('answers as a map does, whatever is asked in which order', () => {
    const name = fc.stringMatching(/^[a-e-]{1,3}$/);
    fc.assert(
      fc.property(fc.uniqueArray(name), fc.array(name), (names, asked) => {
        const entries = names.map(entryOf);
        const map = new Map(entries.map((entry) => [entry.observed.name, entry]));
        const table = new LiveTable(entries);
        const questions = [...asked, ...names, ...names.toSorted(), ...asked] as EntryName[];
        expect(questions.map((one) => table.get(one))).toEqual(questions.map((one) => map.get(one)));
        expect(questions.map((one) => table.has(one))).toEqual(questions.map((one) => map.has(one)));
        expect(new Map(table)).toEqual(map);
        expect([table.size, new Set(table.keys()), new Set(table.values())]).toEqual([
          map.size,
          new Set(map.keys()),
          new Set(map.values()),
        ]);
        const visited: [EntryName, LiveEntry][] = [];
        table.forEach((entry, key) => visited.push([key, entry]));
        expect(visited).toEqual([...table.entries()]);
      }),
      { numRuns: 100 },
    );
  });

  it('lists by name', () => {
    expect([...new LiveTable(['c', 'a', 'b'].map(entryOf)).keys()]).toEqual(['a', 'b', 'c']);
  });
});
