/**
 * Whether a name matches a glob: `*` stands for any number of characters, `?` for one, everything else for itself.
 * Linear in time, so that patterns cannot be used to hang the hub.
 */
export function matchesGlob(pattern: string, name: string): boolean {
  if (pattern === '*') return true;
  let p = 0;
  let star = -1;
  let retry = 0;
  for (let n = 0; n < name.length;) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p++;
      retry = n;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++retry;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** Whether a name matches one of the globs; an absent list matches everything, an empty one nothing. */
export function matchesAny(patterns: readonly string[] | undefined, name: string): boolean {
  return patterns === undefined || patterns.some((pattern) => matchesGlob(pattern, name));
}
