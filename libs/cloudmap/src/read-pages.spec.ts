import { err, IsthmusError, ok } from '@isthmus/model';
import type { Answer } from '@isthmus/model';
import type { Page } from './read-pages.js';
import { readPages } from './read-pages.js';

const THROTTLED = new IsthmusError('throttled', 'slow down');
const MALFORMED = new IsthmusError('invalid-answer', 'malformed');

const page = (items: readonly string[], nextToken?: string, changes: Partial<Page<string>> = {}): Page<string> => ({
  items,
  nextToken,
  observedAtMs: 1000,
  missing: undefined,
  ...changes,
});

const read = async (
  pages: readonly (Page<string> | IsthmusError)[],
): Promise<{
  readonly answer: Answer<readonly string[]>;
  readonly seen: readonly (readonly string[])[];
  readonly tokens: readonly (string | undefined)[];
}> => {
  const seen: (readonly string[])[] = [];
  const tokens: (string | undefined)[] = [];
  const answer = await readPages<string>({
    readPage: (token) => {
      tokens.push(token);
      const next = pages[tokens.length - 1] ?? new IsthmusError('internal-error', 'no such page');
      return Promise.resolve(next instanceof IsthmusError ? err(next) : ok(next));
    },
    onPage: (items) => seen.push(items),
    idOf: (item) => item,
    endless: () => MALFORMED,
  });
  return { answer, seen, tokens };
};

describe('readPages', () => {
  it('reads on until a page has no token, over empty pages too', async () => {
    const { answer, seen, tokens } = await read([page([], 't1'), page(['a'], 't2'), page([], 't3'), page(['b'])]);
    expect(answer).toEqual({ kind: 'complete', value: ['a', 'b'], observedAtMs: 1000 });
    expect(seen).toEqual([[], ['a'], [], ['b']]);
    expect(tokens).toEqual([undefined, 't1', 't2', 't3']);
  });

  it('dates the answer by its first page', async () => {
    const { answer } = await read([page(['a'], 't1'), page(['b'], undefined, { observedAtMs: 9000 })]);
    expect(answer).toMatchObject({ observedAtMs: 1000 });
  });

  it('is partial, with what was read and the reason, when a later page fails', async () => {
    const { answer, seen } = await read([page(['a'], 't1'), THROTTLED]);
    expect(answer).toEqual({ kind: 'partial', value: ['a'], observedAtMs: 1000, missing: THROTTLED });
    expect(seen).toEqual([['a']]);
  });

  it('is failed when the first page fails', async () => {
    expect((await read([THROTTLED])).answer).toEqual({ kind: 'failed', error: THROTTLED });
  });

  it('is partial when a page holds items that could not be read, although all pages came', async () => {
    const { answer } = await read([page(['a'], 't1', { missing: MALFORMED }), page(['b'])]);
    expect(answer).toMatchObject({ kind: 'partial', value: ['a', 'b'], missing: MALFORMED });
  });

  it('is partial when a token comes again, and does not read for ever', async () => {
    const { answer, tokens } = await read([page(['a'], 't1'), page(['b'], 't2'), page(['c'], 't1')]);
    expect(answer).toMatchObject({ kind: 'partial', value: ['a', 'b', 'c'], missing: MALFORMED });
    expect(tokens).toHaveLength(3);
  });

  it('is partial after 1,000 pages', async () => {
    const endless = Array.from({ length: 2000 }, (_, index) => page([`item-${index}`], `token-${index}`));
    const { answer, tokens } = await read(endless);
    expect(answer).toMatchObject({ kind: 'partial', missing: MALFORMED });
    expect(tokens).toHaveLength(1001);
  });

  it('names an item once that two pages hold', async () => {
    expect((await read([page(['a', 'b'], 't1'), page(['b', 'c'])])).answer).toMatchObject({ value: ['a', 'b', 'c'] });
  });
});
