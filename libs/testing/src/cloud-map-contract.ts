import { stripVTControlCharacters } from 'node:util';
import { cloudMapFaultsContract } from './cloud-map-contract-faults.js';
import { cloudMapReadingContract } from './cloud-map-contract-reading.js';
import type { CloudMapContract, CloudMapRig, OpenRig } from './cloud-map-contract-rig.js';

/** A requirement that something which stands in for Cloud Map is known to break. */
export interface Deviation {
  /** The name of the test. */
  readonly requirement: string;
  /** A part of what the test says when it fails, so that it cannot fail for another reason. */
  readonly shows: string;
  readonly reason: string;
}

/** What is known of the Cloud Map on which the contract runs. */
export interface ContractOptions {
  /** Each must still be true: one that is not fails the suite. */
  readonly deviations?: readonly Deviation[];
  /** Requirements that cannot be tried there, with the reason; they are reported as skipped. */
  readonly untried?: Readonly<Record<string, string>>;
  /** Whether the rig can make trouble; else only what is read without any is tried. */
  readonly hasTrouble?: boolean;
}

/** What every implementation of `CloudMapSource` must do: run on the AWS adapter, and on whatever stands in for it. */
export function cloudMapSourceContract(name: string, makeRig: OpenRig, options: ContractOptions = {}): void {
  const { deviations = [], untried = {}, hasTrouble = true } = options;
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
    const left = new Set([...deviations.map(({ requirement }) => requirement), ...Object.keys(untried)]);
    const contract: CloudMapContract = {
      open,
      it: (name, check) => {
        left.delete(name);
        const deviation = deviations.find(({ requirement }) => requirement === name);
        const reason = untried[name];
        if (reason !== undefined) it.skip(`${name} (not tried: ${reason})`, check);
        else if (deviation !== undefined) expectDeviation(deviation, check);
        else it(name, check);
      },
    };
    cloudMapReadingContract(contract);
    if (hasTrouble) cloudMapFaultsContract(contract);
    if (left.size > 0) throw new Error(`the contract has no requirement “${[...left].join('”, “')}”`);
  });
}

/** A test that a requirement is still broken, in the way that is known. */
function expectDeviation(deviation: Deviation, check: () => Promise<void>): void {
  it(`${deviation.requirement} (known not to: ${deviation.reason})`, async () => {
    const failure = await check().then(
      () => 'nothing: it is met now, so take it off the list of deviations',
      (error: unknown) => stripVTControlCharacters(error instanceof Error ? error.message : String(error)),
    );
    expect(failure).toContain(deviation.shows);
  });
}
