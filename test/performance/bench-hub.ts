import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { callJson } from '../../apps/cli/src/demo/remote.js';
import type { ServerProcess } from '../e2e/servers/server-process.js';
import { freePort } from '../e2e/servers/free-port.js';
import { startBuiltApp } from './built-app.js';

/** Sources and clusters of `isthmus.yaml`. */
export interface HubDocument {
  readonly sources: readonly object[];
  readonly clusters: readonly object[];
}

/** The built hub as a process of its own, as `isthmus serve` starts it. */
export class BenchHub {
  readonly #process: ServerProcess;
  readonly #url: string;
  readonly #folder: string;

  private constructor(process: ServerProcess, url: string, folder: string) {
    this.#process = process;
    this.#url = url;
    this.#folder = folder;
  }

  /** Starts it with its configuration and its log in a folder; `readyMs` is how long it took. */
  static async start(
    folder: string,
    document: HubDocument,
  ): Promise<{ readonly hub: BenchHub; readonly readyMs: number }> {
    const port = await freePort();
    const file = join(folder, 'isthmus.yaml');
    const own = { name: 'bench', http: { host: '127.0.0.1', port }, log: { level: 'warn' } };
    writeFileSync(file, stringify({ apiVersion: 'isthmus.dev/v1', hub: own, ...document }));
    const startMs = performance.now();
    const started = startBuiltApp('cli', ['serve', '-c', file], join(folder, 'hub.log'));
    const hub = new BenchHub(started, `http://127.0.0.1:${port}`, folder);
    while (!(await hub.#isReady())) {
      if (started.hasEnded()) throw new Error(`the hub ended; its log is in ${folder}`);
      await sleep(20);
    }
    return { hub, readyMs: performance.now() - startMs };
  }

  /** Resolves when the status says that every cluster is as it should be, with this many objects; says how long that took. */
  async untilSynced(objects: number, timeoutMs: number): Promise<number> {
    const startMs = performance.now();
    for (; performance.now() - startMs < timeoutMs; await sleep(200)) {
      const status = (await callJson({ url: this.#url }, { method: 'GET', path: '/api/v1/status' }).catch(() => ({
        clusters: [],
      }))) as {
        readonly clusters: readonly { readonly sync: string; readonly liveObjects: number }[];
      };
      const isDone = status.clusters.every(({ sync, liveObjects }) => sync === 'synced' && liveObjects === objects);
      if (status.clusters.length > 0 && isDone) return performance.now() - startMs;
    }
    throw new Error(`not synced after ${timeoutMs} ms; logs in ${this.#folder}`);
  }

  /** Resident memory in MiB, from the operating system. */
  residentMiB(): number {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(this.#process.pid)], { encoding: 'utf8' })) / 1024;
  }

  /** CPU time of the process so far, in ms, by its own count. */
  async cpuMs(): Promise<number> {
    const text = await (await fetch(`${this.#url}/metrics`)).text();
    return 1000 * Number(/^process_cpu_seconds_total (\S+)/m.exec(text)?.[1] ?? Number.NaN);
  }

  async stop(): Promise<void> {
    await this.#process.stop(10_000);
  }

  #isReady(): Promise<boolean> {
    return callJson({ url: this.#url }, { method: 'GET', path: '/readyz' }).then(
      () => true,
      () => false,
    );
  }
}
