import type { AddOptions } from '../../apps/cli/src/commands/cluster/add.js';
import { runClusterAdd } from '../../apps/cli/src/commands/cluster/add.js';
import { runClusterRemove } from '../../apps/cli/src/commands/cluster/remove.js';
import { err, ok } from '@isthmus/model';
import type { KubeEmulator } from '../../apps/kube-emulator/src/server.js';
import { startKubeEmulator } from '../../apps/kube-emulator/src/server.js';
import { FakeAdministrator } from './fake-administrator.js';

const CONFIG = `apiVersion: isthmus.dev/v1
hub: { name: prod }
clusters: [{ name: aks, role: primary, kubeconfig: { file: a }, routes: [{ from: { namespaces: [shop] } }] }]
`;

describe('isthmus cluster', () => {
  let emulator: KubeEmulator;
  let target: FakeAdministrator;
  let hub: FakeAdministrator;
  let otherHub: FakeAdministrator;
  beforeEach(async () => {
    emulator = await startKubeEmulator({ name: 'eks' });
    const [, token = ''] = /token: (\S+)/.exec(emulator.kubeconfig()) ?? [];
    target = new FakeAdministrator('target', { url: emulator.url, caPem: emulator.caPem, token });
    hub = new FakeAdministrator('hub', { url: 'https://hub.example.com', caPem: undefined, token: 'unused' });
    otherHub = new FakeAdministrator('other-hub', { url: 'https://other.example.com', caPem: undefined, token: '-' });
  });
  afterEach(() => emulator.close());

  function surroundings() {
    const said: string[] = [];
    const terminal = { print: (line: string) => said.push(line), tell: (line: string) => said.push(line) };
    return {
      said,
      around: {
        terminal,
        open: async ({ context = '' }: { readonly context?: string | undefined }) =>
          ({ hub, 'other-hub': otherHub })[context] ?? target,
        files: { read: async (path: string) => (path === '/none' ? err('it does not exist') : ok(CONFIG)) },
        signal: AbortSignal.timeout(20_000),
        patienceMs: 0,
      },
    };
  }

  const place = { hub: { context: 'hub' }, secretsNamespace: 'isthmus-clusters', namespace: 'isthmus' };

  async function add(changes: Partial<AddOptions> = {}) {
    const { around, said } = surroundings();
    const target = { context: 'target' };
    const fixed = {
      name: 'eks',
      target,
      role: 'primary',
      isDryRun: false,
      output: 'text',
      server: emulator.url,
    } as const;
    const exitCode = await runClusterAdd({ ...fixed, ...place, ...changes }, around);
    return { exitCode, said: said.join('\n') };
  }

  async function remove(
    policy: 'orphan' | 'delete',
    changes: { readonly name?: string; readonly target?: undefined; readonly hub?: AddOptions['hub'] } = {},
  ) {
    const { around, said } = surroundings();
    const config = { shown: 'isthmus.yaml', path: '/isthmus.yaml' };
    const options = {
      name: 'eks',
      policy,
      config,
      target: { context: 'target' },
      ...place,
      isDryRun: false,
      ...changes,
    };
    const exitCode = await runClusterRemove(options, around);
    return { exitCode, said: said.join('\n') };
  }

  it('makes five objects there and two here, and nothing the second time', async () => {
    expect((await add()).exitCode).toBe(0);
    expect([...target.objects.keys()].map((path) => path.split('/').slice(-2).join('/'))).toEqual([
      'namespaces/isthmus',
      'serviceaccounts/isthmus',
      'secrets/isthmus-token',
      'roles/isthmus',
      'rolebindings/isthmus',
    ]);
    expect([...hub.objects.keys()].map((path) => path.split('/').at(-1))).toEqual(['isthmus-clusters', 'eks']);
    const writes = [target.writes.length, hub.writes.length];
    expect((await add()).said).not.toMatch(/ (created|changed)$/m);
    expect([target.writes.length, hub.writes.length]).toEqual(writes);
  });

  it('hands a renewed token on', async () => {
    await add();
    target.renewToken('not-yet-known-to-the-server');
    await expect(add()).rejects.toThrow(/401/);
    expect(hub.writes.filter((write) => write.startsWith('PATCH'))).toEqual([]);
    const [, token = ''] = /token: (\S+)/.exec(emulator.kubeconfig()) ?? [];
    emulator.model.setUser({
      name: 'isthmus',
      token: 'renewed-token',
      rights: emulator.model.user('isthmus')?.rights ?? [],
    });
    target.renewToken('renewed-token');
    expect(await add()).toMatchObject({ exitCode: 0 });
    expect(hub.writes.filter((write) => write.startsWith('PATCH'))).toHaveLength(1);
    expect(token).not.toBe('renewed-token');
  }, 20_000);

  it('repeats no token, in what it says nor in what it fails with', async () => {
    const { said } = await add();
    const [, token = ''] = /token: (\S+)/.exec(emulator.kubeconfig()) ?? [];
    expect(said).not.toContain(token);
    target.renewToken('canary-token');
    const failure = await add().catch((error: unknown) => String((error as Error).stack));
    expect(failure).not.toContain('canary-token');
  }, 20_000);

  it('mends a Role that somebody changed, and leaves what somebody added to the account', async () => {
    await add();
    target.edit('/serviceaccounts/isthmus', { metadata: { annotations: { theirs: 'stays' } } });
    target.edit('/roles/isthmus', { rules: [] });
    expect((await add()).said).toMatch(/target: Role isthmus\/isthmus changed/);
    expect(target.find('/serviceaccounts/isthmus')).toMatchObject({ metadata: { annotations: { theirs: 'stays' } } });
  });

  it('refuses a binding of that name that is for another Role', async () => {
    await add();
    target.edit('/rolebindings/isthmus', { roleRef: { kind: 'ClusterRole', name: 'admin' } });
    await expect(add()).rejects.toThrow(/RoleBinding isthmus\/isthmus exists with another roleRef/);
  });

  it('refuses a kubeconfig that goes through a proxy, unless the address for the hub is named', async () => {
    target.server = { ...target.server, url: 'https://api.example.com', proxyUrl: 'http://user:canary@proxy:3128' };
    const refused = add({ server: undefined });
    await expect(refused).rejects.toThrow(/through a proxy/);
    await expect(refused).rejects.not.toThrow(/canary/);
    expect(target.writes).toEqual([]);
  });

  it('takes the account and the Secret away, and leaves the namespace', async () => {
    await add();
    const { exitCode, said } = await remove('orphan');
    expect(exitCode).toBe(0);
    expect([...target.objects.keys()]).toEqual(['/api/v1/namespaces/isthmus']);
    expect([...hub.objects.keys()]).toEqual(['/api/v1/namespaces/isthmus-clusters']);
    expect(said).toMatch(/the namespace isthmus stays/);
  });

  it('takes one key out of a Secret that holds other clusters too', async () => {
    await add();
    hub.edit('/secrets/eks', { data: { gke: 'eA==' } });
    await remove('orphan');
    expect(hub.find('/secrets/eks')?.['data']).toEqual({ gke: 'eA==' });
  });

  it('keeps a Secret that somebody put another cluster into meanwhile', async () => {
    await add();
    hub.beforeWrite = (write) => {
      if (write.startsWith('DELETE') && write.endsWith('/secrets/eks'))
        hub.edit('/secrets/eks', { data: { gke: 'eA==' } });
    };
    await expect(remove('orphan')).rejects.toMatchObject({ code: 'conflict' });
    expect(Object.keys(hub.find('/secrets/eks')?.['data'] ?? {})).toEqual(['eks', 'gke']);
  });

  it('keeps a Secret that somebody made anew meanwhile', async () => {
    await add();
    hub.beforeWrite = (write) => {
      // Of an etcd that was restored: the same version, another object.
      if (write.startsWith('DELETE')) Object.assign(hub.find('/secrets/eks')?.['metadata'] ?? {}, { uid: 'another' });
    };
    await expect(remove('orphan')).rejects.toMatchObject({ code: 'conflict' });
    expect(hub.find('/secrets/eks')).toBeDefined();
  });

  it('takes no key out of a Secret that somebody changed meanwhile', async () => {
    await add();
    hub.edit('/secrets/eks', { data: { gke: 'eA==' } });
    hub.beforeWrite = () => hub.edit('/secrets/eks', { data: { eks: 'anew' } });
    await expect(remove('orphan')).rejects.toMatchObject({ code: 'conflict' });
    expect(hub.find('/secrets/eks')?.['data']).toEqual({ eks: 'anew', gke: 'eA==' });
  });

  it('leaves the account to another hub that uses it, until that goes too', async () => {
    await add();
    await add({ hub: { context: 'other-hub' } });
    const { exitCode, said } = await remove('orphan');
    expect(exitCode).toBe(0);
    expect(said).toMatch(/the account in isthmus stays: it is used by Secret isthmus-clusters\/eks of other-hub$/m);
    expect(target.objects.size).toBe(5);
    expect(hub.find('/secrets/eks')).toBeUndefined();
    expect((await remove('orphan', { hub: { context: 'other-hub' } })).said).toMatch(/deleted ServiceAccount/);
    expect([...target.objects.keys()]).toEqual(['/api/v1/namespaces/isthmus']);
  });

  it('leaves each part of the account to a hub that joins while it is taken away', async () => {
    await add();
    target.beforeWrite = (write) => {
      target.beforeWrite = () => undefined;
      const joins = { metadata: { annotations: { 'used-by.isthmus.dev/other': 'another hub' } } };
      if (write.endsWith('/rolebindings/isthmus')) target.edit('/rolebindings/isthmus', joins);
    };
    await expect(remove('orphan')).rejects.toMatchObject({ code: 'conflict' });
    expect(target.objects.size).toBe(5);
  });

  it('deletes nothing that was there before, as the account of a hub that runs in the cluster it writes to', async () => {
    await add();
    const helm = { metadata: { labels: { 'app.kubernetes.io/managed-by': 'Helm' } } };
    target.edit('/serviceaccounts/isthmus', helm);
    const { said } = await remove('orphan');
    expect(said).toMatch(/ServiceAccount isthmus\/isthmus stays: it was not made by isthmus cluster add/);
    expect(target.find('/serviceaccounts/isthmus')).toBeDefined();
    expect(target.find('/serviceaccounts/isthmus')).toMatchObject({ metadata: { annotations: {} } });
    expect(JSON.stringify(target.find('/serviceaccounts/isthmus'))).not.toContain('used-by');
    expect(target.find('/rolebindings/isthmus')).toBeUndefined();
  });

  it('says what stays in the cluster when it may not go there', async () => {
    await add();
    const { said } = await remove('orphan', { target: undefined });
    expect(said).toMatch(/in the cluster itself stay: ServiceAccount isthmus\/isthmus, .* → name it with --context/);
    expect(target.objects.size).toBe(5);
  });

  it('keeps the Secret while an object could not be deleted, so that it can be tried again', async () => {
    await add();
    const { model } = emulator;
    const [, token = ''] = /token: (\S+)/.exec(emulator.kubeconfig('admin')) ?? [];
    const labels = { 'app.kubernetes.io/managed-by': 'isthmus', 'isthmus.dev/hub': 'prod' };
    const metadata = {
      name: 'cloudmap-a.shop',
      namespace: 'isthmus',
      labels,
      annotations: { 'isthmus.dev/cluster': 'eks' },
    };
    const spec = { hosts: ['a.shop'], resolution: 'STATIC', ports: [{ number: 80, name: 'http' }] };
    model.handle({
      method: 'POST',
      path: '/apis/networking.istio.io/v1/namespaces/isthmus/serviceentries',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ apiVersion: 'networking.istio.io/v1', kind: 'ServiceEntry', metadata, spec }),
    });
    model.faults.add({ kind: 'status', status: 409, verb: 'delete' });
    expect(await remove('delete')).toMatchObject({ exitCode: 1 });
    expect(hub.find('/secrets/eks')).toBeDefined();
    model.faults.clear();
    expect(await remove('delete')).toMatchObject({ exitCode: 0 });
    expect(model.entries('isthmus')).toEqual([]);
    expect(hub.find('/secrets/eks')).toBeUndefined();
  });

  it('does not take away a cluster that the configuration still has', async () => {
    const { exitCode, said } = await remove('orphan', { name: 'aks' });
    expect({ exitCode, said }).toMatchObject({ exitCode: 1, said: expect.stringMatching(/take it out first/) });
    expect(hub.writes).toEqual([]);
  });
});
