import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** An API server with open requests drains for longer than a test can wait. */
const STOP_MS = 3_000;

/** Whatever still runs when this process ends is ended with it. */
const RUNNING = new Set<ChildProcess>();
process.once('exit', () => RUNNING.forEach((child) => child.kill('SIGKILL')));

/** A server that runs as a process of its own; its output goes to a log file. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(
    binary: string,
    words: readonly string[],
    place: { readonly log: string; readonly env?: NodeJS.ProcessEnv },
  ) {
    const log = openSync(place.log, 'a');
    this.#child = spawn(binary, words, { stdio: ['ignore', log, log], env: place.env ?? process.env });
    closeSync(log);
    this.#ended = once(this.#child, 'exit');
    RUNNING.add(this.#child);
    this.#child.once('exit', () => RUNNING.delete(this.#child));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it in the middle of what it does, as a crash would. */
  async kill(): Promise<void> {
    if (this.hasEnded()) return;
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** Asks it to end, and kills it when it does not. Answers its exit code; null: it was killed. */
  async stop(withinMs = STOP_MS): Promise<number | null> {
    if (!this.hasEnded()) {
      this.#child.kill('SIGTERM');
      const isLate = await Promise.race([this.#ended.then(() => false), sleep(withinMs, true, { ref: false })]);
      if (isLate) await this.kill();
    }
    return this.#child.exitCode;
  }
}

/** Looks again and again until there is something; fails after `withinMs` with what was waited for. */
export async function until<Found>(
  what: string,
  withinMs: number,
  look: () => Promise<Found | false | undefined>,
): Promise<Found> {
  let last: unknown;
  for (const endMs = performance.now() + withinMs; performance.now() < endMs; await sleep(50)) {
    try {
      const found = await look();
      if (found !== false && found !== undefined) return found;
    } catch (error) {
      last = error;
    }
  }
  throw new Error(`did not happen in ${withinMs} ms: ${what}`, { cause: last });
}
