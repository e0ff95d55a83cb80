import type { CloudMapErrorCode } from './cloud-map-error.js';
import type { Plane } from './operations.js';

/** How a call ended: `ok`, an error code, or the fault that took its answer away or changed it. */
export type CallOutcome =
  'ok' | CloudMapErrorCode | 'hang' | 'reset' | 'emptyAnswer' | 'staleRevision' | 'truncatedJson';

/** One call that the model was asked. */
export interface RecordedCall {
  /** Counts all calls from 1; a reset does not lower it. */
  readonly seq: number;
  readonly atMs: number;
  readonly account: string;
  readonly region: string;
  readonly plane: Plane;
  readonly operation: string;
  /** The members of the input that say what the call is about. */
  readonly parameters: Readonly<Record<string, string | number>>;
  /** Page of a listing, from 1; undefined for calls that are not paged and for tokens that cannot be read. */
  readonly page: number | undefined;
  readonly outcome: CallOutcome;
}

/** Which calls to count; an absent member matches all. */
export type CallFilter = Partial<Pick<RecordedCall, 'account' | 'region' | 'operation' | 'outcome'>>;

/** Number of calls with equal account, region, operation and outcome. */
export interface CallCount extends Required<CallFilter> {
  readonly count: number;
}

/** The latest calls, bounded, with exact counters beside them. */
export class CloudMapCallLog {
  readonly #capacity: number;
  readonly #counts = new Map<string, CallCount>();
  #calls: RecordedCall[] = [];
  #seq = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Notes a call. */
  record(call: Omit<RecordedCall, 'seq'>): void {
    this.#seq += 1;
    this.#calls.push({ seq: this.#seq, ...call });
    // Cut rarely, so that a full log costs nothing per call.
    if (this.#calls.length >= 2 * this.#capacity) this.#calls = this.calls();
    const { account, region, operation, outcome } = call;
    const key = `${account}|${region}|${operation}|${outcome}`;
    const count = (this.#counts.get(key)?.count ?? 0) + 1;
    this.#counts.set(key, { account, region, operation, outcome, count });
  }

  /** The latest calls, oldest first. */
  calls(): RecordedCall[] {
    return this.#capacity === 0 ? [] : this.#calls.slice(-this.#capacity);
  }

  /** Counters since the last reset, however many calls the log has forgotten. */
  counts(): readonly CallCount[] {
    return [...this.#counts.values()];
  }

  /** Number of calls since the last reset that match. */
  count(filter: CallFilter = {}): number {
    return this.counts()
      .filter((entry) => matches(entry, filter))
      .reduce((sum, entry) => sum + entry.count, 0);
  }

  /** Forgets calls and counters. */
  reset(): void {
    this.#calls = [];
    this.#counts.clear();
  }
}

function matches(entry: CallCount, filter: CallFilter): boolean {
  return (
    (filter.account ?? entry.account) === entry.account &&
    (filter.region ?? entry.region) === entry.region &&
    (filter.operation ?? entry.operation) === entry.operation &&
    (filter.outcome ?? entry.outcome) === entry.outcome
  );
}
