import { IsthmusError } from '@isthmus/model';
import type { LeaseRecord } from '@isthmus/ports';
import { leaseStoreContract, ManualClock } from '@isthmus/testing';
import type { ApiAnswer, ApiRequest } from '../transport.js';
import { KubernetesLeaseStore } from './kubernetes-lease-store.js';

const PATH = '/apis/coordination.k8s.io/v1/namespaces/isthmus/leases';

interface LeaseObject {
  metadata: Record<string, unknown>;
  spec: Record<string, unknown>;
}

/** The Leases of one namespace, as an API server answers for them: as far as the store goes. */
class LeaseApi {
  stored: LeaseObject | undefined;
  readonly requests: string[] = [];
  /** Status with which the next request is answered, without being carried out. */
  failsWith: number | undefined;
  opened = 0;
  #version = 0;

  open(): Promise<{ token: undefined; send: (request: ApiRequest) => Promise<ApiAnswer>; close: () => Promise<void> }> {
    this.opened++;
    return Promise.resolve({
      token: undefined,
      send: (request) => this.#send(request),
      close: () => Promise.resolve(),
    });
  }

  /** What somebody else does to it. */
  change(change: (lease: LeaseObject) => void): void {
    if (this.stored === undefined) throw new Error('there is none');
    change(this.stored);
    this.stored.metadata['resourceVersion'] = String(++this.#version);
  }

  #send({ method, path, body }: ApiRequest): Promise<ApiAnswer> {
    this.requests.push(method);
    const sent = JSON.parse(body?.text ?? '{}') as LeaseObject;
    const fails = this.failsWith;
    this.failsWith = undefined;
    if (fails !== undefined) return answer(fails, { kind: 'Status', reason: '', message: 'no' });
    if (!path.startsWith(PATH))
      return answer(404, { kind: 'Status', reason: 'NotFound', details: { kind: 'namespaces' } });
    if (method === 'POST') return this.#create(sent);
    if (this.stored === undefined)
      return answer(404, { kind: 'Status', reason: 'NotFound', details: { kind: 'leases' } });
    return method === 'PATCH' ? this.#patch(this.stored, sent) : answer(200, this.stored);
  }

  #create({ metadata, spec }: LeaseObject): Promise<ApiAnswer> {
    if (this.stored !== undefined) return answer(409, { kind: 'Status', reason: 'AlreadyExists' });
    const version = String(++this.#version);
    this.stored = { metadata: { ...metadata, uid: `uid-${version}`, resourceVersion: version }, spec };
    return answer(201, this.stored);
  }

  #patch(stored: LeaseObject, { metadata, spec }: LeaseObject): Promise<ApiAnswer> {
    const { uid, resourceVersion, ...rest } = metadata;
    if (uid !== stored.metadata['uid'] || resourceVersion !== stored.metadata['resourceVersion']) {
      return answer(409, { kind: 'Status', reason: 'Conflict' });
    }
    Object.assign(stored.spec, spec);
    this.change((lease) => Object.assign(lease.metadata, rest));
    return answer(200, stored);
  }
}

function answer(status: number, body: object): Promise<ApiAnswer> {
  const text = JSON.stringify(body);
  return Promise.resolve({ status, contentType: 'application/json', serverTimeMs: 0, retryAfterMs: undefined, text });
}

const open = (api: LeaseApi, more: { readonly hub?: string; readonly namespace?: string } = {}): KubernetesLeaseStore =>
  new KubernetesLeaseStore({
    open: () => api.open(),
    namespace: 'isthmus',
    name: 'isthmus-prod',
    hub: 'prod',
    leaseMs: 15_000,
    clock: new ManualClock(),
    ...more,
  });

leaseStoreContract('KubernetesLeaseStore', () => {
  const api = new LeaseApi();
  return Promise.resolve({ store: open(api), other: open(api), close: () => Promise.resolve() });
});

