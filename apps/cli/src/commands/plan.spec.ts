import type { PlanInput } from '@isthmus/federation';
import { encodePlanInput } from '@isthmus/federation';
import { ATTRIBUTES, clusterName, err, ok } from '@isthmus/model';
import {
  EPOCH_MS,
  foreignEntry,
  instance,
  reading,
  serviceRecord,
  serviceState,
  snapshot,
  source,
} from '@isthmus/testing';
import { parse } from 'yaml';
import type { PlanOptions } from './plan.js';
import { runPlan } from './plan.js';

const CONFIG = `apiVersion: isthmus.dev/v1
hub: { name: prod }
sources:
  - { name: us, region: us-east-1 }
clusters:
  - { name: east, role: primary, mode: sync, kubeconfig: { file: east.yaml }, routes: [{}] }
  - { name: west, role: primary, kubeconfig: { file: west.yaml }, routes: [{ from: { services: [cart] } }] }
`;

const PROOF = 'Removals need proof over time: that a service is gone, or empty, is shown by a running hub only.';

/** Two services, `count` instances of the second; `pay.shop` is taken by a foreign object in the east. */
function input(changes: Partial<PlanInput> = {}, count = 1): PlanInput {
  const all = { include: ['*'], exclude: [] };
  const cart = reading([instance('10.0.0.1', { port: 8080 })]);
  const pay = reading(Array.from({ length: count }, (_, n) => instance(`10.1.${n >> 8}.${n & 255}`, { port: 8080 })));
  const services = [
    serviceState(serviceRecord('cart.shop'), { reading: cart }),
    serviceState(serviceRecord('pay.shop'), { reading: pay }),
  ];
  const kept = { keptAttributes: Object.values(ATTRIBUTES) };
  const cluster = { namespace: 'isthmus', previous: [], serverTimeMs: EPOCH_MS, problem: undefined };
  return {
    readAtMs: EPOCH_MS,
    sources: [{ namespaces: all, services: all, snapshot: { ...snapshot(source(), services), ...kept }, problems: [] }],
    clusters: [
      { ...cluster, name: clusterName('east'), entries: [foreignEntry('legacy', 'pay.shop')] },
      { ...cluster, name: clusterName('west'), entries: [] },
    ],
    ...changes,
  };
}

async function plan(
  options: Partial<PlanOptions>,
  read: PlanInput = input(),
  files: Readonly<Record<string, string>> = {},
) {
  const out: string[] = [];
  const told: string[] = [];
  const written = new Map<string, string>();
  const asked: (string | undefined)[] = [];
  const exitCode = await runPlan(
    {
      config: { shown: 'isthmus.yaml', path: '/conf/isthmus.yaml' },
      cluster: undefined,
      output: 'text',
      hasDetailedExitCode: false,
      offline: undefined,
      saveSnapshot: undefined,
      timeoutMs: 1000,
      ...options,
    },
    {
      terminal: { print: (line) => out.push(line), tell: (line) => told.push(line) },
      files: {
        read: async (path) => {
          const text = { '/conf/isthmus.yaml': CONFIG, ...files }[path];
          return text === undefined ? err('it does not exist') : ok(text);
        },
        write: async (path, text) => void written.set(path, text),
      },
      readWorld: async (_configuration, { cluster }) => {
        asked.push(cluster);
        return read;
      },
    },
  );
  return { exitCode, out, told, written, asked };
}

