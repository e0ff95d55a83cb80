import type { Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import type { HubAnswer } from './ask-hub.js';
import { runApprove } from './approve.js';
import type { Failure } from './find-hub.js';

const HASH = '82b1b837e1440211';
const COMPONENT = 'aws/us-east-1/111122223333/ns-shop/srv-cart';
const PLAN = {
  removals: HASH,
  heldRemovals: [
    {
      kind: 'object',
      name: 'cloudmap-cart.shop',
      uid: 'u1',
      component: COMPONENT,
      source: 'us',
      reason: 'source-empty',
      endpoints: 3,
    },
  ],
};
const CONFIG = `apiVersion: isthmus.dev/v1
hub: { name: prod } # ours
clusters: [{ name: eks, role: primary, kubeconfig: { file: a.yaml }, routes: [{}] }]
`;

interface Words {
  readonly plan?: Result<HubAnswer, Failure>;
  readonly components?: Result<HubAnswer, Failure>;
  readonly hash?: string;
  readonly write?: boolean;
  readonly config?: string;
}

async function approve({ plan = ok({ status: 200, body: PLAN }), components, ...words }: Words) {
  const out: string[] = [];
  const told: string[] = [];
  const replaced = new Map<string, string>();
  const asked: string[] = [];
  const exitCode = await runApprove(
    {
      cluster: 'eks',
      hash: words.hash,
      write: words.write ?? false,
      forMs: 3_600_000,
      hints: {
        server: 'http://hub',
        environment: undefined,
        config: { shown: 'isthmus.yaml', path: '/conf/isthmus.yaml' },
      },
    },
    {
      terminal: { print: (line) => out.push(line), tell: (line) => told.push(line) },
      files: {
        read: async () => (words.config === undefined ? err('it does not exist') : ok(words.config)),
        replace: async (path, text) => void replaced.set(path, text),
      },
      askHub: async (_hub, path) => {
        asked.push(path);
        return path.endsWith('/plan') ? plan : (components ?? ok({ status: 404, body: {} }));
      },
      nowMs: Date.UTC(2030, 0, 1),
    },
  );
  return { exitCode, out, told, replaced, asked };
}

describe('runApprove', () => {
  it('shows what is held and the approval of it, and changes nothing', async () => {
    const service = { component: COMPONENT, service: 'cart', namespace: 'shop' };
    const components = ok({ status: 200, body: { cluster: 'eks', hosts: [{ components: [service] }] } });
    const { exitCode, out, told, replaced, asked } = await approve({ components });
    expect({ exitCode, replaced: replaced.size }).toEqual({ exitCode: 0, replaced: 0 });
    expect(asked).toEqual(['/api/v1/clusters/eks/plan', '/api/v1/clusters/eks/components']);
    expect(out).toEqual([
      'held in eks, until they are approved or return:',
      '  - cloudmap-cart.shop: the object, with 3 endpoints, of cart in shop (source us)',
      'source-empty: everything of one source would go → Look at the source; approve the removals if they are meant.',
      '',
      'approvals:',
      `  - { cluster: eks, removals: '${HASH}', until: '2030-01-01T01:00:00.000Z' }`,
    ]);
    expect(told).toEqual([
      `put this into the configuration of the hub, or run: isthmus approve eks --hash ${HASH} --write -c isthmus.yaml`,
    ]);
  });

  it('puts the approval into the configuration, and leaves everything else of it', async () => {
    const { exitCode, replaced } = await approve({ hash: HASH, write: true, config: CONFIG });
    expect(exitCode).toBe(0);
    const entry = `  - { cluster: eks, removals: '${HASH}', until: '2030-01-01T01:00:00.000Z' }\n`;
    expect([...replaced]).toEqual([['/conf/isthmus.yaml', `${CONFIG}approvals:\n${entry}`]]);
  });

  it('adds no second approval of the same removals while the first holds', async () => {
    const approvals = (until: string) =>
      `${CONFIG}approvals:\n  - { cluster: eks, removals: ${HASH}, until: ${until} }\n`;
    const again = await approve({ hash: HASH, write: true, config: approvals("'2030-01-01T00:30:00Z'") });
    expect({ exitCode: again.exitCode, replaced: again.replaced.size }).toEqual({ exitCode: 0, replaced: 0 });
    const over = await approve({ hash: HASH, write: true, config: approvals("'2029-12-31T00:00:00Z'") });
    expect(over.replaced.size).toBe(1);
  });

  it.each<[number, string, Words, RegExp]>([
    [1, 'nothing is held', { plan: ok({ status: 200, body: { removals: null, heldRemovals: [] } }) }, /nothing waits/],
    [1, 'something else is held than was seen', { hash: 'ffffffffffffffff' }, /is 82b1b837e1440211 now, not ffff/],
    [64, 'it should write what nobody has named', { write: true }, /--write needs --hash/],
    [1, 'the hub does not know the cluster', { plan: ok({ status: 404, body: { detail: 'no' } }) }, /404 .* eks: no$/],
    [4, 'no hub answers', { plan: err({ exitCode: 4, lines: ['no hub answers'] }) }, /^no hub answers$/],
    [1, 'there is no configuration to write to', { hash: HASH, write: true }, /cannot read isthmus.yaml: it does not/],
    [65, 'the configuration is bad', { hash: HASH, write: true, config: 'hub: 1' }, /cannot edit isthmus.yaml/],
  ])('gives %i when %s', async (expected, _when, words, message) => {
    const { exitCode, told, replaced } = await approve(words);
    expect({ exitCode, replaced: replaced.size }).toEqual({ exitCode: expected, replaced: 0 });
    expect(told.join('\n')).toMatch(message);
  });
});
