import type { Answer, IsthmusError, Result } from '@isthmus/model';
import { complete, failed } from '@isthmus/model';

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextToken: string | undefined;
  readonly observedAtMs: number;
  /** Why some items of the page are missing, or undefined when none is. */
  readonly missing: IsthmusError | undefined;
}

export interface PagingOptions<Item> {
  readonly readPage: (token: string | undefined) => Promise<Result<Page<Item>, IsthmusError>>;
  readonly onPage: (items: readonly Item[]) => void;
  readonly idOf: (item: Item) => string;
  /** The error of a list that has no end: a token that comes again, or too many pages. */
  readonly endless: () => IsthmusError;
}

/** 100,000 items; far above every quota of Cloud Map. */
const MOST_PAGES = 1000;

/**
 * Reads pages until one has no token. An empty page with a token is not the end: Cloud Map filters after it has cut
 * the page. Source: Cloud Map API reference, ListServices, NextToken. The time of the answer is the first page's.
 */
export async function readPages<Item>(options: PagingOptions<Item>): Promise<Answer<readonly Item[]>> {
  const items = new Map<string, Item>();
  const tokens = new Set<string>();
  let missing: IsthmusError | undefined;
  let observedAtMs: number | undefined;
  let token: string | undefined;
  for (;;) {
    const read = await options.readPage(token);
    if (!read.ok) {
      if (observedAtMs === undefined) return failed(read.error);
      missing = read.error;
      break;
    }
    const page = read.value;
    observedAtMs ??= page.observedAtMs;
    missing ??= page.missing;
    for (const item of page.items) items.set(options.idOf(item), item);
    options.onPage(page.items);
    token = page.nextToken;
    if (token === undefined) break;
    if (tokens.has(token) || tokens.size >= MOST_PAGES) {
      missing = options.endless();
      break;
    }
    tokens.add(token);
  }
  const value = [...items.values()];
  return missing === undefined ? complete(value, observedAtMs) : { kind: 'partial', value, observedAtMs, missing };
}
