import type { Outline } from '../outline.js';
import type { Finding } from '../problem.js';

/** Pauses and approvals that are over. */
export function checkTimes({ sources, clusters, approvals }: Outline, nowMs: number): readonly Finding[] {
  const pauses = { sources, clusters };
  const moments = [
    ...Object.entries(pauses).flatMap(([list, entries]) =>
      entries.map(({ paused }, index) => ({ untilMs: paused?.until, path: [list, index, 'paused', 'until'] })),
    ),
    ...approvals.map(({ until }, index) => ({ untilMs: until, path: ['approvals', index, 'until'] })),
  ];
  return moments.flatMap(({ untilMs, path }): readonly Finding[] =>
    untilMs === undefined || untilMs > nowMs ? [] : [{ code: 'CFG081', path, message: 'is in the past' }],
  );
}
