import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterSecrets, RevocableToken } from './cluster-secrets.js';
import { HubSite } from './hub-site.js';
import { ROOT } from './servers/places.js';
import { describeOnServers, until } from './servers/index.js';

const US = 'us-east-1';
const EU = 'eu-west-1';
/** No write may wait longer for a credential that is replaced while it works. */
const LONGEST_WAIT_MS = 5_000;

describeOnServers('a hub whose clusters come from Secrets, on real API servers', (binaries) => {
  let hub: HubSite;
  let secrets: ClusterSecrets;
  let kubeconfig: string;
  const issued: RevocableToken[] = [];
  const token = async (): Promise<RevocableToken> => {
    const one = await RevocableToken.issue(hub.cluster('aks-west'), `hub-token-${issued.length}`);
    issued.push(one);
    return one;
  };
  const aks = (credential: RevocableToken): Readonly<Record<string, string>> => ({
    'aks-west': hub.cluster('aks-west').kubeconfig({ token: credential.token }),
  });
  const waitMsOf = async (address: string): Promise<number> => {
    const startMs = performance.now();
    await hub.register(EU, 'orders', address);
    await until(`${address} is in the cluster`, 30_000, async () =>
      (await hub.hosts('aks-west'))['orders.shop']?.includes(address),
    );
    return performance.now() - startMs;
  };

  beforeAll(async () => {
    hub = await HubSite.start(binaries);
    const own = hub.cluster('eks-us');
    await own.apply(join(ROOT, 'deploy/rbac/hub-secrets.yaml'));
    secrets = new ClusterSecrets(own);
    // The hub finds its own cluster by the rights of its ServiceAccount alone.
    kubeconfig = join(hub.site.folder, 'own.kubeconfig');
    writeFileSync(kubeconfig, own.kubeconfig(), { mode: 0o600 });
    await secrets.put('eks-us', { 'eks-us': own.kubeconfig() });
    const place = { 'eks-us': undefined, 'aks-west': { secret: 'aks-west' } };
    hub.configure(
      (cluster, name) => {
        delete cluster['kubeconfig'];
        if (place[name] !== undefined) cluster['kubeconfig'] = place[name];
      },
      { clusterSecrets: {} },
    );
    hub.startHub({ KUBECONFIG: kubeconfig });
    await hub.expectConverged(['eks-us']);
  }, 120_000);
  afterAll(() => hub.stop());

  it('fills the cluster whose Secret is there, and says which Secret the other one lacks', async () => {
    expect(Object.keys(await hub.hosts('eks-us'))).toHaveLength(4);
    await hub.expectError('aks-west', 'kubeconfig-unreadable');
    const error = (await hub.clusterStatus('aks-west'))?.error;
    expect(error?.message).toContain('no Secret aks-west with isthmus.dev/cluster=true in namespace isthmus-clusters');
    expect((await hub.status()).clusterSecrets).toMatchObject({ namespace: 'isthmus-clusters', error: null });
  });

  it('fills a cluster whose Secret is added later, without a restart', async () => {
    await secrets.put('aks-west', aks(await token()));
    await hub.expectConverged(['aks-west'], 15_000);
  });

  it('goes over to a new token while it writes: no write waits for it, and none is lost when the old one is ended', async () => {
    const waits: number[] = [];
    const [old] = issued;
    for (let n = 0; n < 24; n++) {
      if (n === 4) await secrets.put('aks-west', aks(await token()));
      if (n === 8) await old?.revoke();
      waits.push(await waitMsOf(`10.2.0.${100 + n}`));
    }
    await until('the API server refuses the old token', 30_000, async () => (await old?.isGood()) === false);
    for (let n = 24; n < 30; n++) waits.push(await waitMsOf(`10.2.0.${100 + n}`));
    process.stdout.write(`waits of writes across a rotation: most ${Math.round(Math.max(...waits))} ms\n`);
    expect(Math.max(...waits)).toBeLessThan(LONGEST_WAIT_MS);
    expect(hub.hubLog()).not.toContain('unauthorized');
    await hub.expectConverged();
  }, 120_000);

  it.each([
    ['is refused', 'this is no kubeconfig'],
    ['does not work', 'token'],
  ])('keeps the working connection when the new kubeconfig of a Secret %s', async (_what, kind) => {
    const before = hub.hubLog().split('the old one stays').length;
    const broken = kind === 'token' ? hub.cluster('aks-west').kubeconfig({ token: 'wrong-token' }) : kind;
    await secrets.put('aks-west', { 'aks-west': broken });
    await until('it is refused', 20_000, async () => hub.hubLog().split('the old one stays').length > before);
    expect(await waitMsOf(kind === 'token' ? '10.2.0.61' : '10.2.0.60')).toBeLessThan(LONGEST_WAIT_MS);
    expect((await hub.clusterStatus('aks-west'))?.connection).toBe('up');
  });

  it('goes on with every other cluster while its own API server is down, and sees what changed when that is back', async () => {
    const working = await token();
    await secrets.put('aks-west', aks(working));
    const { server } = hub.cluster('eks-us');
    await server.kill();
    await until('it says so', 60_000, async () => (await hub.status()).clusterSecrets?.error !== null);
    expect(await waitMsOf('10.2.0.70')).toBeLessThan(LONGEST_WAIT_MS);
    await server.start();
    const next = await token();
    await secrets.put('aks-west', aks(next));
    await until('they are watched again', 60_000, async () => (await hub.status()).clusterSecrets?.error === null);
    await working.revoke();
    await until('the old token is refused', 30_000, async () => !(await working.isGood()));
    expect(await waitMsOf('10.2.0.71')).toBeLessThan(LONGEST_WAIT_MS);
    await hub.expectConverged(undefined, 60_000);
  }, 180_000);

  it('names clusters without an entry, repeated names and Secrets of istioctl, and uses none of them', async () => {
    const own = hub.cluster('eks-us').kubeconfig();
    await secrets.put('stranger', { stranger: own });
    await secrets.put('second', { 'eks-us': own });
    await secrets.put('istio-remote-secret-far', { far: own }, { 'istio/multiCluster': 'true' });
    await until('they are named', 15_000, async () => (await hub.status()).clusterSecrets?.unconfigured.length === 2);
    const { clusterSecrets, clusters } = await hub.status();
    expect(clusterSecrets?.unconfigured).toEqual([
      { name: 'far', secret: 'istio-remote-secret-far' },
      { name: 'stranger', secret: 'stranger' },
    ]);
    const warnings = clusterSecrets?.warnings.join('\n') ?? '';
    expect(warnings).toContain('the Secret second is not used for cluster eks-us: eks-us has it');
    expect(warnings).toContain("Istio's reader role cannot write");
    expect(clusters.map(({ name }) => name)).toEqual(['eks-us', 'aks-west']);
  });

  it('leaves every object of a cluster where it is when its Secret is removed, and serves the others', async () => {
    const before = await hub.hosts('aks-west');
    await secrets.remove('aks-west');
    await hub.expectError('aks-west', 'kubeconfig-unreadable');
    await hub.register(US, 'orders', '10.1.0.80');
    await hub.register(EU, 'ledger', '10.2.2.80');
    await hub.expectConverged(['eks-us']);
    await sleep(3_000);
    expect(await hub.hosts('aks-west')).toEqual(before);
    await secrets.put('aks-west', aks(await token()));
    await hub.expectConverged(undefined, 15_000);
  });

  it('tells no token and no kubeconfig in its log, status or metrics', async () => {
    const pages = await Promise.all(['/metrics', '/api/v1/status', '/readyz'].map((path) => hub.page(path)));
    const told = [hub.hubLog(), ...pages].join('\n');
    const secretsOfAll = [...issued.map((one) => one.token), hub.cluster('eks-us').hubToken];
    for (const secret of secretsOfAll) expect(told.includes(secret.slice(-40))).toBe(false);
    expect(told).not.toContain('certificate-authority-data');
    expect(told).toMatch(/isthmus_cluster_credential_expiry_timestamp_seconds\{cluster="aks-west"\} \d/);
    expect(told).toContain('isthmus_cluster_secrets_up 1');
  });
});
