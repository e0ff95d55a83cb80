import { spawnSync } from 'node:child_process';

const hasRedis = spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;

/**
 * A suite on real `redis-server` processes. Where there is none it is reported as skipped, with what to install, and
 * never as passed.
 */
export function describeOnRedis(name: string, suite: () => void): void {
  if (hasRedis) {
    describe(name, suite);
    return;
  }
  process.stderr.write(
    `isthmus e2e: “${name}” was not run: install redis-server (Debian: apt-get install redis-server)\n`,
  );
  describe.skip(name, () => {
    // eslint-disable-next-line jest/expect-expect -- it stands for all that was not run
    it('was not run', () => undefined);
  });
}
