import type { NameFilter } from '@isthmus/model';
import { matchesGlob } from '@isthmus/model';

/** Whether a list of globs surely matches all that one glob matches; an absent list matches everything. */
export function covers(globs: readonly string[] | undefined, glob: string): boolean {
  return globs === undefined || globs.some((wide) => coversOne(wide, glob));
}

/**
 * A glob that matches the text of another one matches all of its names, because `*` takes what the wildcards of that
 * text stand for. A `?` does not: it takes the sign `*`, but not what that stands for.
 */
function coversOne(wide: string, glob: string): boolean {
  if (wide === glob) return true;
  const isSafe = !wide.includes('?') || !glob.includes('*');
  return isSafe && matchesGlob(wide, glob);
}

/** What a filter of names took and another one does not surely take, in words. */
export function narrowedFilter(field: string, old: NameFilter, next: NameFilter): readonly string[] {
  const missing = old.include.filter((glob) => !covers(next.include, glob));
  const excluded = next.exclude.filter((glob) => !covers(old.exclude, glob));
  return [
    ...(missing.length > 0 ? [`${field} ${missing.join(', ')} are not read as a whole any more`] : []),
    ...(excluded.length > 0 ? [`${field} ${excluded.join(', ')} are left out`] : []),
  ];
}