describe('KubernetesLeaseStore', () => {
  let api: LeaseApi;
  let store: KubernetesLeaseStore;
  const take = async (): Promise<LeaseRecord | undefined> =>
    store.acquire({ holder: 'a', seen: await store.observe(), floor: 0 });
  beforeEach(() => {
    api = new LeaseApi();
    store = open(api);
  });

  it('stands as people read a Lease', async () => {
    await take();
    expect(api.stored).toMatchObject({
      metadata: {
        name: 'isthmus-prod',
        labels: { 'app.kubernetes.io/managed-by': 'isthmus', 'isthmus.dev/hub': 'prod' },
      },
      spec: {
        holderIdentity: 'a',
        leaseTransitions: 1,
        leaseDurationSeconds: 15,
        acquireTime: '2026-01-01T00:00:00.000000Z',
        renewTime: '2026-01-01T00:00:00.000000Z',
      },
    });
  });

  it('renews with one request', async () => {
    await take();
    api.requests.length = 0;
    await store.renew({ holder: 'a', epoch: 1, floor: 0 });
    await store.renew({ holder: 'a', epoch: 1, floor: 0 });
    expect(api.requests).toEqual(['PATCH', 'PATCH']);
  });

  it('keeps what others write beside the record, and is not lost by it', async () => {
    await take();
    api.change(({ metadata }) => Object.assign(metadata, { labels: { ...(metadata['labels'] as object), team: 'x' } }));
    expect(await store.renew({ holder: 'a', epoch: 1, floor: 0 })).toMatchObject({ sequence: 1 });
    expect(api.stored?.metadata['labels']).toMatchObject({ team: 'x' });
  });

  it('is lost when somebody deletes it, and another one when it is made again', async () => {
    const first = await take();
    api.stored = undefined;
    expect(await store.renew({ holder: 'a', epoch: 1, floor: 0 })).toBeUndefined();
    const second = await take();
    expect(second?.incarnation).not.toBe(first?.incarnation);
  });

  it.each<[string, (lease: LeaseObject) => void]>([
    [
      'another hub',
      ({ metadata }) =>
        Object.assign(metadata, { labels: { 'app.kubernetes.io/managed-by': 'isthmus', 'isthmus.dev/hub': 'test' } }),
    ],
    ['somebody else', ({ metadata }) => Object.assign(metadata, { labels: {} })],
  ])('leaves a Lease of %s alone, and says so', async (_, change) => {
    await take();
    const seen = await store.observe();
    api.change(change);
    const before = JSON.stringify(api.stored);
    await expect(store.observe()).rejects.toMatchObject({ code: 'lease-foreign' });
    await expect(open(api).acquire({ holder: 'b', seen, floor: 0 })).rejects.toMatchObject({ code: 'lease-foreign' });
    await expect(store.renew({ holder: 'a', epoch: 1, floor: 0 })).rejects.toMatchObject({ code: 'lease-foreign' });
    expect(JSON.stringify(api.stored)).toBe(before);
  });

  it.each<[string, Record<string, unknown>]>([
    ['negative', { holderIdentity: 'x', leaseTransitions: -3 }],
    ['fractions', { holderIdentity: 'x', leaseTransitions: 1.5 }],
    ['texts', { holderIdentity: 'x', leaseTransitions: '7' }],
  ])('takes numbers that are %s for none, and can be taken all the same', async (_, spec) => {
    await take();
    api.change((lease) => {
      lease.spec = spec;
      lease.metadata['annotations'] = { 'isthmus.dev/sequence': '-1' };
    });
    expect(await store.observe()).toMatchObject({ holder: 'x', epoch: 0, sequence: 0 });
    expect(await take()).toMatchObject({ holder: 'a', epoch: 1 });
  });

  it.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [429, 'throttled'],
    [500, 'server-error'],
  ])('rejects with a code when the API server answers %i', async (status, code) => {
    await take();
    for (const ask of [() => store.observe(), () => store.renew({ holder: 'a', epoch: 1, floor: 0 })]) {
      api.failsWith = status;
      await expect(ask()).rejects.toMatchObject({ code });
    }
    expect(await store.renew({ holder: 'a', epoch: 1, floor: 0 })).toMatchObject({ holder: 'a' });
  });

  it('connects anew after its credential was refused', async () => {
    await store.observe();
    api.failsWith = 401;
    await expect(store.observe()).rejects.toThrow(IsthmusError);
    await store.observe();
    expect(api.opened).toBe(2);
  });

  it('says that the namespace is not there, rather than never leading', async () => {
    const elsewhere = open(api, { namespace: 'nowhere' });
    const seen = await elsewhere.observe();
    await expect(elsewhere.acquire({ holder: 'a', seen, floor: 0 })).rejects.toMatchObject({
      code: 'namespace-missing',
    });
  });
});
