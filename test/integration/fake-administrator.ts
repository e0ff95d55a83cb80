import type { AdministeredServer, Administrator, ApiAnswer, ApiRequest } from '@isthmus/kubernetes';

type Stored = { [field: string]: unknown };

/** A cluster for its administrator, in memory: objects by path, and the token controller that fills Secrets. */
export class FakeAdministrator implements Administrator {
  readonly context: string;
  server: AdministeredServer;
  readonly objects = new Map<string, Stored>();
  /** `METHOD path` of each write. */
  readonly writes: string[] = [];
  #token: string;
  #version = 0;

  constructor(
    context: string,
    place: { readonly url: string; readonly caPem: string | undefined; readonly token: string },
  ) {
    this.context = context;
    this.server = { url: place.url, caPem: place.caPem, serverName: undefined, proxyUrl: undefined };
    this.#token = place.token;
  }

  find(ending: string): Stored | undefined {
    return [...this.objects].find(([path]) => path.endsWith(ending))?.[1];
  }

  /** A change by somebody else. */
  edit(ending: string, patch: Stored): void {
    const object = this.find(ending);
    if (object === undefined) throw new Error(`no ${ending}`);
    merge(object, patch);
  }

  /** The token controller makes another token. */
  renewToken(token: string): void {
    this.#token = token;
    const secret = this.find('/secrets/isthmus-token');
    if (secret !== undefined) secret['data'] = this.#tokenData();
  }

  async send({ method, path, body }: ApiRequest): Promise<ApiAnswer> {
    const [place = ''] = path.split('?');
    if (method !== 'GET') this.writes.push(`${method} ${place}`);
    const given = (body === undefined ? {} : JSON.parse(body.text)) as Stored;
    switch (method) {
      case 'GET':
        return path.includes('labelSelector') ? this.#list(place) : this.#answer(this.objects.get(place));
      case 'POST':
        return this.#create(place, given);
      case 'PATCH':
        return this.#patch(place, given);
      case 'DELETE':
        return this.#answer(this.objects.delete(place) ? {} : undefined);
    }
  }

  #create(collection: string, object: Stored): ApiAnswer {
    const metadata = object['metadata'] as Stored & { readonly name: string };
    this.#version += 1;
    Object.assign(metadata, { uid: `u${this.#version}`, resourceVersion: String(this.#version) });
    metadata['creationTimestamp'] = '2026-01-01T00:00:00Z';
    const isToken = object['type'] === 'kubernetes.io/service-account-token';
    const stored = isToken ? { ...object, data: this.#tokenData() } : object;
    this.objects.set(`${collection}/${metadata.name}`, stored);
    return this.#answer(stored, 201);
  }

  #patch(path: string, patch: Stored): ApiAnswer {
    const object = this.objects.get(path);
    if (object === undefined) return this.#answer(undefined);
    merge(object, patch);
    return this.#answer(object);
  }

  #list(collection: string): ApiAnswer {
    const items = [...this.objects].filter(([path]) => path.startsWith(`${collection}/`)).map(([, object]) => object);
    return this.#answer({ items });
  }

  #tokenData(): Stored {
    return { token: Buffer.from(this.#token).toString('base64') };
  }

  #answer(object: Stored | undefined, status = 200): ApiAnswer {
    const missing = { kind: 'Status', reason: 'NotFound', message: 'not found' };
    return {
      status: object === undefined ? 404 : status,
      contentType: 'application/json',
      serverTimeMs: Date.now(),
      retryAfterMs: undefined,
      text: JSON.stringify(object ?? missing),
    };
  }
}

/** JSON merge patch. Source: RFC 7396. */
function merge(object: Stored, patch: Stored): void {
  for (const [key, value] of Object.entries(patch)) {
    const old = object[key];
    if (value === null) delete object[key];
    else if (isObject(value) && isObject(old)) merge(old, value);
    else object[key] = value;
  }
}

function isObject(value: unknown): value is Stored {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
