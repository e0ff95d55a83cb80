import { once } from 'node:events';
import { join } from 'node:path';
import type { Terminal } from '../terminal.js';
import type { Stage } from './stage.js';
import type { DemoWorld } from './world.js';

/** Who is in the live part. */
export interface Churn {
  readonly world: DemoWorld;
  readonly stage: Stage;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

const SERVICE = 'search';
const EVERY_MS = 3_000;

/** Lets one service scale out and in until it is interrupted. */
export async function churn({ world, stage, terminal, signal }: Churn): Promise<void> {
  terminal.print('');
  terminal.print(
    `From here on ${SERVICE} in us-east-1 scales out and in. Ctrl-C ends the demo. Logs and configuration: ${world.folder}`,
  );
  const config = join(world.folder, 'hub.yaml');
  terminal.print('Ask the hub from another terminal:');
  terminal.print(`  npm run -s isthmus -- status -c ${config}`);
  terminal.print(`  npm run -s isthmus -- explain ${SERVICE}.shop -c ${config}`);
  const aborted = once(signal, 'abort');
  for (let step = 0; !signal.aborted; step++) {
    const address = `10.1.2.${20 + (step % 6 < 3 ? step % 3 : 2 - (step % 3))}`;
    if (step % 6 < 3) await world.register('us-east-1', SERVICE, address);
    else await world.deregister('us-east-1', SERVICE, address);
    await Promise.race([stage.watchFor(EVERY_MS), aborted]);
  }
}
