/** One period of leadership. */
export interface Term {
  /** Of the term's beginning; it may grow during the term. */
  readonly epoch: number;
  /** Aborted when the term ends: everything that a leader does hangs on it. */
  readonly signal: AbortSignal;
}

/** Who leads, as one replica sees it. */
export interface LeaderView {
  readonly isLeader: boolean;
  /** "" when nobody is known to lead. */
  readonly holder: string;
  readonly epoch: number;
}

/** Decides whether this replica leads. */
export interface LeaderElector {
  /**
   * Takes part until the signal is aborted: calls `lead` at the beginning of each term, and waits for it to return
   * before the lease is given up or taken again. Resolves when the lease was given up.
   */
  run(lead: (term: Term) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** Whether this replica may write at this very moment; asked before each write. */
  isSafe(): boolean;
  /** The epoch must be above this one: it is taken with the next renewal. */
  raiseEpoch(floor: number): void;
  view(): LeaderView;
}
