import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { stringify } from 'yaml';
import { makeCertificate } from '../../apps/kube-emulator/src/certificate.js';

const TOKEN = 'canary-own-cluster-token';
const PATH = '/api/v1/namespaces/isthmus-clusters/secrets';

interface StoredSecret {
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly resourceVersion: string;
    readonly creationTimestamp: string;
  };
  readonly data: Readonly<Record<string, string>>;
}

/** The Secrets of one namespace over HTTPS, with watches: as much of an API server as the hub asks of its own. */
export class SecretsApi {
  readonly #server: Server;
  readonly #certPem: string;
  readonly #secrets = new Map<string, StoredSecret>();
  readonly #watches = new Set<{ readonly response: ServerResponse; readonly selector: string }>();
  readonly #history: { readonly version: number; readonly type: string; readonly object: StoredSecret }[] = [];
  #version = 1;
  /** Answer of every request while it is set. */
  status: number | undefined;
  /** How many lists and watches were asked for. */
  readonly asked = { lists: 0, watches: 0 };

  private constructor(server: Server, certPem: string) {
    this.#server = server;
    this.#certPem = certPem;
    server.on('request', (request, response) => this.#answer(request, response));
  }

  static async start(): Promise<SecretsApi> {
    const { keyPem, certPem } = await makeCertificate('own');
    const server = createServer({ key: keyPem, cert: certPem });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new SecretsApi(server, certPem);
  }

  /** The hub's own kubeconfig. */
  kubeconfig(): string {
    const server = `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    const data = Buffer.from(this.#certPem).toString('base64');
    return stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'own', cluster: { server, 'certificate-authority-data': data } }],
      users: [{ name: 'hub', user: { token: TOKEN } }],
      contexts: [{ name: 'own', context: { cluster: 'own', user: 'hub' } }],
      'current-context': 'own',
    });
  }

  put(name: string, kubeconfigs: Readonly<Record<string, string>>, labels = { 'isthmus.dev/cluster': 'true' }): void {
    const type = this.#secrets.has(name) ? 'MODIFIED' : 'ADDED';
    const data = Object.fromEntries(
      Object.entries(kubeconfigs).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
    );
    const metadata = {
      name,
      labels,
      resourceVersion: String(++this.#version),
      creationTimestamp: '2026-01-01T00:00:00Z',
    };
    const secret = { metadata, data };
    this.#secrets.set(name, secret);
    this.#tell(type, secret);
  }

  remove(name: string): void {
    const secret = this.#secrets.get(name);
    this.#secrets.delete(name);
    if (secret === undefined) return;
    const metadata = { ...secret.metadata, resourceVersion: String(++this.#version) };
    this.#tell('DELETED', { ...secret, metadata });
  }

  /** Ends every watch: cleanly, or in the middle of a line. */
  endWatches(how: 'end' | 'cut' | 'expire'): void {
    for (const { response } of this.#watches) {
      if (how === 'expire') response.write(`${JSON.stringify({ type: 'ERROR', object: { code: 410 } })}\n`);
      if (how === 'cut') response.destroy();
      else response.end();
    }
    this.#watches.clear();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', 'https://own');
    const selector = url.searchParams.get('labelSelector') ?? '';
    const isKnown = request.headers.authorization === `Bearer ${TOKEN}`;
    const status = this.status ?? (isKnown ? (url.pathname === PATH ? 200 : 404) : 401);
    response.writeHead(status, { 'content-type': 'application/json' });
    if (status !== 200) {
      response.end(JSON.stringify({ kind: 'Status', message: `refused ${String(request.headers.authorization)}` }));
    } else if (url.searchParams.get('watch') === 'true') {
      this.asked.watches++;
      response.flushHeaders();
      const from = Number(url.searchParams.get('resourceVersion'));
      for (const event of this.#history) if (event.version > from) write(response, selector, event);
      this.#watches.add({ response, selector });
      response.on('close', () =>
        this.#watches.forEach((one) => one.response === response && this.#watches.delete(one)),
      );
    } else {
      this.asked.lists++;
      const items = [...this.#secrets.values()].filter((secret) => isSelected(secret, selector));
      response.end(JSON.stringify({ kind: 'SecretList', metadata: { resourceVersion: String(this.#version) }, items }));
    }
  }

  #tell(type: string, object: StoredSecret): void {
    this.#history.push({ version: this.#version, type, object });
    for (const { response, selector } of this.#watches) write(response, selector, { type, object });
  }
}

function write(
  response: ServerResponse,
  selector: string,
  { type, object }: { readonly type: string; readonly object: StoredSecret },
): void {
  if (isSelected(object, selector)) response.write(`${JSON.stringify({ type, object })}\n`);
}

function isSelected({ metadata }: StoredSecret, selector: string): boolean {
  const [key = '', value] = selector.split('=');
  return metadata.labels[key] === value;
}
