import type { Secret } from '@isthmus/model';
import { IsthmusError, toIsthmusError } from '@isthmus/model';
import type { Clock, Random } from '@isthmus/ports';
import type { ClusterToken, MintToken, TokenSource } from './token-source.js';

export interface CachedTokenSourceOptions {
  readonly mint: MintToken;
  readonly clock: Clock;
  readonly random: Random;
  /** Called with each new token's end (epoch ms). */
  readonly onRenewed?: (expiresAtMs: number | undefined) => void;
  /** Called when a token could not be made. */
  readonly onFailed?: (error: IsthmusError) => void;
}

/** A token is renewed when this share of its life is over, less up to a tenth of it, so that not all clusters ask at once. */
const RENEW_AT_SHARE = 0.8;
const JITTER_SHARE = 0.1;
/** A token is not sent in the last seconds of its life: the API server judges it by its own clock. */
const MARGIN_MS = 10_000;
/** Life of a token that does not say it. */
const UNKNOWN_LIFE_MS = 600_000;
const MINT_TIMEOUT_MS = 10_000;
const RETRY_BASE_MS = 1_000;
const RETRY_MAX_MS = 30_000;
/** A token younger than this that is refused would be refused again if it were made anew. */
const YOUNG_MS = 10_000;

interface Held extends ClusterToken {
  /** Monotonic. */
  readonly mintedAtMs: number;
  readonly renewAtMs: number;
  readonly endsAtMs: number;
}

/**
 * Keeps one token and makes another at 80 % of its life, in the background: never two at a time, and with pauses while
 * that fails. The old token goes on as long as it is good; so no request waits for a renewal but the first.
 */
export class CachedTokenSource implements TokenSource {
  readonly #options: CachedTokenSourceOptions;
  #held: Held | undefined;
  #minting: Promise<Held> | undefined;
  #error: IsthmusError | undefined;
  #failures = 0;
  #retryAtMs = 0;

  constructor(options: CachedTokenSourceOptions) {
    this.#options = options;
  }

  async get(signal: AbortSignal): Promise<Secret> {
    const nowMs = this.#options.clock.monotonicMs();
    const held = this.#held;
    if (held === undefined || !this.#isGood(held, nowMs)) return (await this.#mintUnless(signal)).token;
    if (nowMs >= held.renewAtMs && nowMs >= this.#retryAtMs) void this.#mint().catch(() => undefined);
    return held.token;
  }

  refused(token: Secret): boolean {
    const held = this.#held;
    if (held === undefined) return true;
    if (held.token !== token) return true;
    if (this.#options.clock.monotonicMs() - held.mintedAtMs < YOUNG_MS) return false;
    this.#held = undefined;
    return true;
  }

  /** Both clocks must agree: the monotonic one may stand still while a machine sleeps, the other may be set. */
  #isGood({ endsAtMs, expiresAtMs }: Held, nowMs: number): boolean {
    return nowMs < endsAtMs && (expiresAtMs === undefined || this.#options.clock.nowMs() < expiresAtMs - MARGIN_MS);
  }

  /** Waits for a token as long as the caller may; while making one has just failed, says so at once. */
  async #mintUnless(signal: AbortSignal): Promise<Held> {
    signal.throwIfAborted();
    if (this.#error !== undefined && this.#options.clock.monotonicMs() < this.#retryAtMs) throw this.#error;
    const { promise, reject } = Promise.withResolvers<never>();
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([this.#mint(), promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #mint(): Promise<Held> {
    this.#minting ??= this.#mintOnce().finally(() => {
      this.#minting = undefined;
    });
    return this.#minting;
  }

  async #mintOnce(): Promise<Held> {
    const { mint, onRenewed } = this.#options;
    try {
      const held = this.#hold(await mint(AbortSignal.timeout(MINT_TIMEOUT_MS)));
      onRenewed?.(held.expiresAtMs);
      return held;
    } catch (cause) {
      throw this.#fail(toIsthmusError(cause, 'asking for a token'));
    }
  }

  #hold(token: ClusterToken): Held {
    const { clock, random } = this.#options;
    const nowMs = clock.monotonicMs();
    const lifeMs = token.expiresAtMs === undefined ? UNKNOWN_LIFE_MS : token.expiresAtMs - clock.nowMs();
    if (lifeMs <= MARGIN_MS) throw new IsthmusError('token-unavailable', 'the token that was given is already over');
    const share = RENEW_AT_SHARE - JITTER_SHARE * random.next();
    const held = {
      ...token,
      mintedAtMs: nowMs,
      renewAtMs: nowMs + lifeMs * share,
      endsAtMs: nowMs + lifeMs - MARGIN_MS,
    };
    this.#held = held;
    this.#error = undefined;
    this.#failures = 0;
    this.#retryAtMs = 0;
    return held;
  }

  #fail(error: IsthmusError): IsthmusError {
    const { clock, random, onFailed } = this.#options;
    const pauseMs = Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** Math.min(this.#failures, 10));
    this.#failures++;
    this.#error = error;
    this.#retryAtMs = clock.monotonicMs() + Math.max(error.retryAfterMs ?? 0, pauseMs * (0.5 + random.next() / 2));
    onFailed?.(error);
    return error;
  }
}
