import { findServers } from './server-binaries.js';
import type { ServerBinaries } from './server-binaries.js';

const found = await findServers();

/**
 * A suite on real servers. Where they cannot be had it is reported as skipped, with the reason, and never as passed.
 */
export function describeOnServers(name: string, suite: (binaries: ServerBinaries) => void): void {
  if (typeof found !== 'string') {
    describe(name, () => suite(found));
    return;
  }
  process.stderr.write(`isthmus e2e: “${name}” was not run: ${found}\n`);
  describe.skip(name, () => {
    // eslint-disable-next-line jest/expect-expect -- it stands for all that was not run
    it('was not run', () => undefined);
  });
}
