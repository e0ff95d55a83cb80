import { describeOn } from './describe-on.js';
import { Missing } from './server-cache.js';
import { findServers } from './server-binaries.js';
import type { ServerBinaries } from './server-binaries.js';

const found = await findServers();

/**
 * A suite on real servers. Where they cannot be had it is reported as skipped, with the reason, and never as passed.
 */
export function describeOnServers(name: string, suite: (binaries: ServerBinaries) => void): void {
  describeOn(name, typeof found === 'string' ? new Missing(found) : found, suite);
}
