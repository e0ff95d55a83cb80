/** When a mark was first seen, by two clocks. */
export interface MarkSeen {
  /** Hub clock. */
  readonly atMs: number;
  /** The API server's clock. */
  readonly serverAtMs: number;
}

/** How long a mark stands, by whichever clock says less: one that jumps ahead must not end a grace. */
export function graceMs(
  markedAtMs: number,
  seen: MarkSeen,
  { nowMs, serverNowMs }: { readonly nowMs: number; readonly serverNowMs: number },
): number {
  const sinceSeenMs = Math.min(nowMs - seen.atMs, serverNowMs - seen.serverAtMs);
  return seen.serverAtMs - markedAtMs + sinceSeenMs;
}
