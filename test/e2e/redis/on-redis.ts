import { spawnSync } from 'node:child_process';
import { describeOn } from '../servers/describe-on.js';
import { Missing } from '../servers/server-cache.js';

const hasRedis = spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;

/** A suite on real `redis-server` processes. */
export function describeOnRedis(name: string, suite: () => void): void {
  const missing = new Missing('install redis-server (Debian: apt-get install redis-server)');
  describeOn(name, hasRedis ? true : missing, suite);
}
