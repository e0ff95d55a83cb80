import type { LogFields, Logger } from '@isthmus/ports';
import { pino, stdTimeFunctions } from 'pino';
import { redactFields, redactText } from './redaction.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Where lines go; each is one JSON object and a newline. */
export interface LogDestination {
  write(line: string): void;
}

export interface LoggerOptions {
  /** Lines below it are not written. */
  readonly level: LogLevel;
  /** Default: standard output. */
  readonly destination?: LogDestination;
}

/**
 * A logger that writes JSON lines: `{"level":"info","time":"2026-01-01T00:00:00.000Z","app":"isthmus",…,"msg":"…"}`.
 * Secrets are taken out of fields and texts before a line exists.
 */
export function createLogger(options: LoggerOptions): Logger {
  const settings = {
    level: options.level,
    base: { app: 'isthmus' },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const lines = options.destination === undefined ? pino(settings) : pino(settings, options.destination);
  const write = (level: LogLevel, message: string, fields: LogFields): void => {
    if (lines.isLevelEnabled(level)) lines[level](redactFields(fields), redactText(message));
  };
  return {
    debug: (message, fields = {}) => write('debug', message, fields),
    info: (message, fields = {}) => write('info', message, fields),
    warn: (message, fields = {}) => write('warn', message, fields),
    error: (message, fields = {}) => write('error', message, fields),
  };
}
