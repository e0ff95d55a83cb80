import type {
  $Command,
  ServiceDiscoveryClient,
  ServiceDiscoveryClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes,
} from '@aws-sdk/client-servicediscovery';
import type { Answer, IsthmusError, Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import type { ApiCaller } from './api-caller.js';
import type { CallSite } from './translate-error.js';
import { invalidAnswer } from './translate-error.js';
import type { Operation } from './operation.js';
import type { Page } from './read-pages.js';
import { readPages } from './read-pages.js';
import { parseItems } from './parsing.js';

/** A listing operation of the API, and how its answers are read. */
export interface Listing<Input extends ServiceInputTypes, Output extends ServiceOutputTypes, Raw, Item> {
  readonly operation: Operation;
  readonly subject: string;
  readonly command: (token: string | undefined) => $Command<Input, Output, ServiceDiscoveryClientResolvedConfig>;
  readonly rawItems: (output: Output) => readonly Raw[] | undefined;
  readonly parse: (raw: Raw) => Item | undefined;
  readonly idOf: (item: Item) => string;
  readonly onPage: (items: readonly Item[]) => void;
}

/** Reads lists page by page through one client; each page is a call of its own, with its own rate limit and deadline. */
export class ListReader {
  readonly #caller: ApiCaller;
  readonly #client: ServiceDiscoveryClient;

  constructor(caller: ApiCaller, client: ServiceDiscoveryClient) {
    this.#caller = caller;
    this.#client = client;
  }

  read<Input extends ServiceInputTypes, Output extends ServiceOutputTypes & { NextToken?: string }, Raw, Item>(
    listing: Listing<Input, Output, Raw, Item>,
    signal: AbortSignal,
  ): Promise<Answer<readonly Item[]>> {
    const { operation, subject, idOf, onPage } = listing;
    const site = this.#caller.site(operation, subject);
    return readPages<Item>({
      readPage: async (token): Promise<Result<Page<Item>, IsthmusError>> => {
        const request = { client: this.#client, operation, subject, command: listing.command(token) };
        const reply = await this.#caller.call(request, signal);
        if (!reply.ok) return err(reply.error.error);
        return pageOf(reply.value.output, listing, { site, observedAtMs: reply.value.observedAtMs });
      },
      onPage,
      idOf,
      endless: () => invalidAnswer(site, 'the list has no end'),
    });
  }
}

function pageOf<Input extends ServiceInputTypes, Output extends ServiceOutputTypes & { NextToken?: string }, Raw, Item>(
  output: Output,
  listing: Listing<Input, Output, Raw, Item>,
  answered: { readonly site: CallSite; readonly observedAtMs: number },
): Result<Page<Item>, IsthmusError> {
  const { site, observedAtMs } = answered;
  const parsed = parseItems(listing.rawItems(output), listing.parse);
  if (parsed === undefined) return err(invalidAnswer(site, 'it holds no list'));
  const { items, unreadableCount } = parsed;
  const missing = unreadableCount === 0 ? undefined : invalidAnswer(site, `${unreadableCount} items are malformed`);
  return ok({ items, observedAtMs, missing, nextToken: output.NextToken || undefined });
}
