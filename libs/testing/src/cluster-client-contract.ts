import { clusterClientObjectsContract } from './cluster-client-contract-objects.js';
import { clusterClientOutagesContract } from './cluster-client-contract-outages.js';
import { clusterClientReadsContract } from './cluster-client-contract-reads.js';
import { clusterClientRefusalsContract } from './cluster-client-contract-refusals.js';
import { clusterClientWritesContract } from './cluster-client-contract-writes.js';
import type { ClusterClientRig } from './cluster-client-rig.js';

/** What every ClusterClient must do, whatever API server stands behind it. */
export function clusterClientContract(name: string, makeRig: () => Promise<ClusterClientRig>): void {
  describe(`ClusterClient: ${name}`, () => {
    const opened: ClusterClientRig[] = [];
    const open = async (): Promise<ClusterClientRig> => {
      const rig = await makeRig();
      opened.push(rig);
      return rig;
    };
    afterEach(async () => {
      for (const rig of opened.splice(0)) await rig.close();
    });
    clusterClientReadsContract(open);
    clusterClientWritesContract(open);
    clusterClientRefusalsContract(open);
    clusterClientObjectsContract(open);
    clusterClientOutagesContract(open);
  });
}
