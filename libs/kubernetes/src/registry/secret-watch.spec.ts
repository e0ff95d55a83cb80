import { IsthmusError } from '@isthmus/model';
import { fixedRandom, ManualClock, settle } from '@isthmus/testing';
import type { ApiAnswer, ApiRequest } from '../transport.js';
import type { OwnCluster, WatchEvent, WatchRequest } from '../own-cluster/own-cluster.js';
import { KubernetesClusterRegistry } from './kubernetes-cluster-registry.js';
import { ISTIO_SELECTOR } from './parse-secret.js';

const OWN = 'isthmus.dev/cluster=true';

interface Watched {
  readonly request: WatchRequest;
  tell(event: WatchEvent): void;
  end(error?: IsthmusError): void;
}

const object = (name: string, data: Readonly<Record<string, string>>, more: object = {}) => ({
  metadata: { name, resourceVersion: '7', creationTimestamp: '2026-01-01T00:00:00Z', labels: {}, ...more },
  data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')])),
});

/** The Secrets API of one cluster, each answer of which a test decides. */
class FakeOwnCluster implements OwnCluster {
  readonly token = undefined;
  readonly lists: string[] = [];
  readonly watches: Watched[] = [];
  items: object[] = [];
  istioItems: object[] = [];
  failure: IsthmusError | undefined;
  status = 200;
  /** Answered instead of the list; undefined: the list is. */
  text: string | undefined;
  pageSize = 100;

  send({ path, doing }: ApiRequest): Promise<ApiAnswer> {
    const query = new URL(path, 'https://own').searchParams;
    this.lists.push(path);
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const all = query.get('labelSelector') === OWN ? this.items : this.istioItems;
    const from = Number(query.get('continue') ?? 0);
    const next = from + this.pageSize < all.length ? String(from + this.pageSize) : undefined;
    const body = { metadata: { resourceVersion: '10', continue: next }, items: all.slice(from, from + this.pageSize) };
    const text = this.text ?? (this.status === 200 ? JSON.stringify(body) : `canary-body of ${doing}`);
    return Promise.resolve({
      status: this.status,
      contentType: 'application/json',
      serverTimeMs: 0,
      retryAfterMs: undefined,
      text,
    });
  }

  watch(request: WatchRequest, onEvent: (event: WatchEvent) => void): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    request.signal.addEventListener('abort', () => reject(new IsthmusError('aborted', 'stopped')), { once: true });
    this.watches.push({ request, tell: onEvent, end: (error) => (error ? reject(error) : resolve()) });
    return promise;
  }

  retire(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  watchOf(selector: string): Watched {
    const found = this.watches.findLast(({ request }) => request.query['labelSelector'] === selector);
    if (found === undefined) throw new Error(`nobody watches ${selector}`);
    return found;
  }
}

