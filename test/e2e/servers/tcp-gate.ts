import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { LOOPBACK } from './server-process.js';

/** A TCP relay in front of a server that can hold back what clients send, so that a test can act between two requests. */
export class TcpGate {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #hold: { readonly afterBytes: number; readonly act: () => void | Promise<void> } | undefined;
  #answeredBytes = 0;
  #held: Promise<void> = Promise.resolve();

  private constructor(targetPort: number) {
    this.#server = createServer((client) => this.#relay(client, connect(targetPort, LOOPBACK)));
  }

  static async open(targetUrl: string): Promise<TcpGate> {
    const gate = new TcpGate(Number(new URL(targetUrl).port));
    gate.#server.listen(0, LOOPBACK);
    await once(gate.#server, 'listening');
    return gate;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the gate is closed');
    return `https://${LOOPBACK}:${address.port}`;
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

  #relay(client: Socket, target: Socket): void {
    for (const socket of [client, target]) {
      this.#sockets.add(socket);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        (socket === client ? target : client).destroy();
      });
      socket.on('error', () => socket.destroy());
    }
    client.on('data', (chunk) => void this.#held.then(() => target.write(chunk)));
    target.on('data', (chunk) => {
      client.write(chunk);
      this.#answeredBytes += chunk.length;
      const hold = this.#hold;
      if (hold === undefined || this.#answeredBytes < hold.afterBytes) return;
      this.#hold = undefined;
      this.#held = Promise.resolve(hold.act());
    });
  }
}
