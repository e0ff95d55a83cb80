import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { generate } from 'selfsigned';
import { stringify } from 'yaml';
import type { KubeconfigProblem } from './kubeconfig.js';
import { parseKubeconfig } from './parse-kubeconfig.js';

const CANARY = 'canary-token-1234567890';
const TRAP = 'https://trap.example.com';

interface Parts {
  readonly root?: object;
  readonly cluster?: object;
  readonly user?: object;
  readonly context?: object;
}

const text = ({ root, cluster, user, context }: Parts = {}) =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    preferences: {},
    clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.1:6443', ...cluster } }],
    users: [{ name: 'u', user: { token: CANARY, ...user } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', ...context } }],
    'current-context': 'x',
    ...root,
  });

function problemsOf(kubeconfig: string): readonly KubeconfigProblem[] {
  const parsed = parseKubeconfig(kubeconfig, 'c.yaml');
  return parsed.ok ? [] : parsed.error;
}

const codesOf = (parts: Parts) => problemsOf(text(parts)).map(({ code }) => code);
const base64 = (value: string) => Buffer.from(value).toString('base64');

describe('parseKubeconfig', () => {
  it('reads server, token and namespace of the one context', () => {
    const parsed = parseKubeconfig(text({ context: { namespace: 'mesh' } }), 'c.yaml');
    expect(parsed).toMatchObject({ ok: true, value: { server: 'https://10.0.0.1:6443', namespace: 'mesh' } });
    expect(parsed.ok && parsed.value.token?.reveal()).toBe(CANARY);
  });

  it('reads authority, client certificate and server name', async () => {
    const pems = await generate([{ name: 'commonName', value: 'c' }], { keyType: 'ec', algorithm: 'sha256' });
    const parsed = parseKubeconfig(
      text({
        cluster: { 'certificate-authority-data': base64(pems.cert), 'tls-server-name': 'api.internal' },
        user: { 'client-certificate-data': base64(pems.cert), 'client-key-data': base64(pems.private) },
      }),
      'c.yaml',
    );
    expect(parsed).toMatchObject({
      ok: true,
      value: { caPem: pems.cert, serverName: 'api.internal', clientCertificate: { certPem: pems.cert } },
    });
    expect(inspect(parsed, { depth: 9 })).not.toContain('PRIVATE KEY');
  });

  it('keeps the path of a server behind a prefix, without its last slash', () => {
    const server = 'https://rancher.example.com/k8s/clusters/c-1/';
    expect(parseKubeconfig(text({ cluster: { server } }), 'c.yaml')).toMatchObject({
      value: { server: 'https://rancher.example.com/k8s/clusters/c-1' },
    });
  });

  it.each(['https://127.0.0.1:6443', 'https://[::1]:6443', 'https://localhost:6443'])(
    'accepts the loopback server %s, which kind and minikube write',
    (server) => expect(codesOf({ cluster: { server } })).toEqual([]),
  );

  it('ignores what is known to mean nothing here', () => {
    const extensions = () => [{ name: 'cluster_info', extension: { provider: 'minikube.sigs.k8s.io' } }];
    const cluster = { extensions: extensions(), 'disable-compression': false };
    expect(codesOf({ cluster, context: { extensions: extensions() } })).toEqual([]);
  });

  it('accepts insecure-skip-tls-verify when it is false', () => {
    expect(codesOf({ cluster: { 'insecure-skip-tls-verify': false } })).toEqual([]);
  });

  it('tells all problems at once, each with its line and column', () => {
    const problems = problemsOf(
      ['apiVersion: v1', 'kind: Config', 'clusters: []', 'users:', '  - name: u', '    user: { exec: {}, as: x }'].join(
        '\n',
      ),
    );
    expect(problems.map(({ code, place }) => `${place} ${code}`)).toEqual([
      'c.yaml:3:11 not-one-context',
      'c.yaml:6:13 exec',
      'c.yaml:6:23 impersonation',
      'c.yaml:1:1 missing',
      'c.yaml:1:1 missing',
    ]);
  });
});

