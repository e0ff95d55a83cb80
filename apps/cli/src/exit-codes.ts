/** Exit codes of the command: a fixed contract. 64, 65 and 77 are those of sysexits(3). */
export const EXIT = {
  ok: 0,
  error: 1,
  /** Only with `plan --detailed-exitcode`. */
  planHasChanges: 2,
  /** What `status` and `doctor` find. */
  unhealthy: 3,
  hubUnreachable: 4,
  usage: 64,
  badConfiguration: 65,
  forbidden: 77,
} as const;
