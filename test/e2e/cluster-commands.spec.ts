import { readFileSync, writeFileSync } from 'node:fs';
import { parseKubeconfig } from '@isthmus/kubernetes';
import { parseAllDocuments, stringify } from 'yaml';
import { startCloudMapEmulator } from '../../apps/cloud-map-emulator/src/server.js';
import { openRuntime } from '../../apps/hub/src/open-runtime.js';
import { startHub } from '../../apps/hub/src/start-hub.js';
import { checkTarget } from '../../apps/cli/src/commands/doctor-probes.js';
import { runClusterList } from '../../apps/cli/src/commands/cluster/list.js';
import { applyAsShown, deployment } from './cluster-hands.js';
import type { ServerBinaries } from './servers/index.js';
import { describeOnServers, jsonOf, until } from './servers/index.js';
import { CommandSite, CONFIGURED, MESH, OTHER, RBAC } from './command-site.js';

describeOnServers('isthmus cluster on real API servers', (binaries: ServerBinaries) => {
  let here: CommandSite;
  beforeAll(async () => {
    here = await CommandSite.start(binaries);
  }, 120_000);
  afterAll(() => here.stop());

  it('shows everything that it would make, and touches nothing', async () => {
    const { exitCode, text } = await here.add({ isDryRun: true, output: 'yaml' });
    expect(exitCode).toBe(0);
    const kinds = parseAllDocuments(text).map((document) => (document.toJS() as { readonly kind: string }).kind);
    expect(kinds).toEqual(['Namespace', 'ServiceAccount', 'Secret', 'Role', 'RoleBinding', 'Namespace', 'Secret']);
    expect(text).not.toContain(here.target.server.adminToken);
    expect((await here.target.server.call({ path: `/api/v1/namespaces/${MESH}` })).status).toBe(404);
    expect(await here.hubSecret()).toBeUndefined();
  });

  it('refuses an address that means another machine to the hub, unless it is named', async () => {
    await expect(here.add({ server: undefined })).rejects.toThrow(/is this machine for whoever uses it → .*--server/);
    expect(await here.hubSecret()).toBeUndefined();
  });

  it('makes the account in the target and the Secret in the cluster of the hub, and prints no token', async () => {
    const { exitCode, text, told } = await here.add();
    expect(exitCode).toBe(0);
    expect(told.split('\n').filter((line) => line.endsWith(' created'))).toHaveLength(7);
    expect(text).toMatch(/kubeconfig:\n +secret: eks\n +namespace: mesh\n +mode: observe/);
    const kubeconfig = Buffer.from((await here.hubSecret())?.data?.['eks'] ?? '', 'base64').toString('utf8');
    const parsed = parseKubeconfig(kubeconfig, 'eks');
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
    expect(parsed.value.server).toBe(here.target.server.url);
    const token = parsed.value.token?.reveal() ?? '';
    expect(token).not.toBe('');
    expect(`${text}${told}`).not.toContain(token);
    expect(`${text}${told}`).not.toContain(here.target.server.adminToken);
  }, 60_000);

  it('changes nothing the second time', async () => {
    const before = (await here.hubSecret())?.metadata.resourceVersion;
    const { told } = await here.add();
    expect(told.split('\n').filter((line) => line.endsWith(' unchanged'))).toHaveLength(7);
    expect((await here.hubSecret())?.metadata.resourceVersion).toBe(before);
  }, 60_000);

  it('makes rights that are exactly those that the hub needs', async () => {
    const { exitCode, checks } = await here.tryOut();
    expect([...checks.values()].filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(exitCode).toBe(0);
    expect(checks.get('auth')?.message).toContain('system:serviceaccount:mesh:isthmus');
    expect(checks.get('rights')?.outcome).toBe('ok');
    expect(checks.get('excess-rights')).toMatchObject({ outcome: 'ok' });
    expect(checks.get('write')?.message).toMatch(/dry run/);
    expect(await here.target.entries(MESH)).toEqual([]);
    // What nobody but an administrator may see is told as unknown, not as missing.
    expect(checks.get('istiod')?.outcome).toBe('unknown');
    expect(checks.get('dns-capture')?.outcome).toBe('unknown');
  });

  it('warns of a right that goes beyond the need', async () => {
    const names = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view-secrets' };
    const kind = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'view-secrets' } };
    const rules = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }];
    const subjects = [{ kind: 'ServiceAccount', name: 'isthmus', namespace: MESH }];
    const role = { ...kind, kind: 'ClusterRole', rules };
    const binding = { ...kind, kind: 'ClusterRoleBinding', roleRef: names, subjects };
    jsonOf(await here.target.server.call({ method: 'POST', path: `${RBAC}/clusterroles`, body: role }), 201);
    jsonOf(await here.target.server.call({ method: 'POST', path: `${RBAC}/clusterrolebindings`, body: binding }), 201);
    await until(
      'the right is seen',
      10_000,
      async () => (await here.tryOut()).checks.get('excess-rights')?.outcome === 'warning',
    );
    expect((await here.tryOut()).checks.get('excess-rights')?.message).toMatch(/get, list secrets/);
    await here.target.server.call({ method: 'DELETE', path: `${RBAC}/clusterrolebindings/view-secrets` });
  }, 30_000);

  it('names each verb that is missing, with a Role that gives it', async () => {
    const path = `${RBAC}/namespaces/${MESH}/roles/isthmus`;
    const rules = [
      { apiGroups: ['networking.istio.io'], resources: ['serviceentries'], verbs: ['get', 'list', 'watch'] },
    ];
    const type = 'application/merge-patch+json';
    jsonOf(await here.target.server.call({ method: 'PATCH', path, body: { rules }, type }), 200);
    await until(
      'the rights are gone',
      10_000,
      async () => (await here.tryOut()).checks.get('rights')?.outcome === 'failed',
    );
    const { exitCode, checks } = await here.tryOut();
    expect(exitCode).toBe(3);
    const { message = '', fix = '' } = checks.get('rights') ?? {};
    expect(message).toBe('it may not create, patch, delete serviceentries in mesh');
    await applyAsShown(here.target, fix ?? '');
    await until(
      'the rights are back',
      10_000,
      async () => (await here.tryOut()).checks.get('rights')?.outcome === 'ok',
    );
  }, 60_000);

  it('asks for what createNamespace and previousNamespaces need, and only then', async () => {
    const moving = CONFIGURED.replace('mode: sync', 'mode: sync, createNamespace: true, previousNamespaces: [old]');
    const { checks } = await here.tryOut('eks', moving);
    expect(checks.get('rights')?.message).toBe(
      'it may not get, list, watch, delete serviceentries in old; nor create namespaces',
    );
    expect(checks.get('rights')?.fix).toMatch(/create-namespace\.yaml[\s\S]*namespace: old/);
  });

  it('tells whether an istiod is there and whether sidecars resolve hosts, to whoever may see it', async () => {
    const { around } = here.surroundings();
    const parsed = parseKubeconfig(here.target.kubeconfig({ token: here.target.server.adminToken }), 'admin');
    if (!parsed.ok) throw new Error('no kubeconfig');
    const look = async () => {
      const cluster = {
        name: 'eks' as never,
        formerNames: [],
        role: 'primary',
        push: true,
        mode: 'sync',
        namespace: MESH,
        previousNamespaces: [],
        createNamespace: false,
        auth: { kind: 'kubeconfig' },
      } as const;
      const configuration = { hub: { name: 'e2e', formerNames: [], readOnly: false } as never };
      const checks = await checkTarget(cluster, {
        configuration,
        kubeconfig: parsed.value,
        where: 'admin',
        signal: around.signal,
      });
      return new Map(checks.map((check) => [check.name, check]));
    };
    await here.target.createNamespace('istio-system');
    const before = await look();
    expect(before.get('istiod')).toMatchObject({ outcome: 'warning', message: expect.stringMatching(/nobody reads/) });
    expect(before.get('dns-capture')?.outcome).toBe('unknown');
    expect(before.get('excess-rights')?.outcome).toBe('warning');
    const metadata = { name: 'istio' };
    const maps = '/api/v1/namespaces/istio-system/configmaps';
    const mesh = (capture: string) => ({
      data: { mesh: stringify({ defaultConfig: { proxyMetadata: { ISTIO_META_DNS_CAPTURE: capture } } }) },
    });
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata, ...mesh('false') };
    jsonOf(await here.target.server.call({ method: 'POST', path: maps, body }), 201);
    expect((await look()).get('dns-capture')).toMatchObject({ outcome: 'warning' });
    const type = 'application/merge-patch+json';
    await here.target.server.call({ method: 'PATCH', path: `${maps}/istio`, body: mesh('true'), type });
    await here.target.server.call({
      method: 'POST',
      path: '/apis/apps/v1/namespaces/istio-system/deployments',
      body: deployment(),
    });
    const after = await look();
    expect(after.get('dns-capture')?.outcome).toBe('ok');
    expect(after.get('istiod')?.outcome).toBe('ok');
  }, 30_000);

  it('is all that a hub needs to write there: it finds the Secret, and ServiceEntries appear', async () => {
    const account = '111122223333';
    const shop = { services: { cart: { instances: { 'i-1': { attributes: { AWS_INSTANCE_IPV4: '10.1.0.1' } } } } } };
    const cloudMap = await startCloudMapEmulator({
      seed: { accounts: { [account]: { 'us-east-1': { namespaces: { shop } } } } },
    });
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', KUBECONFIG: here.file() });
    const source = { name: 'us', region: 'us-east-1', account, endpoint: cloudMap.url };
    const { path } = here.config(`sources: [${JSON.stringify(source)}]\n${CONFIGURED}`);
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace('name: e2e', 'name: e2e, http: { host: 127.0.0.1, port: 0 }'),
    );
    const runtime = await openRuntime({ configFile: path, logDestination: { write: () => undefined } });
    if (!runtime.ok) throw new Error(runtime.error.join('\n'));
    const running = await startHub(runtime.value);
    try {
      await until('the entry appears', 30_000, async () => (await here.names()).includes('cloudmap-cart.shop'));
      expect(await here.names()).toEqual(['cloudmap-cart.shop']);
    } finally {
      await running.close();
      await cloudMap.close();
      delete process.env['KUBECONFIG'];
    }
    await here.target.remove('cloudmap-cart.shop', MESH);
  }, 60_000);

  it('lists what has a Secret, an entry, or both', async () => {
    const list = async (clusters: string) => {
      const { around, said } = here.surroundings();
      await runClusterList({ config: here.config(clusters), ...here.place(), output: 'json' }, around);
      return JSON.parse(said().text) as readonly { readonly name: string; readonly state: string }[];
    };
    expect(await list(CONFIGURED)).toMatchObject([{ name: 'eks', state: 'ready', secret: 'eks' }]);
    expect(await list(OTHER)).toMatchObject([
      { name: 'aks', state: 'no-secret' },
      { name: 'eks', state: 'unconfigured' },
    ]);
  });

  it('refuses to add a cluster that another Secret holds', async () => {
    await expect(here.add({ name: 'eks', secretsNamespace: 'isthmus-clusters' })).resolves.toMatchObject({
      exitCode: 0,
    });
    const metadata = { name: 'older', labels: { 'isthmus.dev/cluster': 'true' } };
    const body = { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { gke: 'x' } };
    const path = '/api/v1/namespaces/isthmus-clusters/secrets';
    jsonOf(await here.hub.server.call({ method: 'POST', path, body }), 201);
    await expect(here.add({ name: 'gke' })).rejects.toThrow(/Secret isthmus-clusters\/older holds cluster gke already/);
    await here.hub.server.call({ method: 'DELETE', path: `${path}/older` });
  }, 60_000);

  it('does not remove a cluster that the configuration still has', async () => {
    const { exitCode, told } = await here.remove('delete', { clusters: CONFIGURED });
    expect({ exitCode, told }).toMatchObject({ exitCode: 1, told: expect.stringMatching(/take it out first/) });
    expect(await here.hubSecret()).toBeDefined();
  });

  it('shows what it would delete, and deletes nothing', async () => {
    await here.fill();
    const { exitCode, text } = await here.remove('delete', { isDryRun: true });
    expect(exitCode).toBe(0);
    expect(text).toMatch(/^1 ServiceEntries of this hub in mesh, 2 of others, which stay\n {2}- cloudmap-a\.shop/);
    expect(text).toMatch(/would delete Secret isthmus-clusters\/eks/);
    expect(await here.names()).toEqual(['by-hand', 'cloudmap-a.shop', 'of-another']);
    expect(await here.hubSecret()).toBeDefined();
  });

  it('deletes the objects of this hub and cluster, and no other, then the Secret and the account', async () => {
    expect(await here.remove('delete')).toMatchObject({ exitCode: 0 });
    expect(await here.names()).toEqual(['by-hand', 'of-another']);
    expect(await here.hubSecret()).toBeUndefined();
    const role = await here.target.server.call({ path: `${RBAC}/namespaces/${MESH}/roles/isthmus` });
    const account = await here.target.server.call({ path: `/api/v1/namespaces/${MESH}/serviceaccounts/isthmus` });
    expect([role.status, account.status]).toEqual([404, 404]);
    expect((await here.target.server.call({ path: `/api/v1/namespaces/${MESH}` })).status).toBe(200);
  });

  it('leaves the objects when asked to', async () => {
    expect(await here.add()).toMatchObject({ exitCode: 0 });
    await here.fill();
    expect(await here.remove('orphan')).toMatchObject({ exitCode: 0 });
    expect(await here.names()).toEqual(['by-hand', 'cloudmap-a.shop', 'of-another']);
    expect(await here.hubSecret()).toBeUndefined();
  }, 60_000);
});
