import { setTimeout as sleep } from 'node:timers/promises';
import { HubSite } from './hub-site.js';
import { CLUSTER_NAMES, sameHosts } from './registrations.js';
import { describeOnServers, until } from './servers/index.js';

const US = 'us-east-1';
const EU = 'eu-west-1';
/** Several polls, catalogue passes, sweeps and grace periods. */
const A_WHILE_MS = 5_000;

describeOnServers('the built hub on real API servers', (binaries) => {
  let hub: HubSite;
  let foreign: readonly (readonly string[])[];

  beforeAll(async () => {
    hub = await HubSite.start(binaries);
    hub.startHub();
    await hub.expectConverged();
    await hub.putForeign();
    foreign = await foreignOf(hub);
  }, 120_000);
  afterAll(() => hub.stop());

  it('fills empty clusters, a primary and a remote, with exactly what is registered', async () => {
    expect(Object.keys(await hub.hosts('eks-us'))).toHaveLength(4);
    expect(Object.keys(await hub.hosts('aks-west'))).toHaveLength(3);
    const { clusters } = await hub.status();
    expect(clusters.map(({ role, connection, error }) => [role, connection, error])).toEqual([
      ['primary', 'up', null],
      ['remote', 'up', null],
    ]);
  });

  it('writes nothing when nothing changed: not while it runs, not when it is restarted, not when it crashed', async () => {
    await hub.expectNoWriteFor(A_WHILE_MS);
    const before = await hub.versions();
    expect(await hub.stopHub()).toBe(0);
    hub.startHub();
    await until('both are in sync again', 20_000, async () =>
      (await hub.status()).clusters.every(({ sync }) => sync === 'synced'),
    );
    await hub.expectNoWriteFor(A_WHILE_MS);
    await hub.killHub();
    hub.startHub();
    await until('both are in sync again', 20_000, async () =>
      (await hub.status()).clusters.every(({ sync }) => sync === 'synced'),
    );
    await hub.expectNoWriteFor(A_WHILE_MS);
    expect(await hub.versions()).toEqual(before);
  });

  it('follows registrations and deregistrations in every cluster', async () => {
    await hub.register(EU, 'orders', '10.2.0.9');
    await hub.register(US, 'search', '10.1.2.9');
    await hub.expectConverged();
    await hub.deregister(EU, 'orders', '10.2.0.1');
    await hub.deregister(US, 'search', '10.1.2.1');
    await hub.expectConverged();
  });

  it('removes nothing while a region is dark, also after a restart, and goes on with the other one', async () => {
    const before = await hub.hosts('aks-west');
    await hub.darken(EU);
    await hub.register(US, 'orders', '10.1.0.9');
    await hub.expectConverged(['eks-us']);
    await hub.killHub();
    hub.startHub();
    await hub.register(US, 'orders', '10.1.0.10');
    await hub.expectConverged();
    expect(await hub.hosts('aks-west')).toEqual(before);
    await hub.brighten();
    await hub.register(EU, 'ledger', '10.2.2.9');
    await hub.expectConverged();
  });

  it('takes back what is edited by hand, and puts back what is deleted by hand', async () => {
    const cluster = hub.cluster('eks-us');
    await cluster.put('cloudmap-orders.shop', { spec: { endpoints: [{ address: '10.66.0.1' }], exportTo: ['.'] } });
    await hub.expectConverged();
    const edited = (await cluster.entries()).find(({ metadata }) => metadata.name === 'cloudmap-orders.shop');
    expect(edited?.spec).not.toHaveProperty('exportTo');
    await cluster.put('cloudmap-orders.shop', { annotations: { 'isthmus.dev/content-hash': 'forged' } });
    await until('the annotation is ours again', 20_000, async () => {
      const entry = (await cluster.entries()).find(({ metadata }) => metadata.name === 'cloudmap-orders.shop');
      return (
        entry?.metadata.annotations?.['isthmus.dev/content-hash'] ===
        edited?.metadata.annotations?.['isthmus.dev/content-hash']
      );
    });
    await cluster.remove('cloudmap-payments.shop');
    await hub.expectConverged();
  });

  it('leaves an entry alone from which a hand took its labels, and says so', async () => {
    const cluster = hub.cluster('aks-west');
    const host = 'ledger.shop';
    await cluster.put('cloudmap-ledger.shop', { labels: { 'isthmus.dev/hub': null } });
    await until('it is held', 20_000, async () =>
      (await hub.clusterStatus('aks-west'))?.held.some((held) => held.host === host && held.reason === 'foreign-owner'),
    );
    await hub.expectNoWriteFor(A_WHILE_MS);
    await cluster.remove('cloudmap-ledger.shop');
    await hub.expectConverged();
  });

  it('never touches what others made, in all of the above', async () => {
    expect(foreign.flat()).toHaveLength(6);
    expect(await foreignOf(hub)).toEqual(foreign);
  });

  it('does not take a host that a hand-made entry of its namespace has', async () => {
    const cluster = hub.cluster('eks-us');
    await cluster.put('somebody-has-it', { spec: { hosts: ['orders.shop'], endpoints: [{ address: '10.77.0.1' }] } });
    await cluster.remove('cloudmap-orders.shop');
    await until('it is held', 20_000, async () =>
      (await hub.clusterStatus('eks-us'))?.held.some(
        ({ host, reason }) => host === 'orders.shop' && reason === 'host-taken',
      ),
    );
    await sleep(A_WHILE_MS);
    expect((await cluster.entries()).map(({ metadata }) => metadata.name)).not.toContain('cloudmap-orders.shop');
    await cluster.remove('somebody-has-it');
    await hub.expectConverged();
  });

  it('goes on with one cluster while the API server of another is down, and catches up when that is back', async () => {
    const { server } = hub.cluster('aks-west');
    await server.kill();
    await hub.register(EU, 'orders', '10.2.0.20');
    await hub.expectConverged(['eks-us'], 10_000);
    await until(
      'the cluster is down',
      30_000,
      async () => (await hub.clusterStatus('aks-west'))?.connection === 'down',
    );
    await server.start();
    await hub.expectConverged(['aks-west'], 60_000);
  });

  it('goes on with one cluster while another does not serve ServiceEntry, and fills it when it does', async () => {
    const cluster = hub.cluster('aks-west');
    await cluster.removeCrd();
    await hub.expectError('aks-west', 'api-missing');
    await hub.register(EU, 'orders', '10.2.0.21');
    await hub.expectConverged(['eks-us'], 10_000);
    await cluster.installCrd();
    await hub.expectConverged(['aks-west'], 60_000);
  });

  it('shows that its token was ended, keeps what is there, and goes on with another one', async () => {
    await hub.cluster('aks-west').renewHubToken();
    await hub.expectError('aks-west', 'unauthorized');
    await hub.register(EU, 'orders', '10.2.0.22');
    await hub.expectConverged(['eks-us'], 10_000);
    expect((await hub.clusterStatus('aks-west'))?.connection).toBe('down');
    hub.writeKubeconfigs();
    await hub.expectConverged(['aks-west'], 30_000);
  });

  it('keeps a working token when it is given one that does not work', async () => {
    hub.writeKubeconfig('aks-west', hub.cluster('aks-west').kubeconfig({ token: 'wrong-token' }));
    await until('the new one is refused', 30_000, async () =>
      hub.hubLog().includes('the new kubeconfig does not work and the old one stays'),
    );
    await hub.register(EU, 'orders', '10.2.0.23');
    await hub.expectConverged(undefined, 15_000);
    hub.writeKubeconfigs();
  });

  it('shows that the certificate of an API server is another one, and goes on when it is told of it', async () => {
    const { server } = hub.cluster('aks-west');
    await server.kill();
    server.forgetCertificate();
    await server.start();
    await hub.expectError('aks-west', 'tls');
    await hub.register(EU, 'orders', '10.2.0.24');
    await hub.expectConverged(['eks-us'], 10_000);
    hub.writeKubeconfigs();
    await hub.expectConverged(['aks-west'], 30_000);
  });

  it('writes again what a restored backup of etcd has forgotten, although every version went back', async () => {
    const { etcd } = hub.site;
    await etcd.kill();
    etcd.backUp();
    await etcd.start();
    await hub.expectConverged(undefined, 60_000);
    await etcd.advance(2_000);
    await hub.register(EU, 'orders', '10.2.0.25');
    await hub.register(US, 'orders', '10.1.0.25');
    await hub.expectConverged();
    for (const { server } of hub.site.clusters()) await server.kill();
    await etcd.kill();
    etcd.restore();
    await etcd.start();
    for (const { server } of hub.site.clusters()) await server.start();
    await hub.expectConverged(undefined, 60_000);
    await until('both are up', 30_000, async () => (await hub.status()).clusters.every(({ error }) => error === null));
    await hub.expectNoWriteFor(A_WHILE_MS);
  }, 180_000);

  it('waits for a namespace that is missing, and fills it when it is there', async () => {
    await hub.cluster('aks-west').grantEverywhere();
    hub.configure((cluster, name) => {
      if (name === 'aks-west') cluster['namespace'] = 'later';
    });
    await hub.expectError('aks-west', 'namespace-missing');
    await hub.cluster('aks-west').createNamespace('later');
    const expected = hub.registrations.expectedOn('aks-west');
    const filled = async (): Promise<boolean> => sameHosts(await hub.hosts('aks-west', 'later'), expected);
    expect(await until('the namespace is filled', 45_000, filled)).toBe(true);
  });

  it('has told no token to anybody', () => {
    const log = hub.hubLog();
    for (const { hubToken } of hub.site.clusters()) expect(log).not.toContain(hubToken);
    expect(log).not.toMatch(/Bearer [\w-]{10}/);
  });
});

function foreignOf(hub: HubSite): Promise<readonly (readonly string[])[]> {
  return Promise.all(CLUSTER_NAMES.map((name) => hub.foreign(name)));
}
