import { join } from 'node:path';
import { ROOT } from '../e2e/servers/places.js';
import { ServerProcess } from '../e2e/servers/server-process.js';

/** Of Node.js, as the image and the npm script start the hub. */
const NODE_FLAGS = ['--max-semi-space-size=8', '--enable-source-maps'];

/** The emulator takes any key, and none of the caller's own is ever used. */
const ENVIRONMENT = {
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_EC2_METADATA_DISABLED: 'true',
  MALLOC_ARENA_MAX: '2',
};

/** Starts an app of the last build; it ends with this process at the latest. */
export function startBuiltApp(app: string, words: readonly string[], log: string): ServerProcess {
  const main = join(ROOT, 'dist/apps', app, 'src/main.js');
  return new ServerProcess(process.execPath, [...NODE_FLAGS, main, ...words], { log, env: ENVIRONMENT });
}
