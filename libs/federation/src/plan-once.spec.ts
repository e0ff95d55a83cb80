import type { Configuration, Snapshot } from '@isthmus/model';
import { IsthmusError, OBJECT } from '@isthmus/model';
import {
  cluster,
  configuration,
  EPOCH_MS,
  FakeClusterClient,
  FakeCloudMap,
  foreignEntry,
  instance,
  ManualClock,
  provenAbsence,
  provenEmptiness,
  reading,
  route,
  serviceRecord,
  serviceState,
  snapshot,
  source,
  US,
} from '@isthmus/testing';

import type { PlanInput } from './plan-input.js';
import { decodePlanInput, encodePlanInput } from './plan-input.js';
import { planOnce } from './plan-once.js';
import { readClusterOnce, readSourceOnce } from './read-once.js';
import { decodeSnapshot, encodeSnapshot } from './snapshot-codec.js';

const CONFIGURATION = configuration({ sources: [US], clusters: [cluster()] });

/** Reads a Cloud Map and a cluster that exist in memory only. */
async function readAll(cloudMap: FakeCloudMap, client: FakeClusterClient, config = CONFIGURATION): Promise<PlanInput> {
  const signal = new AbortController().signal;
  const clock = new ManualClock();
  const read = config.sources.map((settings) =>
    readSourceOnce(
      { settings, source: cloudMap, configuration: config, references: [], clock, onProgress: () => undefined },
      signal,
    ),
  );
  const clusters = await Promise.all(
    config.clusters.map((settings) => readClusterOnce(settings, client, { signal, clock })),
  );
  return { readAtMs: EPOCH_MS, sources: await Promise.all(read), clusters };
}

function world() {
  const clock = new ManualClock();
  const cloudMap = new FakeCloudMap({ clock });
  cloudMap.register('cart.shop', [instance('10.0.0.1', { port: 8080 })]);
  cloudMap.register('pay.shop', [instance('10.0.0.2', { port: 8080 })]);
  return { cloudMap, client: new FakeClusterClient(clock) };
}

const plansOf = (config: Configuration, input: PlanInput) =>
  planOnce(config, input).clusters.map(({ name, plan }) => [
    name,
    plan?.changes.map(({ kind, host, added }) => [kind, host, added.map((endpoint) => endpoint.split(' ')[0])]),
  ]);

describe('readSourceOnce', () => {
  it('reads the catalogue and every service, and counts as it goes', async () => {
    const { cloudMap } = world();
    const seen: string[] = [];
    const read = await readSourceOnce(
      {
        settings: US,
        source: cloudMap,
        configuration: CONFIGURATION,
        references: [],
        clock: new ManualClock(),
        onProgress: (done, total) => seen.push(`${done}/${total}`),
      },
      new AbortController().signal,
    );
    expect(read.problems).toEqual([]);
    expect(seen).toEqual(['1/2', '2/2']);
    expect([...read.snapshot.services.values()].map(({ reading }) => reading?.instances.length)).toEqual([1, 1]);
  });

  it('tells what could not be read instead of failing', async () => {
    const { cloudMap, client } = world();
    cloudMap.fail('discoverInstances', new IsthmusError('throttled', 'slow down'));
    const { sources } = await readAll(cloudMap, client);
    expect(sources[0]?.problems).toEqual([
      { what: 'service cart.shop', code: 'throttled', message: 'slow down' },
      { what: 'service pay.shop', code: 'throttled', message: 'slow down' },
    ]);
  });

  it('polls no service of an account that is not the configured one', async () => {
    const { cloudMap, client } = world();
    const elsewhere = configuration({ sources: [source({ account: '999988887777' })], clusters: [cluster()] });
    const { sources } = await readAll(cloudMap, client, elsewhere);
    expect(sources[0]?.problems).toMatchObject([{ what: 'the catalogue', code: 'wrong-account' }]);
    expect(cloudMap.countOf('discoverInstances')).toBe(0);
  });
});

