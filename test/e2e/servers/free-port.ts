import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Every server listens here and nowhere else. */
export const LOOPBACK = '127.0.0.1';

/** Below the ports that a kernel gives away by itself, to clients too: a server that was ended gets its own back. */
const FIRST_PORT = 12_000;
const PORTS_EACH = 4_000;
/** Suites run side by side, each worker on ports of its own. */
const WORKER = Number(process.env['JEST_WORKER_ID'] ?? '0') % 5;

let next = randomInt(PORTS_EACH);

/** A TCP port of the loopback interface that is free now, and that nobody else in this run asks for. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + WORKER * PORTS_EACH + (next % PORTS_EACH);
    next += 1;
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listening = once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.listen(port, LOOPBACK);
  if (!(await listening)) return false;
  server.close();
  await once(server, 'close');
  return true;
}
