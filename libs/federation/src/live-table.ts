import type { LiveEntry } from '@isthmus/desired';
import type { EntryName } from '@isthmus/model';
import { compareText } from '@isthmus/model';

/**
 * Live entries by name, as one sorted list: a map of them is six times as large, and a new one is made for each cluster
 * whenever something in it changes. Asked in the order of names, each answer is at hand; any other takes a search.
 */
export class LiveTable implements ReadonlyMap<EntryName, LiveEntry> {
  readonly #sorted: readonly LiveEntry[];
  /** Where the last answer was. */
  #at = -1;

  /** Names are distinct. */
  constructor(entries: readonly LiveEntry[]) {
    const isSorted = entries.every((entry, i) => i === 0 || compareText(nameAt(entries, i - 1), nameOf(entry)) < 0);
    this.#sorted = isSorted ? entries : entries.toSorted((a, b) => compareText(nameOf(a), nameOf(b)));
  }

  get size(): number {
    return this.#sorted.length;
  }

  get(name: EntryName): LiveEntry | undefined {
    const next = this.#sorted[this.#at + 1];
    if (next !== undefined && nameOf(next) === name) {
      this.#at += 1;
      return next;
    }
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareText(nameAt(this.#sorted, middle), name) < 0) low = middle + 1;
      else high = middle;
    }
    const found = this.#sorted[low];
    if (found === undefined || nameOf(found) !== name) return undefined;
    this.#at = low;
    return found;
  }

  has(name: EntryName): boolean {
    return this.get(name) !== undefined;
  }

  *entries(): Generator<[EntryName, LiveEntry], undefined> {
    for (const entry of this.#sorted) yield [nameOf(entry), entry];
  }

  *keys(): Generator<EntryName, undefined> {
    for (const entry of this.#sorted) yield nameOf(entry);
  }

  *values(): Generator<LiveEntry, undefined> {
    yield* this.#sorted;
  }

  [Symbol.iterator](): Generator<[EntryName, LiveEntry], undefined> {
    return this.entries();
  }

  forEach(visit: (entry: LiveEntry, name: EntryName, table: ReadonlyMap<EntryName, LiveEntry>) => void): void {
    for (const entry of this.#sorted) visit(entry, nameOf(entry), this);
  }
}

function nameOf({ observed }: LiveEntry): EntryName {
  return observed.name;
}

function nameAt(entries: readonly LiveEntry[], index: number): EntryName | '' {
  return entries[index]?.observed.name ?? '';
}