describe('KubernetesClusterRegistry', () => {
  let own: FakeOwnCluster;
  let clock: ManualClock;
  let opened: number;
  let changes: number;
  let stop: AbortController;
  let registry: KubernetesClusterRegistry;
  let ended: Promise<void>;
  const start = async (labelSelector = OWN): Promise<void> => {
    registry = new KubernetesClusterRegistry({
      settings: { namespace: 'isthmus-clusters', labelSelector },
      open: () => {
        opened++;
        return Promise.resolve(own);
      },
      clock,
      random: fixedRandom(),
    });
    ended = registry.watch(() => void changes++, stop.signal);
    await settle();
  };
  const known = (): unknown =>
    registry.view().secrets?.map(({ secret, key, kubeconfig, layout }) => [secret, key, kubeconfig.reveal(), layout]);
  beforeEach(() => {
    [own, clock, stop] = [new FakeOwnCluster(), new ManualClock(), new AbortController()];
    [opened, changes] = [0, 0];
  });
  afterEach(async () => {
    stop.abort();
    await ended;
  });

  it.each(['{}', '{"metadata":{"resourceVersion":"1"}}', '{"items":[]}', '[]', 'Welcome'])(
    'takes %s for no list, and keeps what it knew',
    async (text) => {
      own.items = [object('s', { a: 'kubeconfig a' })];
      await start();
      const before = known();
      own.text = text;
      own.watchOf(OWN).end(new IsthmusError('expired', 'too old'));
      await settle();
      await clock.advance(60_000);
      expect(registry.view().error).toMatchObject({ code: 'invalid-answer' });
      expect(known()).toEqual(before);
    },
  );

  it('knows nothing before the first lists, and then what they held', async () => {
    own.items = [object('s', { a: 'kubeconfig a', b: 'kubeconfig b' })];
    own.istioItems = [object('i', { far: 'kubeconfig far' }, { labels: { 'istio/multiCluster': 'true' } })];
    const started = start();
    expect(registry.view().secrets).toBeUndefined();
    await started;
    expect(known()).toEqual([
      ['s', 'a', 'kubeconfig a', 'isthmus'],
      ['s', 'b', 'kubeconfig b', 'isthmus'],
      ['i', 'far', 'kubeconfig far', 'istio'],
    ]);
    expect(registry.view().error).toBeUndefined();
  });

  it('asks for the Secrets of one namespace by their labels, page by page', async () => {
    own.pageSize = 2;
    own.items = ['a', 'b', 'c', 'd', 'e'].map((name) => object(name, { [name]: name }));
    await start();
    expect(registry.view().secrets).toHaveLength(5);
    const lists = own.lists.filter((path) => path.includes(encodeURIComponent(OWN)));
    expect(lists).toHaveLength(3);
    expect(lists[0]).toMatch(/^\/api\/v1\/namespaces\/isthmus-clusters\/secrets\?labelSelector=/);
    expect([own.watchOf(OWN), own.watchOf(ISTIO_SELECTOR)].map(({ request }) => request.query)).toEqual([
      { labelSelector: OWN, resourceVersion: '10' },
      { labelSelector: ISTIO_SELECTOR, resourceVersion: '10' },
    ]);
  });

  it('follows what is added, changed and removed', async () => {
    await start();
    const { tell } = own.watchOf(OWN);
    tell({ type: 'ADDED', object: object('s', { a: 'one' }) });
    expect(known()).toEqual([['s', 'a', 'one', 'isthmus']]);
    tell({ type: 'MODIFIED', object: object('s', { a: 'two' }) });
    expect(known()).toEqual([['s', 'a', 'two', 'isthmus']]);
    tell({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '99' } } });
    tell({ type: 'DELETED', object: object('s', { a: 'two' }) });
    expect(known()).toEqual([]);
    // Two lists and three events.
    expect(changes).toBe(5);
  });

  it('goes on from the last event when the API server ends a watch, without another list', async () => {
    await start();
    own.watchOf(OWN).tell({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '42' } } });
    const lists = own.lists.length;
    own.watchOf(OWN).end();
    await clock.advance(1_000);
    expect(own.lists).toHaveLength(lists);
    expect(own.watchOf(OWN).request.query['resourceVersion']).toBe('42');
  });

  it('lists anew when its place is too old, and calls that no failure', async () => {
    own.items = [object('s', { a: 'one' })];
    await start();
    own.items = [object('t', { b: 'two' })];
    own.watchOf(OWN).tell({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
    await clock.advance(1_000);
    expect(known()).toEqual([['t', 'b', 'two', 'isthmus']]);
    expect(registry.view().error).toBeUndefined();
  });

  it.each([
    ['cut', new IsthmusError('network', 'cut')],
    ['silent', new IsthmusError('timeout', 'silent')],
    ['refused', new IsthmusError('unauthorized', 'no')],
  ])(
    'keeps what it knew while its API server is away after a watch was %s, and lists when it is back',
    async (_, error) => {
      own.items = [object('s', { a: 'one' })];
      await start();
      own.failure = new IsthmusError('network', 'away');
      own.watchOf(OWN).end(error);
      await clock.advance(600_000);
      expect(known()).toEqual([['s', 'a', 'one', 'isthmus']]);
      expect(registry.view().error).toMatchObject({ code: 'network', message: 'away' });
      own.failure = undefined;
      own.items = [object('s', { a: 'two' })];
      await clock.advance(30_000);
      expect(known()).toEqual([['s', 'a', 'two', 'isthmus']]);
      expect(registry.view().error).toBeUndefined();
    },
  );

  it('asks less and less often while it fails, at least every 30 s, and opens the cluster anew each time', async () => {
    own.failure = new IsthmusError('network', 'away');
    await start();
    const before = own.lists.length;
    await clock.advance(300_000);
    const [asked, reopened] = [(own.lists.length - before) / 2, opened];
    expect(asked).toBeGreaterThanOrEqual(10);
    expect(asked).toBeLessThanOrEqual(25);
    expect(reopened).toBe(own.lists.length);
  });

  it('says why Secrets cannot be listed, and nothing of the answer that may hold one', async () => {
    own.status = 403;
    await start();
    expect(registry.view()).toMatchObject({ secrets: undefined, error: { code: 'forbidden' } });
    expect(registry.view().error?.message).toContain('listing Secrets with isthmus.dev/cluster=true in namespace');
  });

  it('leaves out what is no Secret and what is not base64', async () => {
    const broken = { ...object('s', { a: 'one' }), data: { a: 'not base64!', b: 5, c: 'b25l' } };
    own.items = [broken, { kind: 'nothing' }];
    await start();
    expect(known()).toEqual([['s', 'c', 'one', 'isthmus']]);
  });

  it('counts a Secret with both labels once, as its own', async () => {
    const labels = { 'isthmus.dev/cluster': 'true', 'istio/multiCluster': 'true' };
    own.items = [object('s', { a: 'one' }, { labels })];
    own.istioItems = own.items;
    await start();
    expect(known()).toEqual([['s', 'a', 'one', 'isthmus']]);
  });

  it('watches one selector where that of istioctl is the configured one', async () => {
    await start(ISTIO_SELECTOR);
    expect(own.watches).toHaveLength(1);
  });

  it('stops at once', async () => {
    await start();
    stop.abort();
    await expect(ended).resolves.toBeUndefined();
    expect(clock.sleeperCount).toBe(0);
  });
});
