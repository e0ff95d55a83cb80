import { seededRandom } from '@isthmus/emulation';
import type { Random } from '@isthmus/ports';

/** A stream of random numbers that a seed and a name determine. */
export class Dice implements Random {
  readonly #seed: string;
  readonly #next: () => number;

  constructor(seed: string) {
    this.#seed = seed;
    this.#next = seededRandom(hashOf(seed));
  }

  /** A stream of its own, whatever was drawn from this one. */
  fork(name: string): Dice {
    return new Dice(`${this.#seed}/${name}`);
  }

  /** A number in [0, 1). */
  next(): number {
    return this.#next();
  }

  chance(share: number): boolean {
    return this.#next() < share;
  }

  between(low: number, high: number): number {
    return low + this.#next() * (high - low);
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.#next() * (high - low + 1));
  }

  /** Times between things that happen at random, `mean` apart. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.#next());
  }

  pick<Item>(items: readonly Item[]): Item | undefined {
    return items[Math.floor(this.#next() * items.length)];
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