describe('runPlan', () => {
  it('prints each change with its endpoints, what is held, the sum, and what it cannot show', async () => {
    const { exitCode, out } = await plan({});
    expect(exitCode).toBe(0);
    expect(out).toEqual([
      'east (sync)  +1 ~0 -0 =0 held 1',
      ' + cloudmap-cart.shop  create',
      expect.stringMatching(/^ {5}\+ 10\.0\.0\.1 .*=8080$/),
      expect.stringMatching(/^ ! cloudmap-pay\.shop {2}held host-taken: .*; by legacy$/),
      '',
      'west (observe)  +1 ~0 -0 =0 held 0  nothing would be written: mode observe writes nothing',
      ' + cloudmap-cart.shop  create',
      expect.stringMatching(/^ {5}\+ 10\.0\.0\.1 /),
      '',
      '+2 ~0 -0 =0 held 1',
      PROOF,
    ]);
  });

  it.each([
    ['2 when there are changes and it is asked for', true, 2],
    ['0 when there are changes and it is not asked for', false, 0],
  ])('gives %s', async (_what, hasDetailedExitCode, expected) => {
    expect((await plan({ hasDetailedExitCode })).exitCode).toBe(expected);
  });

  it('gives 0 with detailed exit codes when nothing would change', async () => {
    const empty = input({ sources: input().sources.map((read) => ({ ...read, snapshot: snapshot(source(), []) })) });
    expect((await plan({ hasDetailedExitCode: true }, empty)).exitCode).toBe(0);
  });

  it('gives 1 and says what is missing when not everything could be read', async () => {
    const problem = { what: 'service pay.shop', code: 'throttled' as const, message: 'slow down' };
    const [west] = input().clusters.slice(1);
    if (west === undefined) throw new Error('no cluster');
    const failed = { ...west, problem: { what: 'the cluster', code: 'forbidden' as const, message: 'no rights' } };
    const read = input({
      sources: input().sources.map((one) => ({ ...one, problems: [problem] })),
      clusters: [...input().clusters.slice(0, 1), failed],
    });
    const { exitCode, out } = await plan({ hasDetailedExitCode: true }, read);
    expect(exitCode).toBe(1);
    expect(out).toContain('west (observe)  could not be read');
    expect(out).toContain('not read: source us, service pay.shop: throttled, slow down');
    expect(out).toContain('not read: cluster west, the cluster: forbidden, no rights');
  });

  it('reads and plans one cluster only when asked to', async () => {
    const { asked, out } = await plan({ cluster: 'west' });
    expect(asked).toEqual(['west']);
    expect(out.join('\n')).not.toContain('east');
  });

  it.each<[number, string, Partial<PlanOptions>, Readonly<Record<string, string>>, RegExp]>([
    [65, 'the configuration is bad', {}, { '/conf/isthmus.yaml': 'hub: 1' }, /^isthmus\.yaml:1:/],
    [64, 'the cluster is unknown', { cluster: 'gke' }, {}, /has no cluster gke, but east, west/],
    [1, 'the configuration is not there', { config: { shown: 'x.yaml', path: '/x.yaml' } }, {}, /cannot read x\.yaml/],
    [
      1,
      'the saved file is not there',
      { offline: { shown: 's.json', path: '/s.json' } },
      {},
      /cannot plan from s\.json: it does not exist/,
    ],
    [
      1,
      'the saved file is something else',
      { offline: { shown: 's.json', path: '/s.json' } },
      { '/s.json': '{"schema":"other"}' },
      /cannot plan from s\.json: its schema is other; .* → write one with/,
    ],
  ])('gives %i, on stderr only, when %s', async (expected, _when, options, files, message) => {
    const { exitCode, out, told, asked } = await plan(options, input(), files);
    expect({ exitCode, out, asked: asked.length }).toEqual({ exitCode: expected, out: [], asked: 0 });
    expect(told.join('\n')).toMatch(message);
  });

  it('keeps what it read, and plans the same from that file alone', async () => {
    const saved = await plan({ saveSnapshot: { shown: 's.json', path: '/s.json' } });
    expect(saved.told).toEqual(['what was read is kept in s.json']);
    const text = saved.written.get('/s.json') ?? '';
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(encodePlanInput(input()))));
    const offline = await plan({ offline: { shown: 's.json', path: '/s.json' } }, input(), { '/s.json': text });
    expect(offline.out).toEqual(saved.out);
    expect(offline.asked).toEqual([]);
  });

  it.each([['json' as const], ['yaml' as const]])('answers in one %s document when asked to', async (output) => {
    const { out } = await plan({ output });
    expect(parse(out.join('\n'))).toMatchObject({
      problems: [],
      warnings: [],
      clusters: [
        {
          name: 'east',
          mode: 'sync',
          plan: { counts: { create: 1, held: 1 }, changes: [{ kind: 'create', host: 'cart.shop' }] },
        },
        { name: 'west', mode: 'observe' },
      ],
    });
  });

  it('folds a diff per cluster for a pull request', async () => {
    const { out } = await plan({ output: 'markdown' });
    const text = out.join('\n');
    expect(text).toContain('### Isthmus plan: `+2 ~0 -0 =0 held 1`');
    expect(text).toContain('<details><summary>east (sync)  +1 ~0 -0 =0 held 1</summary>');
    expect(text).toMatch(/```diff\n\+ cloudmap-cart\.shop {2}create\n\+ {3}10\.0\.0\.1 /);
    expect(text).toContain(PROOF);
  });

  it('stays short enough for a comment, and says how much it left out', async () => {
    const [wide = ''] = (await plan({ output: 'markdown' }, input({}, 100))).out;
    expect(wide).not.toContain('more endpoints');
    const [taller = ''] = (await plan({ output: 'markdown' }, input({ clusters: [] }, 100))).out;
    expect(taller).toContain('    … and 80 more endpoints');
    const services = Array.from({ length: 1500 }, (_, n) =>
      serviceState(serviceRecord(`service-${n}.shop`), { reading: reading([instance('10.0.0.1')]) }),
    );
    const sources = input().sources.map((read) => ({ ...read, snapshot: snapshot(source(), services) }));
    const [huge = ''] = (await plan({ output: 'markdown' }, input({ sources }))).out;
    expect(huge.length).toBeLessThan(65_536);
    expect(huge).toMatch(/… and \d+ more: isthmus plan --cluster east/);
  });

  it('lets no text of a cluster close the fence of a comment', async () => {
    const entries = [foreignEntry('a```b', 'cart.shop')];
    const read = input({ clusters: input().clusters.map((cluster) => ({ ...cluster, entries })) });
    const [text = ''] = (await plan({ output: 'markdown' }, read)).out;
    expect(text.match(/```/g)).toHaveLength(4);
  });
});
