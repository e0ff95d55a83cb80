/** Facts of a log line. Keys are fixed words: cluster, account, region, source, host, code, durationMs, … */
export interface LogFields {
  readonly [key: string]: string | number | boolean | undefined | readonly string[];
}

/** Structured log: constant message, facts in fields. ERROR: a human must act now. WARN: it heals or holds. INFO: state changed. DEBUG: steps. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
