import type { RedisSettings } from '@isthmus/model';
import type { Clock } from '@isthmus/ports';
import { Redis } from 'ioredis';

import type { Purpose } from './client-options.js';
import { clientOptions, passwordOptions, reconnectDelayMs } from './client-options.js';
import type { RedisHealth } from './redis-health.js';
import type { ScriptName } from './scripts.js';
import { scriptOf } from './scripts.js';
import { isUnknownScript, translateError } from './translate-error.js';

export interface RedisConnectionOptions {
  readonly settings: RedisSettings;
  readonly purpose: Purpose;
  readonly health: RedisHealth;
  readonly clock: Clock;
}

type Argument = string | Buffer | number;

/** One connection to Redis. Every method rejects with an IsthmusError, within its timeout, and sends nothing twice. */
export class RedisConnection {
  readonly #options: RedisConnectionOptions;
  readonly #client: Redis;
  /** The first attempt to connect has ended, in whatever way. */
  readonly #opened: Promise<void>;
  #connectionError: unknown;
  #isClosed = false;

  /** Connects at once, and again whenever the connection is lost; throws when a file of the settings cannot be read. */
  constructor(options: RedisConnectionOptions) {
    this.#options = options;
    const tryAgain = (attempt: number): number => {
      this.#renewPasswords();
      return reconnectDelayMs(attempt);
    };
    const strategies = { retryStrategy: tryAgain, sentinelRetryStrategy: tryAgain };
    this.#client = new Redis({ ...clientOptions(options.settings, options.purpose), ...strategies });
    this.#client.on('error', (error: unknown) => {
      this.#connectionError = error;
    });
    this.#client.on('ready', () => {
      this.#connectionError = undefined;
    });
    const connected = this.#client.connect().catch((error: unknown) => {
      this.#connectionError ??= error;
    });
    // While no Sentinel answers, connecting never ends: the first failure must be enough.
    this.#opened = Promise.race([
      connected,
      new Promise<void>((resolve) => this.#client.once('error', () => resolve())),
    ]);
  }

  /** Runs a script of `lua/`; the keys come first. */
  async run(name: ScriptName, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    const { lua, sha, keyCount } = scriptOf(name);
    if (keys.length !== keyCount) throw new Error(`${name} takes ${keyCount} keys`);
    const rest = [keyCount, ...keys, ...args] as const;
    return this.#observed(name, async () => {
      try {
        return await this.#client.call('evalsha', sha, ...rest);
      } catch (error) {
        if (!isUnknownScript(error)) throw error;
        return this.#client.call('eval', lua, ...rest);
      }
    });
  }

  /** Sends one command. */
  call(command: string, ...args: readonly Argument[]): Promise<unknown> {
    return this.#observed(command, () => this.#client.call(command, ...args));
  }

  /** Sends one command whose answer holds binary values. */
  callBinary(command: string, ...args: readonly Argument[]): Promise<unknown> {
    return this.#observed(command, () => this.#client.callBuffer(command, ...args));
  }

  /** Hangs up; commands that wait for an answer fail. */
  close(): void {
    this.#isClosed = true;
    this.#options.health.forget(this.#options.purpose);
    this.#client.disconnect();
  }

  async #observed<Answer>(work: string, send: () => Promise<Answer>): Promise<Answer> {
    const { health, purpose, clock } = this.#options;
    await this.#opened;
    const startMs = clock.monotonicMs();
    try {
      const answer = await send();
      health.succeeded(purpose, work, (clock.monotonicMs() - startMs) / 1000);
      return answer;
    } catch (cause) {
      const error = translateError(cause, work, this.#connectionError);
      if (!this.#isClosed) health.failed(purpose, error);
      throw error;
    }
  }

  /** A password that was changed in its file is used with the next connection; a file that is gone keeps the old one. */
  #renewPasswords(): void {
    try {
      Object.assign(this.#client.options, passwordOptions(this.#options.settings));
    } catch (error) {
      this.#connectionError = error;
    }
  }
}
