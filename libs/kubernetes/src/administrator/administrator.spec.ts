import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAdministrator } from './administrator.js';

const KUBECONFIG = `apiVersion: v1
kind: Config
current-context: one
contexts:
  - { name: one, context: { cluster: one, user: broken } }
  - { name: two, context: { cluster: two, user: broken } }
  - { name: lost, context: { cluster: nowhere, user: broken } }
clusters:
  - name: one
    cluster: { server: 'https://one.example.com/', certificate-authority-data: Q0E=, tls-server-name: api.one }
  - { name: two, cluster: { server: 'https://two.example.com', proxy-url: 'http://proxy:3128' } }
users:
  - name: broken
    user: { exec: { apiVersion: client.authentication.k8s.io/v1, command: sh, args: [-c, 'echo canary >&2; exit 1'] } }
`;

describe('openAdministrator', () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-administrator-'));
  const file = join(folder, 'kubeconfig');
  beforeAll(() => writeFileSync(file, KUBECONFIG));
  afterAll(() => rmSync(folder, { recursive: true }));
  const open = (context?: string) => openAdministrator({ kubeconfigFile: file, context });

  it('takes the current context, or the one that is named', async () => {
    expect((await open()).server).toEqual({
      url: 'https://one.example.com',
      caPem: 'CA',
      serverName: 'api.one',
      proxyUrl: undefined,
    });
    expect((await open('two')).server).toMatchObject({ url: 'https://two.example.com', proxyUrl: 'http://proxy:3128' });
  });

  it.each([
    [
      'a context that is not there',
      'three',
      /it has no context three, but one, two, lost → name one with --kubeconfig/,
    ],
    ['a context without a cluster', 'lost', /context lost names no cluster/],
  ])('refuses %s', async (_what, context, message) => {
    await expect(open(context)).rejects.toThrow(message);
  });

  it('refuses a file that is not there', async () => {
    await expect(openAdministrator({ kubeconfigFile: join(folder, 'gone') })).rejects.toThrow(/gone cannot be read/);
  });

  it('says that there is no credential, and repeats nothing of what the program said', async () => {
    const administrator = await open();
    const request = { method: 'GET', path: '/version', accept: '*/*', timeoutMs: 5_000, doing: 'asking' } as const;
    const failure = administrator.send({ ...request, signal: AbortSignal.timeout(5_000) });
    await expect(failure).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringMatching(/context one/),
    });
    await expect(failure).rejects.not.toThrow(/canary/);
  });
});
