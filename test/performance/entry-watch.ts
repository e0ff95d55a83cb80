import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { createInterface } from 'node:readline';
import type { ApiServer } from '../e2e/servers/api-server.js';

const COLLECTION = '/apis/networking.istio.io/v1/namespaces/isthmus/serviceentries';

interface WatchEvent {
  readonly object: {
    readonly metadata: { readonly name: string };
    readonly spec?: { readonly endpoints?: readonly { readonly address: string }[] };
  };
}

/** Sees the ServiceEntries of a cluster change at the moment when the API server tells of it. */
export class EntryWatch {
  readonly #request: ClientRequest;
  readonly #awaited = new Map<string, () => void>();

  private constructor(sent: ClientRequest) {
    this.#request = sent;
  }

  /** Resolves when the API server has begun to answer: from then on nothing is missed. */
  static async open(server: ApiServer): Promise<EntryWatch> {
    const { text } = await server.call({ path: `${COLLECTION}?limit=1` });
    const { metadata } = JSON.parse(text) as { readonly metadata: { readonly resourceVersion: string } };
    const url = new URL(`${COLLECTION}?watch=1&resourceVersion=${metadata.resourceVersion}`, server.url);
    const headers = { authorization: `Bearer ${server.adminToken}` };
    const sent = request(url, { ca: server.caPem, agent: false, headers }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    if (response.statusCode !== 200) throw new Error(`the watch was answered ${response.statusCode}`);
    const watch = new EntryWatch(sent);
    sent.on('error', () => undefined);
    // It ends with the watch, which its owner closes.
    createInterface({ input: response.on('error', () => undefined) })
      .on('error', () => undefined)
      .on('line', (line) => watch.#take(JSON.parse(line) as WatchEvent));
    return watch;
  }

  /** Resolves with the time at which an entry came to have an address. To be called before it can. */
  seen(entry: string, address: string): Promise<number> {
    return new Promise((resolve) => {
      this.#awaited.set(`${entry} ${address}`, () => resolve(performance.now()));
    });
  }

  close(): void {
    this.#request.destroy();
  }

  #take({ object }: WatchEvent): void {
    for (const { address } of object.spec?.endpoints ?? []) {
      const key = `${object.metadata.name} ${address}`;
      this.#awaited.get(key)?.();
      this.#awaited.delete(key);
    }
  }
}
