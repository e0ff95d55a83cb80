import { err, ok } from '@isthmus/model';
import type { Terminal } from '../terminal.js';
import type { AskHub } from './ask-hub.js';
import type { KubeconfigCheck } from './kubeconfigs.js';
import { runValidate } from './validate.js';

const GOOD = `apiVersion: isthmus.dev/v1
hub: { name: prod }
sources:
  - { name: shop, region: us-east-1 }
clusters:
  - { name: east, role: primary, mode: sync, kubeconfig: { file: east.yaml }, routes: [{ from: { namespaces: [shop] } }] }
  - { name: west, role: primary, mode: sync, kubeconfig: { file: west.yaml }, routes: [{ from: { namespaces: [shop] } }] }
`;

/** A terminal that remembers. */
function recordingTerminal(): Terminal & { readonly out: string[]; readonly told: string[] } {
  const out: string[] = [];
  const told: string[] = [];
  return { out, told, print: (line) => out.push(line), tell: (line) => told.push(line) };
}

/** Every kubeconfig text is the URL of its server, or says that it is bad. */
const checkKubeconfig: KubeconfigCheck = async (text) =>
  text.startsWith('bad')
    ? err([
        { message: 'east.yaml:9:5 starts a program', remedy: 'write one with a token' },
        { message: 'east.yaml:3:5 has no server', remedy: undefined },
      ])
    : ok({ server: text });

/** A hub that answers these paths of its API, and 404 otherwise. */
function hubWith(answers: Readonly<Record<string, unknown>>): AskHub {
  return async (_hub, path) => {
    const body = answers[path];
    if (body === 'not-ready') return err({ exitCode: 4, lines: ['isthmus: the hub is not ready'] });
    return ok({ status: body === undefined ? 404 : 200, body: body ?? { code: 'not-found' } });
  };
}

async function validate(
  files: Readonly<Record<string, string>>,
  output: 'text' | 'json' = 'text',
  {
    against,
    server,
    askHub = hubWith({}),
  }: {
    readonly against?: { readonly shown: string; readonly path: string };
    readonly server?: string;
    readonly askHub?: AskHub;
  } = {},
) {
  const terminal = recordingTerminal();
  const exitCode = await runValidate(
    { shown: 'conf/isthmus.yaml', path: '/conf/isthmus.yaml', against, server, output },
    {
      terminal,
      checkKubeconfig,
      askHub,
      nowMs: Date.UTC(2026, 0, 1),
      files: {
        read: async (path) => {
          const text = files[path];
          return text === undefined ? err('it does not exist') : ok(text);
        },
      },
    },
  );
  return { exitCode, out: terminal.out, told: terminal.told };
}

const KUBECONFIGS = { '/conf/east.yaml': 'https://east', '/conf/west.yaml': 'https://west' };

