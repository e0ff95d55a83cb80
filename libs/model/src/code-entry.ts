/**
 * What the caller does about an error.
 * `retry` back off and try again; `hold` the data is not trusted, keep the last good; `reject` no retry until the
 * input changes; `abort` leadership was lost; `fatal` the start configuration is bad.
 */
export type Disposition = 'retry' | 'hold' | 'reject' | 'abort' | 'fatal';

/** One row of the catalogue: what a code means and what an operator can do about it. */
export interface CodeEntry {
  readonly disposition: Disposition;
  /** Completes the sentence “This code says that …”. */
  readonly meaning: string;
  readonly remedy: string;
}

/** A row of the catalogue. */
export const row = (disposition: Disposition, meaning: string, remedy: string): CodeEntry => ({
  disposition,
  meaning,
  remedy,
});
