import { hashHex } from './hash.js';
import { invalid, maxResults, optionalText } from './input.js';
import type { JsonObject } from './input.js';

/** Most items that one page of a listing holds, and the number without MaxResults. */
const PAGE_SIZE = 100;

/** Where a listing goes on: after the item with this key, on this page (the first is 1). */
interface Position {
  readonly after: number;
  readonly page: number;
}

/** One page of a listing, and the token that leads to the next. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextToken: string | undefined;
}

/** What is listed: the token of one listing is refused by every other. */
export interface Listing<Item> {
  /** The operation and what it is about; filters belong in here too. */
  readonly scope: string;
  /** In ascending order of `keyOf`. */
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => number;
}

/**
 * Cuts the page that a request asks for. A filter is applied to the page *after* it was cut, as Cloud Map does, so that a page
 * may be empty and still have a token. Source: AWS Cloud Map API reference, ListServices, NextToken.
 */
export function pageOf<Item>(input: JsonObject, listing: Listing<Item>): Page<Item> {
  const size = maxResults(input, { absent: PAGE_SIZE, most: PAGE_SIZE });
  const position = positionIn(input, listing.scope);
  const rest = listing.items.filter((item) => listing.keyOf(item) > position.after);
  const items = rest.slice(0, size);
  const last = items.at(-1);
  if (last === undefined || rest.length <= size) return { items, nextToken: undefined };
  return { items, nextToken: tokenOf(listing.scope, { after: listing.keyOf(last), page: position.page + 1 }) };
}

/** The number of the page that a request asks for; 1 without a token, undefined when the token cannot be read. */
export function pageNumberOf(input: JsonObject): number | undefined {
  const token = input['NextToken'];
  if (token === undefined || token === null) return 1;
  return typeof token === 'string' ? decode(token)?.page : undefined;
}

function positionIn(input: JsonObject, scope: string): Position {
  const token = optionalText(input, 'NextToken');
  if (token === undefined) return { after: -1, page: 1 };
  const position = decode(token);
  if (position === undefined || tokenOf(scope, position) !== token) throw invalid('NextToken is not valid');
  return position;
}

/** Token: base64 of `after.page.checksum`; the checksum binds it to its listing. */
function tokenOf(scope: string, position: Position): string {
  const place = `${position.after}.${position.page}`;
  return btoa(`${place}.${hashHex(`${scope}|${place}`)}`);
}

function decode(token: string): Position | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(token) || token.length % 4 !== 0) return undefined;
  const [after, page] = atob(token).split('.').map(Number);
  if (!Number.isInteger(after) || !Number.isInteger(page)) return undefined;
  return after === undefined || page === undefined ? undefined : { after, page };
}
