import { clusterClientContract, manifestOf, unaborted } from '@isthmus/testing';
import type { WrittenEntry } from '@isthmus/ports';
import { join } from 'node:path';
import { EmulatedCluster } from '../integration/emulated-cluster.js';
import { RealCluster } from './real-cluster.js';
import { ApiServer, describeOnServers, NAMESPACE, TestSite, until } from './servers/index.js';

/** Positions in lists come from etcd, as before Kubernetes 1.34: the cache that later servers keep outlives a compaction. */
const FROM_ETCD = '--feature-gates=ListFromCacheSnapshot=false';
const ONE_AT_A_TIME = [
  '--max-mutating-requests-inflight=1',
  '--max-requests-inflight=200',
  '--enable-priority-and-fairness=false',
];

clusterClientContract('KubernetesClusterClient on the emulator', () => EmulatedCluster.start());

describeOnServers('on a real API server', (binaries) => {
  let site: TestSite;
  let busy: ApiServer;

  beforeAll(async () => {
    site = await TestSite.start(binaries, []);
    await site.addCluster('contract', [FROM_ETCD]);
    busy = await ApiServer.start({
      binary: binaries.apiServer,
      etcdUrl: site.etcd.url,
      prefix: 'contract',
      folder: join(site.folder, 'busy'),
      flags: ONE_AT_A_TIME,
    });
  });
  afterAll(async () => {
    await busy.kill();
    await site.stop();
  });

  it('takes older state from a server whose data went back behind what the client wrote', async () => {
    const { etcd } = site;
    const { server } = site.cluster('contract');
    const rig = await RealCluster.open(site, busy);
    const { metadata: kept } = await rig.client.create(manifestOf('kept'), unaborted());
    await etcd.kill();
    etcd.backUp();
    await etcd.start();
    await etcd.advance(2_000);
    const { metadata } = await created(rig);
    await server.kill();
    await etcd.kill();
    etcd.restore();
    await etcd.start();
    await server.start();
    const path = `/apis/networking.istio.io/v1/namespaces/${NAMESPACE}/serviceentries`;
    const query = `resourceVersion=${metadata.resourceVersion}&resourceVersionMatch=NotOlderThan`;
    const reply = await server.call({ path: `${path}?${query}` });
    expect([reply.status, reply.text]).toEqual([504, expect.stringContaining('ResourceVersionTooLarge')]);
    await rig.client.probe(unaborted()).catch(() => undefined);
    expect((await rig.client.listMetadata(unaborted())).items.map(({ uid }) => uid)).toEqual([kept.uid]);
    await rig.close();
  });

  clusterClientContract('KubernetesClusterClient on a real API server', () => RealCluster.open(site, busy));
});

/** A creation as soon as the API server has found etcd again. */
function created({ client }: RealCluster): Promise<WrittenEntry> {
  return until('the API server writes again', 20_000, () => client.create(manifestOf('lost'), unaborted()));
}
