import { compareText } from './canonical.js';
import { interned } from './interned.js';
import { pooled } from './pooled.js';

/** Attributes of an instance: only the keys that Isthmus uses. Not an object, because their names are untrusted input. */
export interface Attributes {
  readonly size: number;
  get(name: string): string | undefined;
  has(name: string): boolean;
  [Symbol.iterator](): Iterator<[string, string]>;
}

/** Attributes sorted by name, in the form in which they are kept: a map of each instance would be four times as large. */
export function attributesOf(pairs: Iterable<readonly [string, string]>): Attributes {
  const sorted = [...pairs].sort(([a], [b]) => compareText(a, b));
  const names = sorted.map(([name]) => name);
  return new KeptAttributes(
    sharedNames(JSON.stringify(names)) ?? names,
    sorted.map(([, value]) => pooled(value)),
  );
}

/** The instances of a service, and of most others, have attributes of the same names. */
const sharedNames = interned((json) => JSON.parse(json) as readonly string[]);

class KeptAttributes implements Attributes {
  readonly names: readonly string[];
  readonly values: readonly string[];

  constructor(names: readonly string[], values: readonly string[]) {
    this.names = names;
    this.values = values;
  }

  get size(): number {
    return this.names.length;
  }

  get(name: string): string | undefined {
    return this.values[this.names.indexOf(name)];
  }

  has(name: string): boolean {
    return this.names.includes(name);
  }

  /** As pairs, like those that it was made of. */
  toJSON(): readonly (readonly [string, string])[] {
    return [...this];
  }

  *[Symbol.iterator](): Generator<[string, string]> {
    for (const [index, name] of this.names.entries()) yield [name, this.values[index] ?? ''];
  }
}
