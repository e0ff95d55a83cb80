/** What a wildcard stands for in an example: a text that hardly another glob names. */
const ANYTHING = 'any';

/**
 * A name that two globs match, as general as the two allow; undefined: there is none. `*` stands for any number of
 * characters, `?` for one.
 */
export function commonName(a: string, b: string): string | undefined {
  const tried = new Set<number>();
  const from = (i: number, j: number): string | undefined => {
    const place = i * (b.length + 1) + j;
    if (tried.has(place)) return undefined;
    const found = step(i, j);
    // Only what led nowhere is remembered: what led somewhere is the answer.
    if (found === undefined) tried.add(place);
    return found;
  };
  const step = (i: number, j: number): string | undefined => {
    const [left, right] = [a[i], b[j]];
    if (left === undefined && right === undefined) return '';
    if (left === '*' && right === '*') return prefixed(ANYTHING, from(i + 1, j) ?? from(i, j + 1));
    if (left === '*')
      return (right === undefined ? undefined : prefixed(exampleOf(right), from(i, j + 1))) ?? from(i + 1, j);
    if (right === '*')
      return (left === undefined ? undefined : prefixed(exampleOf(left), from(i + 1, j))) ?? from(i, j + 1);
    if (left === undefined || right === undefined) return undefined;
    if (left !== right && left !== '?' && right !== '?') return undefined;
    return prefixed(exampleOf(left === '?' ? right : left), from(i + 1, j + 1));
  };
  return from(0, 0);
}

/** One name for each pair of globs of two lists that have one in common; an absent list matches everything. */
export function commonNames(a: readonly string[] | undefined, b: readonly string[] | undefined): readonly string[] {
  const pairs = (a ?? ['*']).flatMap((left) => (b ?? ['*']).flatMap((right) => commonName(left, right) ?? []));
  return [...new Set(pairs)];
}

function exampleOf(sign: string): string {
  return sign === '?' ? 'x' : sign;
}

function prefixed(prefix: string, rest: string | undefined): string | undefined {
  return rest === undefined ? undefined : prefix + rest;
}