describe('planOnce', () => {
  it('plans what a hub would do at its start', async () => {
    const { cloudMap, client } = world();
    const input = await readAll(cloudMap, client);
    expect(plansOf(CONFIGURATION, input)).toEqual([
      [
        'eks',
        [
          ['create', 'cart.shop', ['10.0.0.1']],
          ['create', 'pay.shop', ['10.0.0.2']],
        ],
      ],
    ]);
  });

  it('plans no cluster that could not be read, and says why', async () => {
    const { cloudMap, client } = world();
    client.fail({ verb: 'list', error: new IsthmusError('forbidden', 'no rights') });
    const planned = planOnce(CONFIGURATION, await readAll(cloudMap, client));
    expect(planned.clusters[0]?.plan).toBeNull();
    expect(planned.problems).toEqual([
      { place: 'cluster eks', what: 'the cluster', code: 'forbidden', message: 'no rights' },
    ]);
  });

  it('has proof of no absence: an empty source takes nothing away', async () => {
    const { cloudMap, client } = world();
    const before = await readAll(cloudMap, client);
    const [first] = planOnce(CONFIGURATION, before).clusters;
    expect(first?.plan?.counts).toMatchObject({ create: 2, remove: 0 });
    cloudMap.register('cart.shop', []);
    cloudMap.unregister('pay.shop');
    const after = planOnce(CONFIGURATION, await readAll(cloudMap, client));
    expect(after.clusters[0]?.plan?.counts).toMatchObject({ create: 0, update: 0, remove: 0 });
  });

  it.each<[string, Configuration, string]>([
    [
      'a source that was not read',
      configuration({ sources: [US, source({ name: 'new' })], clusters: [cluster()] }),
      'source new is not in the reading: nothing of it is planned',
    ],
    [
      'a source of another region',
      configuration({ sources: [source({ region: 'eu-west-1' })], clusters: [cluster()] }),
      'source us was read in us-east-1, not in eu-west-1: nothing of it is planned',
    ],
    [
      'a source with other filters',
      configuration({ sources: [source({ services: { include: ['c*'], exclude: [] } })], clusters: [cluster()] }),
      'source us was read with other namespaces or services: some may be missing here',
    ],
    [
      'attributes that were not kept',
      configuration({
        sources: [US],
        clusters: [cluster({ routes: [route({ where: new Map([['stage', 'beta']]) })] })],
      }),
      'source us was read without the attributes stage: what depends on them is wrong here',
    ],
    [
      'a cluster that was not read',
      configuration({ sources: [US], clusters: [cluster({ name: 'new' })] }),
      'cluster new is not in the reading: it is planned as if it were empty',
    ],
    [
      'another namespace of a cluster',
      configuration({ sources: [US], clusters: [cluster({ namespace: 'mesh' })] }),
      'cluster eks was read in the namespace isthmus: mesh is planned as if it were empty',
    ],
    [
      'a previous namespace that was not read',
      configuration({ sources: [US], clusters: [cluster({ previousNamespaces: ['mesh'] })] }),
      'cluster eks was read without its previous namespace mesh: it is planned as if it were empty',
    ],
  ])('warns of %s', async (_what, config, warning) => {
    const { cloudMap, client } = world();
    expect(planOnce(config, await readAll(cloudMap, client)).warnings).toEqual([warning]);
  });
});

