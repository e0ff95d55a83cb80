/** Exit codes of the command: a fixed contract. 64 and 65 are those of sysexits(3). */
export const EXIT = {
  ok: 0,
  error: 1,
  usage: 64,
  badConfiguration: 65,
} as const;
