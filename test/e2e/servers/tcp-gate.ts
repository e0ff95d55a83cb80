import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { LOOPBACK } from './free-port.js';

/** What a gate does to all that passes. */
export interface TcpGateOptions {
  /** How much later everything arrives, in each direction. */
  readonly delayMs?: number;
}

/**
 * A TCP relay in front of a server: it counts bytes, makes the way longer, and can hold back what clients send, so that
 * a test can act between two requests.
 */
export class TcpGate {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #hold: { readonly afterBytes: number; readonly act: () => void | Promise<void> } | undefined;
  readonly #delayMs: number;
  #answeredBytes = 0;
  #sentBytes = 0;
  #connectionCount = 0;
  #held: Promise<void> = Promise.resolve();

  private constructor(targetPort: number, { delayMs = 0 }: TcpGateOptions) {
    this.#delayMs = delayMs;
    this.#server = createServer((client) => this.#relay(client, connect(targetPort, LOOPBACK)));
  }

  static async open(targetUrl: string, options: TcpGateOptions = {}): Promise<TcpGate> {
    const gate = new TcpGate(Number(new URL(targetUrl).port), options);
    gate.#server.listen(0, LOOPBACK);
    await once(gate.#server, 'listening');
    return gate;
  }

  get url(): string {
    return `https://${LOOPBACK}:${this.port}`;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the gate is closed');
    return address.port;
  }

  /** What has passed so far: bytes of both directions, with TLS and all, and connections. */
  get passed(): { readonly bytes: number; readonly connections: number } {
    return { bytes: this.#sentBytes + this.#answeredBytes, connections: this.#connectionCount };
  }

  /** Once that many bytes were answered, whatever clients send waits until `act` is done. */
  holdAfter(afterBytes: number, act: () => void | Promise<void>): void {
    this.#hold = { afterBytes, act };
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Timers of one length end in the order in which they began, so that nothing overtakes. */
  #pass(chunk: Buffer, to: Socket): void {
    if (this.#delayMs === 0) to.write(chunk);
    else setTimeout(() => to.writable && to.write(chunk), this.#delayMs);
  }

  #relay(client: Socket, target: Socket): void {
    this.#connectionCount += 1;
    for (const socket of [client, target]) {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        // What is still on its way arrives before the end.
        setTimeout(() => (socket === client ? target : client).destroy(), this.#delayMs);
      });
      socket.on('error', () => socket.destroy());
    }
    client.on('data', (chunk) => {
      this.#sentBytes += chunk.length;
      void this.#held.then(() => this.#pass(chunk, target));
    });
    target.on('data', (chunk) => {
      this.#pass(chunk, client);
      this.#answeredBytes += chunk.length;
      const hold = this.#hold;
      if (hold === undefined || this.#answeredBytes < hold.afterBytes) return;
      this.#hold = undefined;
      this.#held = Promise.resolve(hold.act());
    });
  }
}
