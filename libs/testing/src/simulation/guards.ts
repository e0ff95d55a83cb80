/** The rules whose absence must be noticed: a test takes one out at a time. */
export const GUARDS = {
  conditions: 'every write names the uid and resourceVersion of the object that was seen',
  'component-vector': 'what an object holds of a newer reading stays against an older one',
  'two-phase': 'what is proven gone is marked, and leaves after the grace with the proof given again',
  completeness: 'only a complete answer takes something away',
  brake: 'not more than a share of a source leaves within an hour',
  'is-safe': 'a replica writes only while its lease holds',
  epoch: 'who sees a higher epoch on an object writes nothing before it has taken a higher one',
} as const;

export type Guard = keyof typeof GUARDS;
