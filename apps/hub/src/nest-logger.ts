import type { Logger } from '@isthmus/ports';
import type { LoggerService } from '@nestjs/common';

/** Nest's own messages in our log; what it tells while it starts is for debugging only. */
export function nestLogger(logger: Logger): LoggerService {
  const at =
    (level: keyof Logger) =>
    (message: unknown, ...rest: unknown[]): void => {
      const context = rest.findLast((part) => typeof part === 'string');
      const fields = { context, message: textOf(message) };
      logger[level]('message of the framework', fields);
    };
  return {
    log: at('debug'),
    debug: at('debug'),
    verbose: at('debug'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('error'),
  };
}

function textOf(message: unknown): string {
  if (message instanceof Error) return `${message.name}: ${message.message}`;
  return typeof message === 'string' ? message : JSON.stringify(message);
}
