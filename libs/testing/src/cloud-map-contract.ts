import { cloudMapFaultsContract } from './cloud-map-contract-faults.js';
import { cloudMapReadingContract } from './cloud-map-contract-reading.js';
import type { CloudMapRig, OpenRig } from './cloud-map-contract-rig.js';

/** What every implementation of `CloudMapSource` must do: run on the AWS adapter, and on whatever stands in for it. */
export function cloudMapSourceContract(name: string, makeRig: OpenRig): void {
  describe(`CloudMapSource: ${name}`, () => {
    const opened: CloudMapRig[] = [];
    const open = async (): Promise<CloudMapRig> => {
      const rig = await makeRig();
      opened.push(rig);
      return rig;
    };
    afterEach(async () => {
      for (const rig of opened.splice(0)) await rig.close();
    });
    cloudMapReadingContract(open);
    cloudMapFaultsContract(open);
  });
}
