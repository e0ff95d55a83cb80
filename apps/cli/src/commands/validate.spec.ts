import { err, ok } from '@isthmus/model';
import type { Terminal } from '../terminal.js';
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

async function validate(
  files: Readonly<Record<string, string>>,
  output: 'text' | 'json' = 'text',
  against?: { readonly shown: string; readonly path: string },
) {
  const terminal = recordingTerminal();
  const exitCode = await runValidate(
    { shown: 'conf/isthmus.yaml', path: '/conf/isthmus.yaml', against, output },
    {
      terminal,
      checkKubeconfig,
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
    const OLD = { shown: 'old.yaml', path: '/conf/old.yaml' };
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
});
