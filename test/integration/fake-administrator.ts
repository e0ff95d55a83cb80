import type { AdministeredServer, Administrator, ApiAnswer, ApiRequest } from '@isthmus/kubernetes';

type Stored = { [field: string]: unknown };

/** A cluster for its administrator, in memory: objects by path, and the token controller that fills Secrets. */
export class FakeAdministrator implements Administrator {
  readonly context: string;
  server: AdministeredServer;
  readonly objects = new Map<string, Stored>();
  /** `METHOD path` of each write. */
  readonly writes: string[] = [];
  /** Called before each write is carried out: what somebody else does at that moment. */
  beforeWrite: (write: string) => void = () => undefined;
  readonly #system: Stored;
  #token: string;
  #version = 0;

  constructor(
    context: string,
    place: { readonly url: string; readonly caPem: string | undefined; readonly token: string },
  ) {
    this.context = context;
    this.server = { url: place.url, caPem: place.caPem, serverName: undefined, proxyUrl: undefined };
    this.#token = place.token;
    this.#system = { metadata: { name: 'kube-system', uid: `of-${context}` } };
  }

  find(ending: string): Stored | undefined {
    return [...this.objects].find(([path]) => path.endsWith(ending))?.[1];
  }

  /** A change by somebody else. */
  edit(ending: string, patch: Stored): void {
    const object = this.find(ending);
    if (object === undefined) throw new Error(`no ${ending}`);
    merge(object, patch);
    this.#touch(object);
  }

  /** The token controller makes another token. */
  renewToken(token: string): void {
    this.#token = token;
    const secret = this.find('/secrets/isthmus-token');
    if (secret !== undefined) secret['data'] = this.#tokenData();
  }

  async send({ method, path, body }: ApiRequest): Promise<ApiAnswer> {
    const [place = ''] = path.split('?');
    if (place === '/api/v1/namespaces/kube-system') return this.#answer(this.#system);
    if (method !== 'GET') {
      this.writes.push(`${method} ${place}`);
      this.beforeWrite(`${method} ${place}`);
    }
    const given = (body === undefined ? {} : JSON.parse(body.text)) as Stored;
    switch (method) {
      case 'GET':
        return path.includes('labelSelector') ? this.#list(place) : this.#answer(this.objects.get(place));
      case 'POST':
        return this.#create(place, given);
      case 'PATCH':
        return this.#patch(place, given);
      case 'DELETE':
        return this.#delete(place, given);
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
    if (!isAsSeen(object, patch['metadata'])) return this.#conflict();
    merge(object, patch);
    this.#touch(object);
    return this.#answer(object);
  }

  #delete(path: string, options: Stored): ApiAnswer {
    const object = this.objects.get(path);
    if (object === undefined) return this.#answer(undefined);
    if (!isAsSeen(object, options['preconditions'])) return this.#conflict();
    this.objects.delete(path);
    return this.#answer({});
  }

  #conflict(): ApiAnswer {
    return this.#answer({ kind: 'Status', reason: 'Conflict', message: 'the object has been modified' }, 409);
  }

  /** Every change is another version. */
  #touch(object: Stored): void {
    this.#version += 1;
    merge(object, { metadata: { resourceVersion: String(this.#version) } });
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

/** Whether an object still has the uid and the version that a write names, as far as it names them. */
function isAsSeen(object: Stored, named: unknown): boolean {
  const { uid, resourceVersion } = object['metadata'] as Stored;
  const wanted = isObject(named) ? named : {};
  return (wanted['uid'] ?? uid) === uid && (wanted['resourceVersion'] ?? resourceVersion) === resourceVersion;
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
