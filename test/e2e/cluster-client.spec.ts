import { clusterClientContract } from '@isthmus/testing';
import { join } from 'node:path';
import { EmulatedCluster } from '../integration/emulated-cluster.js';
import { RealCluster } from './real-cluster.js';
import { ApiServer, describeOnServers, TestSite } from './servers/index.js';

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

  clusterClientContract('KubernetesClusterClient on a real API server', () => RealCluster.open(site, busy));
});
