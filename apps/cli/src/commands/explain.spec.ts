import type { ClusterExplanation, HostExplanation } from '@isthmus/federation';
import { err, ok } from '@isthmus/model';
import { parse } from 'yaml';
import type { AskHub } from './ask-hub.js';
import { runExplain } from './explain.js';

const CODE = { meaning: 'what it means', remedy: 'Do this.' };

const CLUSTER: ClusterExplanation = {
  name: 'eks',
  mode: 'sync',
  connection: 'up',
  state: 'held',
  error: null,
  writesStopped: null,
  namespace: 'isthmus',
  entry: 'cloudmap-cart.shop',
  route: 'isthmus.yaml:58',
  components: [
    {
      component: 'aws/us-east-1/111122223333/ns-shop/srv-cart',
      source: { name: 'us', state: 'stale', lastCompleteReadAt: '2026-01-01T00:00:00Z', error: null },
      account: '111122223333',
      region: 'us-east-1',
      namespace: 'shop',
      service: 'cart',
      route: 'isthmus.yaml:58',
      revision: 77,
      observedAt: '2026-01-01T00:00:56Z',
      verdict: 'replace',
      reason: null,
      proof: { empty: null, gone: null, markedAt: null, graceEndsAt: null },
      instances: [
        row({ id: 'i-a', address: '10.0.0.1', port: '8080', outcome: 'in', isLive: true }),
        row({ id: 'i-bb', address: '10.0.0.20', port: '8080', outcome: 'left-out', reason: 'unhealthy' }),
        row({ id: 'i-\u001b[31mc', outcome: 'left-out', reason: 'no-address' }),
      ],
    },
  ],
  rejections: [
    {
      component: 'srv-2',
      source: 'eu',
      host: 'cart.shop',
      detail: 'it belongs to srv-1',
      reason: 'host-conflict',
      ...CODE,
    },
  ],
  holds: [{ name: 'cloudmap-cart.shop', detail: 'it is not written', reason: 'foreign-owner', ...CODE }],
  heldRemovals: [],
  plan: [
    {
      kind: 'update',
      name: 'cloudmap-cart.shop',
      host: 'cart.shop',
      reason: 'content',
      added: ['10.0.0.1 http=8080'],
      removed: [],
    },
  ],
  live: [
    {
      name: 'cloudmap-cart.shop',
      uid: 'u-1',
      resourceVersion: '9',
      isOurs: true,
      isIntact: true,
      resolution: 'STATIC',
      ports: [],
      endpoints: ['10.0.0.1 http=8080'],
    },
  ],
};

function row(
  instance: Partial<ClusterExplanation['components'][number]['instances'][number]>,
): ClusterExplanation['components'][number]['instances'][number] {
  const reason = instance.reason ?? null;
  const base = { id: null, address: null, port: null, health: 'HEALTHY', outcome: 'in', isLive: false } as const;
  return { ...base, ...instance, reason, meaning: reason === null ? null : `meaning of ${reason}` };
}

const EXPLANATION: HostExplanation = {
  host: 'cart.shop',
  hub: 'prod',
  answeredAt: '2026-01-01T00:01:00Z',
  clusters: [CLUSTER],
  notMapped: [
    {
      cluster: 'lab',
      component: 'aws/us-east-1/111122223333/ns-shop/srv-cart',
      source: 'us',
      account: '111122223333',
      region: 'us-east-1',
      namespace: 'shop',
      service: 'cart',
      reason: 'not-mapped',
      meaning: 'no route of the cluster maps the service',
      details: ['isthmus.yaml:61: region us-east-1 is not in regions [eu-*]'],
    },
  ],
};

interface Words {
  readonly server?: string;
  readonly environment?: string;
  readonly cluster?: string;
  readonly output?: 'text' | 'json' | 'yaml';
  readonly config?: string;
}

