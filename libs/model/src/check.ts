/** What one look at one thing found. */
export interface Check {
  /** What was looked at, as `dns` or `rights`: a stable word. */
  readonly name: string;
  /** `unknown`: it could not be seen, which is neither good nor bad. */
  readonly outcome: 'ok' | 'warning' | 'failed' | 'unknown';
  /** What was found, in one line. */
  readonly message: string;
  /** What to paste or to do; may be several lines. Null: nothing. */
  readonly fix: string | null;
}

/** Something is as it should be. */
export const fine = (name: string, message: string): Check => ({ name, outcome: 'ok', message, fix: null });
/** It works, but a person should know. */
export const warned = (name: string, message: string, fix: string): Check => ({
  name,
  outcome: 'warning',
  message,
  fix,
});
/** It does not work as it is. */
export const broken = (name: string, message: string, fix: string): Check => ({
  name,
  outcome: 'failed',
  message,
  fix,
});
/** It could not be seen. */
export const unseen = (name: string, message: string): Check => ({ name, outcome: 'unknown', message, fix: null });