describe('parseKubeconfig on what could harm the hub', () => {
  let folder: string;
  let trap: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
    trap = join(folder, 'trap.sh');
    writeFileSync(trap, `#!/bin/sh\necho sprung >> ${join(folder, 'sprung')}\n`, { mode: 0o700 });
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  const secretFile = () => join(folder, 'secret');
  const sprung = () => spawnSync('ls', [folder], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean);

  const refused: Readonly<Record<string, readonly [code: string, parts: () => Parts]>> = {
    exec: ['exec', () => ({ user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: trap } } })],
    'auth-provider': [
      'auth-provider',
      () => ({ user: { 'auth-provider': { name: 'gcp', config: { 'cmd-path': trap, tokenFile: secretFile() } } } }),
    ],
    tokenFile: ['file-path', () => ({ user: { tokenFile: secretFile() } })],
    'token-file': ['file-path', () => ({ user: { 'token-file': secretFile() } })],
    'client-certificate': ['file-path', () => ({ user: { 'client-certificate': secretFile() } })],
    'client-key': ['file-path', () => ({ user: { 'client-key': secretFile() } })],
    'certificate-authority': ['file-path', () => ({ cluster: { 'certificate-authority': secretFile() } })],
    'insecure-skip-tls-verify': ['insecure', () => ({ cluster: { 'insecure-skip-tls-verify': true } })],
    'insecure-skip-tls-verify as a text': ['insecure', () => ({ cluster: { 'insecure-skip-tls-verify': 'false' } })],
    'proxy-url': ['proxy', () => ({ cluster: { 'proxy-url': TRAP } })],
    as: ['impersonation', () => ({ user: { as: 'system:admin' } })],
    'as-groups': ['impersonation', () => ({ user: { 'as-groups': ['system:masters'] } })],
    'as-uid': ['impersonation', () => ({ user: { 'as-uid': '0' } })],
    'as-user-extra': ['impersonation', () => ({ user: { 'as-user-extra': { a: ['b'] } } })],
    username: ['password', () => ({ user: { username: 'admin' } })],
    password: ['password', () => ({ user: { password: CANARY } })],
    'an unknown key at the root': ['unknown-key', () => ({ root: { plugins: [] } })],
    'an unknown key of a cluster': ['unknown-key', () => ({ cluster: { 'api-path': trap } })],
    'an unknown key of a user': ['unknown-key', () => ({ user: { __proto__x: trap } })],
    'an unknown key of a context': ['unknown-key', () => ({ context: { proxy: trap } })],
    'an http server': ['server', () => ({ cluster: { server: 'http://10.0.0.1' } })],
    'a server with a password': ['server', () => ({ cluster: { server: `https://u:${CANARY}@10.0.0.1` } })],
    'a server with a query': ['server', () => ({ cluster: { server: 'https://10.0.0.1/?a=b' } })],
    'a server that is no URL': ['server', () => ({ cluster: { server: '10.0.0.1:6443' } })],
    'the metadata service': ['server', () => ({ cluster: { server: 'https://169.254.169.254' } })],
    'the metadata service as one number': ['server', () => ({ cluster: { server: 'https://2852039166' } })],
    'the metadata service over IPv6': ['server', () => ({ cluster: { server: 'https://[fd00:ec2::254]' } })],
    'the metadata service mapped into IPv6': [
      'server',
      () => ({ cluster: { server: 'https://[::ffff:169.254.169.254]' } }),
    ],
    'the metadata service by name': ['server', () => ({ cluster: { server: 'https://metadata.google.internal.' } })],
    'a link-local address': ['server', () => ({ cluster: { server: 'https://[fe80::1]' } })],
    'the unspecified address': ['server', () => ({ cluster: { server: 'https://0.0.0.0' } })],
    'an authority that is no base64': ['pem', () => ({ cluster: { 'certificate-authority-data': '%%%' } })],
    'an authority that is no PEM': ['pem', () => ({ cluster: { 'certificate-authority-data': base64('hello') } })],
    'a broken certificate': [
      'pem',
      () => ({
        cluster: {
          'certificate-authority-data': base64('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'),
        },
      }),
    ],
    'a certificate without its key': ['credential', () => ({ user: { 'client-certificate-data': base64('x') } })],
    'no credential': ['credential', () => ({ root: { users: [{ name: 'u', user: {} }] } })],
    'an empty token': ['wrong-type', () => ({ user: { token: '' } })],
    'a token that would break the header': ['credential', () => ({ user: { token: 'a\r\nX-Evil: 1' } })],
    'a token that is a number': ['wrong-type', () => ({ user: { token: 12_345 } })],
    'two contexts': [
      'not-one-context',
      () => ({
        root: {
          contexts: ['x', 'y'].map((name) => ({ name, context: { cluster: 'c', user: 'u' } })),
        },
      }),
    ],
    'a current-context that does not exist': ['not-one-context', () => ({ root: { 'current-context': 'y' } })],
    'a context of another user': ['not-one-context', () => ({ context: { user: 'v' } })],
    'another kind': ['wrong-type', () => ({ root: { kind: 'Secret' } })],
  };

  it.each(Object.entries(refused))('refuses %s, and neither runs, reads nor calls anything', (_, [code, parts]) => {
    const before = sprung();
    expect(codesOf(parts())).toContain(code);
    expect(sprung()).toEqual(before);
  });

  it.each(Object.entries(refused))('repeats nothing of the file when it refuses %s', (_, [, parts]) => {
    const told = JSON.stringify(problemsOf(text(parts())));
    expect(told).not.toContain(CANARY);
    expect(told).not.toContain(folder);
  });

  it('prints the commands that make a kubeconfig that works instead of one with exec', () => {
    const [problem] = problemsOf(text({ user: { exec: { command: 'aws' } } }));
    expect(problem?.message).toContain('kubectl -n isthmus create serviceaccount isthmus');
    expect(problem?.message).toMatch(/EKS: aws eks .*AKS: az aks /s);
  });

  it.each([
    ['an alias', 'a: &x [1]\nb: *x'],
    ['a tag', 'a: !!binary aGk='],
    ['a bomb of aliases', 'a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]'],
    ['two documents', 'a: 1\n---\nb: 2'],
    ['a key twice', 'kind: Config\nkind: Config'],
    ['no YAML at all', '{'],
  ])('refuses %s', (_, yaml) => {
    expect(problemsOf(yaml).map(({ code }) => code)).toContain('yaml');
  });

  it('refuses more than 64 KiB without parsing it, and survives deep nesting', () => {
    expect(problemsOf('['.repeat(10_000_000)).map(({ code }) => code)).toEqual(['too-large']);
    expect(problemsOf('['.repeat(60_000)).length).toBeGreaterThan(0);
  });

  it('refuses a client key that belongs to another certificate', async () => {
    const attributes = [{ name: 'commonName', value: 'c' }];
    const mine = await generate(attributes, { keyType: 'ec', algorithm: 'sha256' });
    const other = await generate(attributes, { keyType: 'ec', algorithm: 'sha256' });
    const user = { 'client-certificate-data': base64(mine.cert), 'client-key-data': base64(other.private) };
    expect(codesOf({ user })).toEqual(['pem']);
  });

  it('is written without any means to run, read or call', () => {
    const sources = ['parse-kubeconfig', 'node-reader', 'key-rules', 'pem', 'server-url', 'remedies'];
    const imports = sources.flatMap((name) =>
      [...readFileSync(join(import.meta.dirname, `${name}.ts`), 'utf8').matchAll(/from '([^']+)'/g)].map(
        ([, from]) => from,
      ),
    );
    expect(new Set(imports.filter((from) => from?.startsWith('node:')))).toEqual(new Set(['node:crypto']));
  });
});
