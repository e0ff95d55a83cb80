import { textRule } from './rule.js';

const UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const LONGEST_MS = 7 * 24 * UNITS_MS.h;

/**
 * A duration as `500ms`, `5s`, `10m` or `1h`, in milliseconds.
 * More than zero, and at most seven days: a timer of Node beyond 24.8 days fires at once.
 */
export const duration = textRule('CFG010', 'is not a duration', (text) => {
  const ms = toMs(text);
  return ms > 0 && ms <= LONGEST_MS;
}).transform(toMs);

function toMs(text: string): number {
  const match = /^(\d{1,9})(ms|s|m|h)$/.exec(text);
  return match ? Number(match[1]) * UNITS_MS[match[2] as keyof typeof UNITS_MS] : Number.NaN;
}
