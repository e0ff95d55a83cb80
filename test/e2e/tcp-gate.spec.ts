import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { LOOPBACK, freePort } from './servers/free-port.js';
import { TcpGate } from './servers/tcp-gate.js';

describe('TcpGate', () => {
  const ends: (() => Promise<void> | void)[] = [];

  /** A server that answers what it hears and ends, behind a gate. */
  async function echo(delayMs: number): Promise<TcpGate> {
    const port = await freePort();
    const server = createServer((socket) => socket.once('data', (chunk) => socket.end(chunk))).listen(port, LOOPBACK);
    await once(server, 'listening');
    const gate = await TcpGate.open(`http://${LOOPBACK}:${port}`, { delayMs });
    ends.push(
      () => gate.close(),
      () => void server.close(),
    );
    return gate;
  }

  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  async function say(text: string, { port }: TcpGate): Promise<{ readonly heard: string; readonly tookMs: number }> {
    const startMs = performance.now();
    const socket: Socket = connect(port, LOOPBACK);
    socket.write(text);
    let heard = '';
    for await (const chunk of socket) heard += String(chunk);
    return { heard, tookMs: performance.now() - startMs };
  }

  it('passes on all that is said before an end, as late as it was told to, and counts it', async () => {
    const gate = await echo(60);
    const { heard, tookMs } = await say('hello', gate);
    expect(heard).toBe('hello');
    expect(tookMs).toBeGreaterThanOrEqual(115);
    expect(gate.passed).toEqual({ bytes: 10, connections: 1 });
  });

  it('passes on at once when it was told of no delay', async () => {
    const gate = await echo(0);
    expect((await say('hello', gate)).heard).toBe('hello');
  });
});
