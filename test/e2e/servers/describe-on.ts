import { Missing } from './server-cache.js';

/** A suite on something that may be missing here; then it is reported as skipped, with the reason, and never as passed. */
export function describeOn<Needed>(name: string, needed: Needed | Missing, suite: (needed: Needed) => void): void {
  if (!(needed instanceof Missing)) {
    describe(name, () => suite(needed));
    return;
  }
  process.stderr.write(`isthmus: “${name}” was not run: ${needed.message}\n`);
  describe.skip(name, () => {
    // oxlint-disable-next-line jest/expect-expect -- it stands for all that was not run
    it('was not run', () => undefined);
  });
}
