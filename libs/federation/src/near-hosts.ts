import { compareText } from '@isthmus/model';

const MAX_NEAR = 5;
const MAX_SLIPS = 3;
/** Words longer than this are not compared letter by letter. */
const LONGEST = 128;

/** The candidates that are most like a host, the nearest first: few slips away, or one holds the other. */
export function nearHosts(host: string, candidates: Iterable<string>): readonly string[] {
  const near: { readonly candidate: string; readonly distance: number }[] = [];
  for (const candidate of new Set(candidates)) {
    const distance = distanceOf(host, candidate);
    if (distance !== undefined) near.push({ candidate, distance });
  }
  return near
    .toSorted((a, b) => a.distance - b.distance || compareText(a.candidate, b.candidate))
    .slice(0, MAX_NEAR)
    .map(({ candidate }) => candidate);
}

/** How far apart two hosts are; undefined: too far to be meant. */
function distanceOf(host: string, candidate: string): number | undefined {
  if (host.length > LONGEST || candidate.length > LONGEST) return undefined;
  const limit = Math.min(MAX_SLIPS, Math.max(1, Math.floor(Math.min(host.length, candidate.length) / 4)));
  const slips = slipCount(host, candidate, limit);
  if (slips <= limit) return slips;
  const firstLabel = `${host.split('.', 1)[0] ?? ''}.`;
  return candidate.startsWith(firstLabel) || candidate.includes(host) ? MAX_SLIPS + 1 : undefined;
}

/**
 * Letters to add, drop or change to get from one word to the other; more than `limit` counts as `limit + 1`. Only the
 * cells of the table that can lead to so few are looked at: there may be ten thousand hosts to compare with.
 */
function slipCount(from: string, to: string, limit: number): number {
  const tooMany = limit + 1;
  if (Math.abs(from.length - to.length) > limit) return tooMany;
  let last = Array.from({ length: to.length + 1 }, (_, j) => Math.min(j, tooMany));
  for (let i = 1; i <= from.length; i++) {
    const row = Array.from({ length: to.length + 1 }, () => tooMany);
    if (i <= limit) row[0] = i;
    let fewest = row[0] ?? tooMany;
    for (let j = Math.max(1, i - limit); j <= Math.min(to.length, i + limit); j++) {
      const change = (last[j - 1] ?? tooMany) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const slips = Math.min(change, (last[j] ?? tooMany) + 1, (row[j - 1] ?? tooMany) + 1, tooMany);
      row[j] = slips;
      fewest = Math.min(fewest, slips);
    }
    if (fewest > limit) return tooMany;
    last = row;
  }
  return last.at(-1) ?? tooMany;
}
