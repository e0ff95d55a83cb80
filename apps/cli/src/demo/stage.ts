import { setTimeout as sleep } from 'node:timers/promises';
import type { Terminal, Tone } from '../terminal.js';
import { CLUSTERS } from './estate.js';
import type { ClusterWatch, Movement } from './watch.js';

/** How often the clusters are looked at. */
const LOOK_MS = 150;

/** Tells the demo as it happens, and counts what did not come true. */
export class Stage {
  readonly #terminal: Terminal;
  readonly #watch: ClusterWatch;
  readonly #startedMs = performance.now();
  #sceneMs = performance.now();
  #failures = 0;

  constructor(terminal: Terminal, watch: ClusterWatch) {
    this.#terminal = terminal;
    this.#watch = watch;
  }

  get failures(): number {
    return this.#failures;
  }

  /** Seconds since the demo began. */
  get seconds(): number {
    return (performance.now() - this.#startedMs) / 1000;
  }

  scene(number: number, title: string): void {
    this.#sceneMs = performance.now();
    this.#terminal.print('');
    this.#terminal.print(`${number}. ${title}`);
  }

  /** One line with the time since the scene began. */
  say(text: string, tone: Tone = 'plain'): void {
    const seconds = ((performance.now() - this.#sceneMs) / 1000).toFixed(1).padStart(6);
    this.#terminal.print(`${seconds} s  ${text}`, tone);
  }

  /** Says whether a claim came true, and remembers when it did not. */
  claim(text: string, isTrue: boolean): void {
    if (!isTrue) this.#failures += 1;
    this.say(`${isTrue ? '✓' : '✗ NOT TRUE:'} ${text}`, isTrue ? 'good' : 'bad');
  }

  /** Watches, telling each movement, until a condition holds; false when it did not in time. */
  async watchUntil(condition: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> {
    for (const endMs = performance.now() + timeoutMs; performance.now() < endMs; await sleep(LOOK_MS)) {
      this.#tell(await this.#watch.look());
      if (await condition()) return true;
    }
    return false;
  }

  /** Watches for a time and returns everything that moved. */
  async watchFor(ms: number): Promise<readonly Movement[]> {
    const moved: Movement[] = [];
    for (const endMs = performance.now() + ms; performance.now() < endMs; await sleep(LOOK_MS)) {
      const now = await this.#watch.look();
      this.#tell(now);
      moved.push(...now);
    }
    return moved;
  }

  #tell(movements: readonly Movement[]): void {
    const width = Math.max(...Object.keys(CLUSTERS).map(({ length }) => length));
    const byObject = Map.groupBy(
      movements,
      ({ cluster, host, kind }) => `${cluster.padEnd(width)}  ${kind === 'added' ? '+' : '−'} cloudmap-${host}`,
    );
    for (const [what, moved] of byObject) {
      this.say(`${what.padEnd(width + 28)} ${moved.map(({ address }) => address).join(' ')}`);
    }
  }
}