async function explain(words: Words, answer: Awaited<ReturnType<AskHub>> = ok({ status: 200, body: EXPLANATION })) {
  const out: string[] = [];
  const told: string[] = [];
  const asked: string[] = [];
  const exitCode = await runExplain(
    {
      host: 'Cart.shop/..',
      cluster: words.cluster,
      output: words.output ?? 'text',
      hints: {
        server: words.server,
        environment: words.environment,
        config: { shown: 'isthmus.yaml', path: '/conf/isthmus.yaml' },
      },
    },
    {
      terminal: { print: (line) => out.push(line), tell: (line) => told.push(line) },
      files: {
        read: async () => (words.config === undefined ? err('it does not exist') : ok(words.config)),
      },
      askHub: async (hub, path) => {
        asked.push(hub + path);
        return answer;
      },
    },
  );
  return { exitCode, out, told, asked };
}

const configOf = (http: string): string => `apiVersion: isthmus.dev/v1
hub: { name: prod, http: ${http} }
`;

describe('runExplain', () => {
  it('prints the way from Cloud Map to the live object, and gives 0', async () => {
    const { exitCode, out } = await explain({ server: 'http://hub' });
    expect(exitCode).toBe(0);
    expect(out.join('\n')).toBe(
      [
        'cart.shop in eks   held · mode sync',
        ' Cloud Map  us-east-1  account 111122223333  shop/cart   3 instances · revision 77, read 4 s ago',
        ' ├ i-a       10.0.0.1:8080   HEALTHY  → in',
        ' ├ i-bb      10.0.0.20:8080  HEALTHY  → left-out  unhealthy: meaning of unhealthy',
        ' └ i-?[31mc  –               HEALTHY  → left-out  no-address: meaning of no-address',
        '            source us is stale, read completely 60 s ago',
        ' Refused    srv-2 of eu: host-conflict, what it means; it belongs to srv-1',
        ' Route      isthmus.yaml:58',
        ' Object     ServiceEntry isthmus/cloudmap-cart.shop  uid u-1, resourceVersion 9, 1 endpoints, as it was written',
        ' Plan       update cloudmap-cart.shop (content)',
        '            + 10.0.0.1 http=8080',
        ' Held       foreign-owner: what it means; it is not written → Do this.',
        '',
        'cart.shop is not mapped in',
        ' lab        shop/cart  us-east-1  account 111122223333',
        '            isthmus.yaml:61: region us-east-1 is not in regions [eu-*]',
      ].join('\n'),
    );
  });

  it('lets nothing of Cloud Map steer the terminal', async () => {
    const { out } = await explain({ server: 'http://hub' });
    expect(out.join('\n')).not.toContain('\u001b');
  });

  it.each<[string, Words, string]>([
    [
      '--server before all',
      { server: 'http://one:1/', environment: 'http://two', config: configOf('{ port: 3 }') },
      'http://one:1',
    ],
    ['a path of --server', { server: 'https://mesh.example.com/isthmus/' }, 'https://mesh.example.com/isthmus'],
    ['ISTHMUS_SERVER', { environment: 'http://two:2', config: configOf('{ port: 3 }') }, 'http://two:2'],
    ['hub.http of the configuration, on this machine', { config: configOf('{ port: 3003 }') }, 'http://127.0.0.1:3003'],
    ['an IPv6 address of hub.http', { config: configOf('{ host: "::", port: 3003 }') }, 'http://[::1]:3003'],
  ])('finds the hub by %s', async (_what, words, hub) => {
    const { asked } = await explain(words);
    expect(asked).toEqual([`${hub}/api/v1/hosts/Cart.shop%2F..`]);
  });

  it.each<[number, string, Words, RegExp]>([
    [
      1,
      'there is no configuration and no hub is named',
      {},
      /cannot read isthmus\.yaml: it does not exist → name the hub/,
    ],
    [64, '--server is no URL', { server: 'hub:8080' }, /hub:8080 is no URL of a hub/],
    [65, 'the configuration is bad', { config: 'hub: 1' }, /^isthmus\.yaml:1:/],
  ])('gives %i when %s', async (expected, _when, words, message) => {
    const { exitCode, told, asked } = await explain(words);
    expect(exitCode).toBe(expected);
    expect(told.join('\n')).toMatch(message);
    expect(asked).toEqual([]);
  });

  it('gives 4 when no hub answers', async () => {
    const { exitCode, told } = await explain({ server: 'http://hub' }, err({ exitCode: 4, lines: ['no hub answers'] }));
    expect({ exitCode, told }).toEqual({ exitCode: 4, told: ['no hub answers'] });
  });

  it('gives 1 and near names for an unknown host', async () => {
    const refused = [{ host: 'car_t.shop', source: 'us', reason: 'host-illegal', detail: 'a label', ...CODE }];
    const { exitCode, out, told } = await explain(
      { server: 'http://hub' },
      ok({ status: 404, body: { near: ['cart.shop', 'card.shop'], refused } }),
    );
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: [] });
    expect(told).toEqual([
      'isthmus: no service and no ServiceEntry has the host Cart.shop/..',
      '  did you mean cart.shop, card.shop?',
      '  car_t.shop of source us was refused: host-illegal, what it means (a label)',
    ]);
  });

  it('gives 1 for an answer that it does not understand', async () => {
    const { exitCode, told } = await explain({ server: 'http://hub' }, ok({ status: 200, body: { ok: true } }));
    expect({ exitCode, told }).toEqual({
      exitCode: 1,
      told: ['isthmus: the hub answered 200 → is it as new as this command?'],
    });
  });

  it('shows one cluster only when asked to, and names the others when it is unknown there', async () => {
    const lab = await explain({ server: 'http://hub', cluster: 'lab', output: 'json' });
    expect(JSON.parse(lab.out.join('\n'))).toMatchObject({ clusters: [], notMapped: [{ cluster: 'lab' }] });
    const none = await explain({ server: 'http://hub', cluster: 'gke' });
    expect(none).toMatchObject({ exitCode: 1, out: [], told: [expect.stringMatching(/known in eks, lab$/)] });
  });

  it.each([['json' as const], ['yaml' as const]])('answers in one %s document when asked to', async (output) => {
    const { out } = await explain({ server: 'http://hub', output });
    expect(parse(out.join('\n'))).toEqual(EXPLANATION);
  });

  it('says of kept endpoints, proofs and marks what they wait for', async () => {
    const [component] = CLUSTER.components;
    if (component === undefined) throw new Error('no component');
    const gone = {
      ...component,
      observedAt: null,
      revision: null,
      verdict: 'keep',
      reason: { reason: 'pending-delete' as const, ...CODE },
      instances: [row({ address: '10.0.0.1', outcome: 'kept', reason: 'pending-delete', isLive: true })],
      proof: {
        empty: { reads: 2, since: '2026-01-01T00:00:00Z', isConfirmed: false, isProven: false },
        gone: { passesAt: ['a', 'b'], notFoundAt: '2026-01-01T00:00:00Z', isProven: true },
        markedAt: '2025-12-31T22:00:00Z',
        graceEndsAt: '2025-12-31T22:02:00Z',
      },
    };
    const cluster = {
      ...CLUSTER,
      writesStopped: 'observe' as const,
      components: [gone],
      live: [],
      holds: [],
      plan: [],
    };
    const body = { ...EXPLANATION, clusters: [cluster], notMapped: [] };
    const { out } = await explain({ server: 'http://hub' }, ok({ status: 200, body }));
    expect(out.slice(1)).toEqual([
      ' Cloud Map  us-east-1  account 111122223333  shop/cart   unread',
      ' └ (of the object)  10.0.0.1  HEALTHY  → kept  pending-delete: meaning of pending-delete',
      '            source us is stale, read completely 60 s ago',
      '            keep: pending-delete, what it means → Do this.',
      '            empty: 2 answers since 60 s, ListInstances was not asked yet: not proven yet',
      '            gone: missing from 2 catalogue passes, GetService does not know it: proven',
      '            marked for removal 2 h ago, its grace ends 2025-12-31T22:02:00Z',
      ' Refused    srv-2 of eu: host-conflict, what it means; it belongs to srv-1',
      ' Route      isthmus.yaml:58',
      ' Object     no ServiceEntry isthmus/cloudmap-cart.shop',
      ' Writes     mode observe writes nothing',
    ]);
  });
});
