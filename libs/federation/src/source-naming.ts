import type { SourceName } from '@isthmus/model';
import { NAME_SOURCES_EVERY_MS, toIsthmusError } from '@isthmus/model';
import type { Clock, Logger, SnapshotStore } from '@isthmus/ports';

export interface SourceNamingOptions {
  readonly store: SnapshotStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Asked before each removal: only a leader removes. */
  readonly mayRemove: () => boolean;
}

/** Tells the store which sources this replica works with, so that what nobody works with any more can leave it. */
export class SourceNaming {
  readonly #options: SourceNamingOptions;
  #namedAtMs: number | undefined;
  #isUnderWay = false;

  constructor(options: SourceNamingOptions) {
    this.#options = options;
  }

  /** Names them when it is time to; what fails is repeated with the next call. */
  async nameWhenDue(sources: readonly SourceName[]): Promise<void> {
    const { store, clock, logger, mayRemove } = this.#options;
    const atMs = clock.monotonicMs();
    const isDue = this.#namedAtMs === undefined || atMs - this.#namedAtMs >= NAME_SOURCES_EVERY_MS;
    if (!isDue || this.#isUnderWay) return;
    this.#isUnderWay = true;
    try {
      const removed = await store.nameSources(sources, mayRemove);
      this.#namedAtMs = atMs;
      for (const source of removed) logger.info('a source that no replica works with left the store', { source });
    } catch (cause) {
      // The store tells of its own trouble.
      const { code, message } = toIsthmusError(cause, 'naming the sources');
      logger.debug('the sources were not named', { code, error: message });
    } finally {
      this.#isUnderWay = false;
    }
  }
}
