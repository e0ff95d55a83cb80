import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LOOPBACK, freePort } from './free-port.js';
import { ServerProcess, until } from './server-process.js';

/** A real etcd, which holds the data of every API server of a test. */
export class Etcd {
  readonly url: string;
  readonly #binary: string;
  readonly #folder: string;
  readonly #peerUrl: string;
  #process: ServerProcess | undefined;

  private constructor(binary: string, folder: string, ports: readonly [number, number]) {
    this.#binary = binary;
    this.#folder = folder;
    this.url = `http://${LOOPBACK}:${ports[0]}`;
    this.#peerUrl = `http://${LOOPBACK}:${ports[1]}`;
  }

  static async start(binary: string, folder: string): Promise<Etcd> {
    const etcd = new Etcd(binary, folder, [await freePort(), await freePort()]);
    await etcd.start();
    return etcd;
  }

  /** Starts it on the data that it had. */
  async start(): Promise<void> {
    const started = new ServerProcess(
      this.#binary,
      [
        `--data-dir=${this.#dataFolder}`,
        `--listen-client-urls=${this.url}`,
        `--advertise-client-urls=${this.url}`,
        `--listen-peer-urls=${this.#peerUrl}`,
        `--initial-advertise-peer-urls=${this.#peerUrl}`,
        `--initial-cluster=default=${this.#peerUrl}`,
        '--unsafe-no-fsync=true',
      ],
      { log: join(this.#folder, 'etcd.log') },
    );
    this.#process = started;
    await until(`etcd ready, see ${this.#folder}/etcd.log`, 20_000, async () => (await fetch(`${this.url}/health`)).ok);
  }

  /** Forgets every revision before this one, so that positions in lists that point to them have expired. */
  async compact(): Promise<void> {
    const { header } = await this.#post<{ readonly header: { readonly revision: string } }>('kv/range', {
      key: Buffer.from('none').toString('base64'),
    });
    await this.#post('kv/compaction', { revision: header.revision, physical: true });
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
  }

  /** Keeps a copy of all that it holds; to be called while it does not run. */
  backUp(): void {
    cpSync(this.#dataFolder, `${this.#dataFolder}.backup`, { recursive: true });
  }

  /** Goes back to the copy, and forgets what came after it; to be called while it does not run. */
  restore(): void {
    rmSync(this.#dataFolder, { recursive: true, force: true });
    cpSync(`${this.#dataFolder}.backup`, this.#dataFolder, { recursive: true });
  }

  /** Raises its revision by that many writes of nobody. */
  async advance(count: number): Promise<void> {
    const key = Buffer.from('/nobody').toString('base64');
    for (let i = 0; i < count; i += 1) await this.#post('kv/put', { key, value: '' });
  }

  get #dataFolder(): string {
    return join(this.#folder, 'etcd');
  }

  /** A call of etcd's gRPC gateway. */
  async #post<Answer>(path: string, body: object): Promise<Answer> {
    const response = await fetch(`${this.url}/v3/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`etcd ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }
}
