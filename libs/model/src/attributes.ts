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
  return keptOf(pairs);
}

function keptOf(pairs: Iterable<readonly [string, string]>): KeptAttributes {
  const sorted = [...pairs].sort(([a], [b]) => compareText(a, b));
  const names = sorted.map(([name]) => name);
  return new KeptAttributes(
    sharedNames(JSON.stringify(names)) ?? names,
    sorted.map(([, value]) => pooled(value)),
  );
}

/** Attributes as two lists of equal length, sorted by name: many instances hold the very same list of names. */
export interface AttributeColumns {
  readonly names: readonly string[];
  readonly values: readonly string[];
}

/** The columns of attributes, which are not copied where they are kept as such. */
export function columnsOf(attributes: Attributes): AttributeColumns {
  return attributes instanceof KeptAttributes ? attributes : keptOf(attributes);
}

/** Names as `attributesFromColumns` takes them, the very list where it was seen before; undefined: they are not sorted, or one stands twice. */
export function attributeNames(names: readonly string[]): readonly string[] | undefined {
  if (names.some((name, index) => index > 0 && compareText(names[index - 1] ?? '', name) >= 0)) return undefined;
  return sharedNames(JSON.stringify(names)) ?? names;
}

/** Attributes of as many values as there are names, which `attributeNames` gave. */
export function attributesFromColumns({ names, values }: AttributeColumns): Attributes {
  return new KeptAttributes(names, values.map(pooled));
}

/** The instances of a service, and of most others, have attributes of the same names. */
const sharedNames = interned((json) => JSON.parse(json) as readonly string[]);

/** The first values stand in the object itself: a list of them would take as much again, for each instance. */
class KeptAttributes implements Attributes {
  readonly names: readonly string[];
  readonly first: string | undefined;
  readonly second: string | undefined;
  readonly third: string | undefined;
  readonly others: readonly string[];

  constructor(names: readonly string[], values: readonly string[]) {
    this.names = names;
    [this.first, this.second, this.third] = values;
    this.others = values.length > 3 ? values.slice(3) : NONE;
  }

  get values(): readonly string[] {
    return this.names.map((_, index) => valueAt(this, index) ?? '');
  }

  get size(): number {
    return this.names.length;
  }

  get(name: string): string | undefined {
    return valueAt(this, this.names.indexOf(name));
  }

  has(name: string): boolean {
    return this.names.includes(name);
  }

  /** As pairs, like those that it was made of. */
  toJSON(): readonly (readonly [string, string])[] {
    return [...this];
  }

  *[Symbol.iterator](): Generator<[string, string]> {
    for (const [index, name] of this.names.entries()) yield [name, valueAt(this, index) ?? ''];
  }
}

const NONE: readonly string[] = [];

/** No private method: it would take a field of each object. */
function valueAt({ first, second, third, others }: KeptAttributes, index: number): string | undefined {
  if (index > 2) return others[index - 3];
  return index === 2 ? third : index === 1 ? second : index === 0 ? first : undefined;
}
