import { IsthmusError } from '@isthmus/model';
import type { LeaseRecord, LeaseStore } from '@isthmus/ports';

import type { RedisConnection } from './redis-connection.js';

/** How long Redis may wait for its replicas; below the timeout of the connection. */
const WAIT_MS = 500;

/**
 * The lease as a hash without a time to live, so that the clock of Redis decides nothing: who follows times the
 * unchanged record on its own clock.
 */
export class RedisLeaseStore implements LeaseStore {
  readonly #connection: RedisConnection;
  readonly #key: string;
  readonly #waitReplicas: number;

  constructor(connection: RedisConnection, key: string, waitReplicas: number) {
    this.#connection = connection;
    this.#key = key;
    this.#waitReplicas = waitReplicas;
  }

  async observe(): Promise<LeaseRecord> {
    const [incarnation = '', holder = '', epoch, sequence] = wordsOf(
      await this.#connection.run('observeLease', [this.#key], []),
    );
    return { incarnation, holder, epoch: numberOf(epoch), sequence: numberOf(sequence) };
  }

  async acquire({ holder, seen, floor }: Parameters<LeaseStore['acquire']>[0]): Promise<LeaseRecord | undefined> {
    const asSeen = [seen.incarnation, seen.holder, seen.epoch, seen.sequence];
    const answer = await this.#connection.run('acquireLease', [this.#key], [holder, ...asSeen, floor]);
    const epoch = numberOf(String(answer));
    if (epoch === 0) return undefined;
    await this.#confirm();
    return { incarnation: seen.incarnation, holder, epoch, sequence: 0 };
  }

  async renew({ holder, epoch, floor }: Parameters<LeaseStore['renew']>[0]): Promise<LeaseRecord | undefined> {
    const answer = await this.#connection.run('renewLease', [this.#key], [holder, epoch, floor]);
    const [incarnation, newEpoch, sequence] = wordsOf(answer);
    if (incarnation === undefined) return undefined;
    await this.#confirm();
    return { incarnation, holder, epoch: numberOf(newEpoch), sequence: numberOf(sequence) };
  }

  async release({ holder, epoch }: Parameters<LeaseStore['release']>[0]): Promise<void> {
    await this.#connection.run('releaseLease', [this.#key], [holder, epoch]);
  }

  /** The replicas have it too. It counts what this connection wrote, so it must be the same connection. */
  async #confirm(): Promise<void> {
    if (this.#waitReplicas === 0) return;
    const confirmed = Number(await this.#connection.call('wait', this.#waitReplicas, WAIT_MS));
    if (confirmed >= this.#waitReplicas) return;
    const message = `${confirmed} of ${this.#waitReplicas} replicas confirmed the lease in ${WAIT_MS} ms`;
    throw new IsthmusError('lease-unconfirmed', message);
  }
}

function wordsOf(answer: unknown): readonly string[] {
  return Array.isArray(answer) ? answer.map(String) : [];
}

/** Redis contents are not trusted: what is not a number of ours counts as none. */
function numberOf(word: string | undefined): number {
  const value = Number(word);
  return Number.isSafeInteger(value) && value >= 0 ? value : 0;
}
