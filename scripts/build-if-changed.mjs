// Builds the repository when a source is newer than the last build that succeeded.
// Runs with built-ins only, so that it costs nothing when there is nothing to do.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const STAMP = 'dist/.built';
const FOLDERS = ['apps', 'libs', 'test/performance', 'test/simulation', 'test/e2e/servers', 'test/e2e/redis'];
const isRootInput = (name) => /^tsconfig.*\.json$|^nest-cli\.json$|^package-lock\.json$/.test(name);

const modifiedMs = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Newest change in a folder; that of the folder itself counts, because it tells of files that are gone. */
function newestMs(folder) {
  const inside = readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? newestMs(path) : modifiedMs(path);
  });
  return Math.max(modifiedMs(folder), ...inside);
}

function newestInputMs() {
  const rootInputs = readdirSync('.').filter(isRootInput).map(modifiedMs);
  return Math.max(...rootInputs, ...FOLDERS.map(newestMs));
}

if (newestInputMs() > modifiedMs(STAMP)) {
  process.stderr.write('isthmus: building …\n');
  const startedAt = new Date();
  const { status } = spawnSync('npm', ['run', '-s', 'build'], {
    stdio: ['ignore', 2, 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status === 0) {
    writeFileSync(STAMP, '');
    // The time at which the build began: what changed while it ran is built again.
    utimesSync(STAMP, startedAt, startedAt);
  }
  process.exitCode = status ?? 1;
}
