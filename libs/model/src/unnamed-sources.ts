import type { SourceName } from './brand.js';

/** What a store remembers of a source that some replica said it works with. */
export interface NamedSource {
  readonly source: SourceName;
  /** When it was named last, by the wall clock of whoever did (epoch ms); NaN: nobody can tell. */
  readonly atMs: number;
  /** Another one each time that it is named. */
  readonly mark: string;
}

/** A source that this replica does not work with: its mark, and since when it is the same on the monotonic clock of this process. */
export interface UnnamedSighting {
  readonly mark: string;
  readonly sinceMs: number;
}

/** How often a replica names the sources of its configuration. */
export const NAME_SOURCES_EVERY_MS = 10 * 60_000;
/** What nobody has named for so long is removed. */
export const KEEP_UNNAMED_MS = 7 * 24 * 3_600_000;
/** Nobody who works with a source leaves it unnamed for so long while it is watched. */
export const WATCH_UNNAMED_MS = 3_600_000;

/**
 * Which sources no replica works with any more. A replica with an older configuration may still work with what this one
 * does not know, so that two things are asked, and neither depends on the other's clock:
 *
 * | what | by which clock | why |
 * |---|---|---|
 * | nobody named it for a week | wall clocks | a configuration that is taken back finds everything as it was |
 * | its mark is the same for an hour | monotonic, of this process alone | a wall clock that jumps makes a week pass at once |
 */
export function unnamedSources(
  named: readonly NamedSource[],
  before: ReadonlyMap<SourceName, UnnamedSighting>,
  { own, nowMs, monotonicMs }: Asked,
): { readonly seen: ReadonlyMap<SourceName, UnnamedSighting>; readonly due: readonly NamedSource[] } {
  const others = named.filter(({ source }) => !own.has(source));
  const seen = new Map(
    others.map(({ source, mark }) => {
      const known = before.get(source);
      return [source, known?.mark === mark ? known : { mark, sinceMs: monotonicMs }] as const;
    }),
  );
  const due = others.filter(({ source, atMs }) => {
    const watchedMs = monotonicMs - (seen.get(source)?.sinceMs ?? monotonicMs);
    return nowMs - atMs >= KEEP_UNNAMED_MS && watchedMs >= WATCH_UNNAMED_MS;
  });
  return { seen, due };
}

/** Who asks, and when. */
interface Asked {
  /** Sources of its own configuration: they are never due. */
  readonly own: ReadonlySet<SourceName>;
  readonly nowMs: number;
  readonly monotonicMs: number;
}
