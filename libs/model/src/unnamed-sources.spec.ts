import { sourceName } from './brand.js';
import type { NamedSource, UnnamedSighting } from './unnamed-sources.js';
import { KEEP_UNNAMED_MS, unnamedSources, WATCH_UNNAMED_MS } from './unnamed-sources.js';

const [US, EU] = [sourceName('us'), sourceName('eu')];
const NOW_MS = 100 * KEEP_UNNAMED_MS;

interface Look {
  readonly mark?: string;
  readonly atMs?: number;
  readonly nowMs?: number;
  readonly monotonicMs: number;
}

/** What is due at the last of some looks at `eu`, by a replica that works with `us`. */
function dueAfter(looks: readonly Look[]): readonly string[] {
  let before: ReadonlyMap<NamedSource['source'], UnnamedSighting> = new Map();
  let last: readonly NamedSource[] = [];
  for (const { mark = '1', atMs = NOW_MS - KEEP_UNNAMED_MS, nowMs = NOW_MS, monotonicMs } of looks) {
    const named = [US, EU].map((source) => ({ source, mark, atMs }));
    const { seen, due } = unnamedSources(named, before, { own: new Set([US]), nowMs, monotonicMs });
    [before, last] = [seen, due];
  }
  return last.map(({ source }) => source);
}

describe('unnamedSources', () => {
  it.each<[string, readonly Look[], readonly string[]]>([
    [
      'is due when it was named a week ago and its mark is the same for an hour',
      [{ monotonicMs: 0 }, { monotonicMs: WATCH_UNNAMED_MS }],
      ['eu'],
    ],
    ['is not due at first sight, however old', [{ monotonicMs: WATCH_UNNAMED_MS, atMs: 0 }], []],
    ['is not due before the hour', [{ monotonicMs: 0 }, { monotonicMs: WATCH_UNNAMED_MS - 1 }], []],
    [
      'is not due before the week',
      [{ monotonicMs: 0 }, { monotonicMs: WATCH_UNNAMED_MS, atMs: NOW_MS - KEEP_UNNAMED_MS + 1 }],
      [],
    ],
    [
      'is watched anew when somebody named it, even by a clock that is years behind',
      [
        { monotonicMs: 0 },
        { monotonicMs: 1, mark: '2', atMs: 0 },
        { monotonicMs: WATCH_UNNAMED_MS, mark: '2', atMs: 0 },
      ],
      [],
    ],
    [
      'is not due because a wall clock jumped by a year',
      [{ monotonicMs: 0 }, { monotonicMs: 1, nowMs: NOW_MS + 60 * KEEP_UNNAMED_MS }],
      [],
    ],
    [
      'is not due when nobody can tell when it was named',
      [
        { monotonicMs: 0, atMs: Number.NaN },
        { monotonicMs: WATCH_UNNAMED_MS, atMs: Number.NaN },
      ],
      [],
    ],
  ])('%s', (_, looks, due) => {
    expect(dueAfter(looks)).toEqual(due);
  });

  it('forgets what is named no more in the store', () => {
    const before = new Map([[EU, { mark: '1', sinceMs: 0 }]]);
    const asked = { own: new Set([US]), nowMs: NOW_MS, monotonicMs: WATCH_UNNAMED_MS };
    expect(unnamedSources([], before, asked)).toEqual({ seen: new Map(), due: [] });
  });
});