describe('the saved reading', () => {
  const state = (name: string, changes: Parameters<typeof serviceState>[1]) =>
    serviceState(serviceRecord(name), changes);
  const full: Snapshot = {
    ...snapshot(US, [
      state('cart.shop', {
        reading: reading([instance('10.0.0.1', { port: 80 })], { overrules: { revision: 9, untilMs: 1 } }),
      }),
      state('pay.shop', {
        emptiness: provenEmptiness(EPOCH_MS, 4),
        floor: { revision: 2, observedAtMs: 5, isEmpty: true },
      }),
      state('old.shop', {
        absence: provenAbsence(EPOCH_MS),
        regression: { reads: 1, firstAtMs: 3, observedAtMs: 2, revision: 1 },
      }),
    ]),
    catalogue: {
      lastCompleteAtMs: undefined,
      error: { code: 'throttled', message: 'slow', sinceMs: 4 },
      namespaceIds: ['ns-shop'],
    },
  };

  it('gives the same snapshot back, maps and all', () => {
    expect(decodeSnapshot(JSON.parse(JSON.stringify(encodeSnapshot(full))))).toEqual({ ok: true, value: full });
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ['a field that this version does not know', (text) => text.replace('"version":', '"extra":1,"version":'), /extra/],
    ['a missing field', (text) => text.replace('"region":"us-east-1","version"', '"version"'), /^region: /],
    [
      'a key that is not the identity',
      (text) => text.replaceAll('"ns-shop/srv-cart"', '"x"').replace('/ns-shop/srv-cart"', '/ns-x/srv-cart"'),
      /services/,
    ],
    ['a code of another version', (text) => text.replace('"throttled"', '"melted"'), /catalogue\.error\.code: no code/],
    ['a negative time', (text) => text.replace('"sinceMs":4', '"sinceMs":-4'), /sinceMs/],
  ])('is refused with %s', (_what, damage, message) => {
    const damaged = decodeSnapshot(JSON.parse(damage(JSON.stringify(encodeSnapshot(full)))));
    expect(damaged.ok ? 'accepted' : damaged.error).toMatch(message);
  });

  it('plans offline as it planned when it was read', async () => {
    const { cloudMap, client } = world();
    const input = await readAll(cloudMap, client);
    const decoded = decodePlanInput(JSON.stringify(encodePlanInput(input)));
    expect(decoded).toEqual({ ok: true, value: input });
    const narrower = configuration({ sources: [US], clusters: [cluster({ routes: [route({ services: ['cart'] })] })] });
    expect(decoded.ok && plansOf(narrower, decoded.value)).toEqual([['eks', [['create', 'cart.shop', ['10.0.0.1']]]]]);
  });

  it('holds what a hub made in previous namespaces, and plans the move from it', async () => {
    const { cloudMap, client } = world();
    const labels = { [OBJECT.managedBy]: OBJECT.managedByValue, [OBJECT.hub]: 'test' };
    const mine = foreignEntry('cloudmap-cart.shop', 'cart.shop', { labels, annotations: { [OBJECT.cluster]: 'eks' } });
    client.inNamespace('old').put(mine);
    client.inNamespace('old').put(foreignEntry('theirs', 'other.shop'));
    const moving = configuration({ sources: [US], clusters: [cluster({ previousNamespaces: ['old'] })] });
    const input = await readAll(cloudMap, client, moving);
    expect(input.clusters[0]?.previous.map(({ namespace, entries }) => [namespace, entries.length])).toEqual([
      ['old', 1],
    ]);
    const decoded = decodePlanInput(JSON.stringify(encodePlanInput(input)));
    expect(decoded).toEqual({ ok: true, value: input });
    const warning = '1 objects are left in the previous namespace old, 1 of them with something that is not here yet';
    expect(planOnce(moving, input).clusters[0]?.warnings).toEqual([warning]);
  });

  it('dates a cluster by the clock here when the API server tells no time', async () => {
    const { cloudMap, client } = world();
    const timeless = {
      inNamespace: () => timeless,
      listEntries: async () => ({ items: [], serverTimeMs: Number.NaN }),
    } as unknown as FakeClusterClient;
    expect((await readAll(cloudMap, timeless)).clusters[0]?.serverTimeMs).toBe(EPOCH_MS);
    expect((await readAll(cloudMap, client)).clusters[0]?.serverTimeMs).toBe(EPOCH_MS);
  });

  it('keeps of a foreign object its name, hosts and owners only', async () => {
    const { cloudMap, client } = world();
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': 'private' };
    client.put(
      foreignEntry('legacy', 'cart.shop', { annotations, labels: { team: 'x' }, owners: ['apps/v1/Deployment'] }),
    );
    const text = JSON.stringify(encodePlanInput(await readAll(cloudMap, client)));
    expect(text).not.toMatch(/private|10\.9\.9\.9|team/);
    const decoded = decodePlanInput(text);
    const [held] = decoded.ok ? (planOnce(CONFIGURATION, decoded.value).clusters[0]?.plan?.holds ?? []) : [];
    expect(held).toMatchObject({ host: 'cart.shop', reason: 'host-taken' });
  });

  it.each([
    ['no JSON', '{', /^it is not JSON: /],
    ['no such file', '{}', /^it was not written by/],
    [
      'another version',
      '{"schema":"isthmus.dev/plan-input/v9"}',
      /v9; this version reads isthmus\.dev\/plan-input\/v1$/,
    ],
    ['a damaged one', '{"schema":"isthmus.dev/plan-input/v1","readAt":"2026-01-01T00:00:00Z"}', /^sources: /],
  ])('is refused as %s', (_what, text, message) => {
    const decoded = decodePlanInput(text);
    expect(decoded.ok ? 'accepted' : decoded.error).toMatch(message);
  });
});
