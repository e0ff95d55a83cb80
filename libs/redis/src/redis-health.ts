import type { ErrorReport, IsthmusError } from '@isthmus/model';
import type { Clock, Logger, Metrics } from '@isthmus/ports';

import type { Purpose } from './client-options.js';

/** Who is told about Redis. */
export interface RedisObservers {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** How it goes with Redis, over all connections of this process: a line in the log when that changes, metrics always. */
export class RedisHealth {
  readonly #observers: RedisObservers;
  readonly #errors = new Map<Purpose, ErrorReport>();

  constructor(observers: RedisObservers) {
    this.#observers = observers;
    observers.metrics.set('isthmus_redis_up', 1);
  }

  /** Why Redis cannot be used, since when; undefined: it can. */
  get error(): ErrorReport | undefined {
    return this.#errors.values().next().value;
  }

  succeeded(purpose: Purpose, work: string, seconds: number): void {
    this.#observers.metrics.observe('isthmus_redis_command_duration_seconds', seconds, { command: work });
    this.forget(purpose);
  }

  failed(purpose: Purpose, error: IsthmusError): void {
    const { clock, logger, metrics } = this.#observers;
    metrics.count('isthmus_redis_errors_total', { code: error.code });
    const wasUp = this.error === undefined;
    const before = this.#errors.get(purpose);
    const sinceMs = before?.code === error.code ? before.sinceMs : clock.nowMs();
    this.#errors.set(purpose, { code: error.code, message: error.message, sinceMs });
    metrics.set('isthmus_redis_up', 0);
    const fields = { purpose, code: error.code, error: error.message };
    if (wasUp) logger.warn('redis cannot be used; clusters keep what they have', fields);
  }

  /** What this connection met is over. */
  forget(purpose: Purpose): void {
    if (!this.#errors.delete(purpose) || this.#errors.size > 0) return;
    this.#observers.metrics.set('isthmus_redis_up', 1);
    this.#observers.logger.info('redis can be used again');
  }
}