describe('runValidate', () => {
  it('says in one line what a good configuration holds, and gives 0', async () => {
    await expect(validate({ '/conf/isthmus.yaml': GOOD, ...KUBECONFIGS })).resolves.toEqual({
      exitCode: 0,
      out: ['conf/isthmus.yaml: ok, 1 source, 2 clusters, 2 routes'],
      told: [],
    });
  });

  it('prints every error and gives 65', async () => {
    const text = GOOD.replace('prod', 'Prod').replace('us-east-1', 'us-east');
    const { exitCode, out } = await validate({ '/conf/isthmus.yaml': text, ...KUBECONFIGS });
    expect(exitCode).toBe(65);
    expect(out).toHaveLength(3);
    expect(out[0]).toMatch(/^conf\/isthmus\.yaml:2:14 CFG012 hub\.name: .* → /);
    expect(out[1]).toMatch(/^conf\/isthmus\.yaml:4:27 CFG014 sources\[0\]\.region: .* → /);
    expect(out[2]).toBe('conf/isthmus.yaml: 2 errors');
  });

  it('only warns of a kubeconfig that is not there, because the hub looks for it again', async () => {
    const { exitCode, out } = await validate({ '/conf/isthmus.yaml': GOOD, '/conf/east.yaml': 'https://east' });
    expect(exitCode).toBe(0);
    expect(out).toEqual([
      'conf/isthmus.yaml:7:66 CFG070 warning: clusters[1].kubeconfig.file: /conf/west.yaml cannot be read: it does not exist → put it there before the hub starts; the hub looks again every 10 s',
      'conf/isthmus.yaml: ok, 1 source, 2 clusters, 2 routes, 1 warning',
    ]);
  });

  it('refuses a configuration whose kubeconfig is refused, with every reason', async () => {
    const { exitCode, out } = await validate({ '/conf/isthmus.yaml': GOOD, ...KUBECONFIGS, '/conf/east.yaml': 'bad' });
    expect(exitCode).toBe(65);
    expect(out).toEqual([
      'conf/isthmus.yaml:6:66 CFG071 clusters[0].kubeconfig.file: east.yaml:9:5 starts a program → write one with a token',
      'conf/isthmus.yaml:6:66 CFG071 clusters[0].kubeconfig.file: east.yaml:3:5 has no server → write one as the message says',
      'conf/isthmus.yaml: 2 errors',
    ]);
  });

  it('refuses two clusters whose kubeconfigs lead to one namespace of one API server', async () => {
    const files = { '/conf/isthmus.yaml': GOOD, ...KUBECONFIGS, '/conf/west.yaml': 'https://EAST:443/' };
    const { exitCode, out } = await validate(files);
    expect(exitCode).toBe(65);
    expect(out[0]).toContain('7:66 CFG033');
    expect(out[0]).toContain('east and west write to the namespace isthmus of https://east');
  });

  it('answers in one JSON document when asked to', async () => {
    const good = await validate({ '/conf/isthmus.yaml': GOOD, ...KUBECONFIGS }, 'json');
    expect(JSON.parse(good.out.join('\n'))).toEqual({
      valid: true,
      file: 'conf/isthmus.yaml',
      counts: { sources: 1, clusters: 2, routes: 2 },
      errors: [],
      warnings: [],
    });
    const bad = await validate({ '/conf/isthmus.yaml': GOOD.replace('prod', 'Prod') }, 'json');
    expect(bad.exitCode).toBe(65);
    expect(JSON.parse(bad.out.join('\n'))).toMatchObject({
      valid: false,
      errors: [{ code: 'CFG012', line: 2, column: 14, path: 'hub.name' }],
    });
  });

  it('gives 1, on stderr, when the configuration itself cannot be read', async () => {
    await expect(validate({})).resolves.toEqual({
      exitCode: 1,
      out: [],
      told: ['isthmus: cannot read conf/isthmus.yaml: it does not exist → name the configuration with -c'],
    });
  });

  it('warns of a pause that is over', async () => {
    const text = `${GOOD}approvals: [{ cluster: east, removals: 0123456789abcdef, until: 2025-12-31T00:00:00Z }]\n`;
    const { exitCode, out } = await validate({ '/conf/isthmus.yaml': text, ...KUBECONFIGS });
    expect(exitCode).toBe(0);
    expect(out[0]).toContain('CFG081 warning: approvals[0].until: is in the past');
  });

  describe('against an older configuration', () => {
    const OLD = { against: { shown: 'old.yaml', path: '/conf/old.yaml' } };
    const old = GOOD.replace('{ name: shop, region: us-east-1 }', '{ name: shop, regions: [us-east-1, eu-west-1] }');

    it('lists what the new one would stop mapping', async () => {
      const files = { '/conf/isthmus.yaml': GOOD, '/conf/old.yaml': old, ...KUBECONFIGS };
      await expect(validate(files, 'text', OLD)).resolves.toEqual({
        exitCode: 0,
        out: [
          'conf/isthmus.yaml would stop mapping, compared with old.yaml:',
          '  - source shop-eu-west-1: eu-west-1 is not read any more',
          '  two files do not tell which services exist, and so which of this concerns any; what their instances mean ' +
            'for other ports, labels and address attributes; whether two services want one host now: ask a hub, with --server',
          'conf/isthmus.yaml: ok, 1 source, 2 clusters, 2 routes',
        ],
        told: [],
      });
      const { out } = await validate(files, 'json', OLD);
      expect(JSON.parse(out.join('\n'))).toMatchObject({
        against: { file: 'old.yaml', losses: [{ subject: 'source shop-eu-west-1' }] },
      });
    });

    it('says so when nothing would be lost', async () => {
      const { out } = await validate(
        { '/conf/isthmus.yaml': old, '/conf/old.yaml': GOOD, ...KUBECONFIGS },
        'text',
        OLD,
      );
      expect(out[0]).toBe('conf/isthmus.yaml maps all that old.yaml maps');
    });

    it('gives 65 when the older one is no configuration, and 1 when it cannot be read', async () => {
      const bad = { '/conf/isthmus.yaml': GOOD, '/conf/old.yaml': GOOD.replace('prod', 'Prod'), ...KUBECONFIGS };
      const { exitCode, out, told } = await validate(bad, 'text', OLD);
      expect({ exitCode, out }).toEqual({ exitCode: 65, out: [] });
      expect(told[0]).toContain('old.yaml:2:14 CFG012');
      await expect(validate({ '/conf/isthmus.yaml': GOOD }, 'text', OLD)).resolves.toMatchObject({ exitCode: 1 });
    });
  });

  describe('against a running hub', () => {
    const files = { '/conf/isthmus.yaml': GOOD, ...KUBECONFIGS };
    const component = (service: string, namespace = 'shop', endpoints = 1) => ({
      component: `aws/us-east-1/111122223333/ns-${namespace}/srv-${service}`,
      source: 'shop',
      seenBy: ['shop'],
      namespace,
      httpName: namespace,
      service,
      endpoints,
    });
    const host = (name: string, components: readonly unknown[], cluster = 'east') => ({
      host: name,
      name: `cloudmap-${name}`,
      objects: 1,
      namespace: 'isthmus',
      owner: { hub: 'prod', cluster },
      components,
    });
    const held = {
      '/api/v1/status': { sources: [], clusters: [{ name: 'east' }, { name: 'west' }, { name: 'gone' }] },
      '/api/v1/clusters/east/components': {
        cluster: 'east',
        hosts: [
          host('cart.shop', [component('cart'), component('cart', 'other', 2)]),
          host('pay.other', [component('pay', 'other', 3)]),
        ],
      },
      '/api/v1/clusters/west/components': { cluster: 'west', hosts: [host('cart.shop', [component('cart')], 'west')] },
      '/api/v1/clusters/gone/components': { cluster: 'gone', hosts: [host('cart.shop', [component('cart')], 'gone')] },
    };
    const server = 'http://hub:8080/';

    it('lists what the new one would remove of what the hub holds, object by object', async () => {
      await expect(validate(files, 'text', { server, askHub: hubWith(held) })).resolves.toEqual({
        exitCode: 0,
        out: [
          'conf/isthmus.yaml would remove, of what http://hub:8080 holds:',
          '  - east: 2 endpoints of cloudmap-cart.shop, of cart in other (source shop)',
          '  - east: cloudmap-pay.other, with 3 endpoints',
          '  - gone: cloudmap-cart.shop stays as it is, with 1 endpoint: its cluster is not configured any more',
          '  more than one object of east: the hub holds them until they are approved',
          '  instances that other rules leave out (where, networks, address attributes): isthmus plan shows them',
          'conf/isthmus.yaml: ok, 1 source, 2 clusters, 2 routes',
        ],
        told: [],
      });
      const { out } = await validate(files, 'json', { server, askHub: hubWith(held) });
      expect(JSON.parse(out.join('\n'))).toMatchObject({
        valid: true,
        server: { hub: 'http://hub:8080', unknown: [], removals: [{ kind: 'endpoints' }, { kind: 'object' }, {}] },
      });
    });

    it('says so when nothing would go', async () => {
      const askHub = hubWith({ ...held, '/api/v1/status': { sources: [], clusters: [{ name: 'west' }] } });
      const { out } = await validate(files, 'text', { server, askHub });
      expect(out[0]).toBe('conf/isthmus.yaml would remove nothing of what http://hub:8080 holds');
    });

    it('gives 1 and says of which cluster the hub knows nothing', async () => {
      const askHub = hubWith({ ...held, '/api/v1/clusters/west/components': 'not-ready' });
      const { exitCode, out } = await validate(files, 'text', { server, askHub });
      expect(exitCode).toBe(1);
      expect(out).toContain('  not known: west: isthmus: the hub is not ready');
    });

    it.each<[number, string, string, AskHub, RegExp]>([
      [64, 'its URL is none', 'hub', hubWith(held), /hub is no URL of a hub/],
      [4, 'nobody answers', server, hubWith({ '/api/v1/status': 'not-ready' }), /not ready/],
      [1, 'something else answers', server, hubWith({}), /answered 404 → is it as new as this command/],
      [
        1,
        'it is older',
        server,
        hubWith({ '/api/v1/status': { sources: [], clusters: [{ name: 'east' }] } }),
        /answered 404 → is it as new/,
      ],
    ])('gives %i when %s', async (exitCode, _when, url, askHub, message) => {
      const { out, told, ...verdict } = await validate(files, 'text', { server: url, askHub });
      expect({ ...verdict, out }).toEqual({ exitCode, out: [] });
      expect(told.join()).toMatch(message);
    });

    it('does not ask for a configuration that cannot be used', async () => {
      const bad = { ...files, '/conf/isthmus.yaml': GOOD.replace('prod', 'Prod') };
      await expect(validate(bad, 'text', { server: 'hub' })).resolves.toMatchObject({ exitCode: 65 });
    });
  });
});
