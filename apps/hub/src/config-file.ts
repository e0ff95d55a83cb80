import { basename, dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import type { ConfigProblem } from '@isthmus/config';
import { formatProblem, parseConfig } from '@isthmus/config';
import type { Configuration, Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import type { Clock, Logger, Metrics } from '@isthmus/ports';

/** Reads a file as text; rejects when it cannot. */
export type ReadText = (path: string) => Promise<string>;

export interface ConfigFileOptions {
  /** Absolute. */
  readonly path: string;
  readonly readText: ReadText;
}

export interface ConfigObservers {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** A configuration file that was read and accepted. */
export interface AcceptedConfig {
  readonly text: string;
  readonly configuration: Configuration;
  readonly warnings: readonly ConfigProblem[];
}

/** Reads the configuration; rejects when the file cannot be read. Pauses and approvals that are over are warned of. */
export async function readConfig(
  { path, readText }: ConfigFileOptions,
  nowMs: number,
): Promise<Result<AcceptedConfig, readonly ConfigProblem[]>> {
  const text = await readText(path);
  const parsed = parseConfig(text, { file: basename(path), folder: dirname(path), nowMs });
  return parsed.ok ? ok({ text, ...parsed.value }) : err(parsed.error);
}

/**
 * The configuration as it is now. It is read again by content, because mounted files are swapped by links; a file that
 * is bad or gone keeps the old configuration and is told about once.
 */
export class ConfigFile {
  readonly #options: ConfigFileOptions;
  readonly #observers: ConfigObservers;
  #configuration: Configuration;
  /** The last content that was judged, good or bad; undefined while the file cannot be read. */
  #judged: string | undefined;
  #generation = 0;

  constructor(options: ConfigFileOptions, accepted: AcceptedConfig, observers: ConfigObservers) {
    this.#options = options;
    this.#observers = observers;
    this.#configuration = accepted.configuration;
    this.#judged = accepted.text;
    this.#tellAccepted(accepted);
  }

  get current(): Configuration {
    return this.#configuration;
  }

  /** Reads the file again; answers the new configuration when there is one. */
  async refresh(): Promise<Configuration | undefined> {
    const { path, readText } = this.#options;
    let text: string;
    try {
      text = await readText(path);
    } catch (error) {
      this.#tellUnreadable(error);
      return undefined;
    }
    if (text === this.#judged) return undefined;
    this.#judged = text;
    const nowMs = this.#observers.clock.nowMs();
    const parsed = parseConfig(text, { file: basename(path), folder: dirname(path), nowMs });
    if (!parsed.ok) {
      const problems = parsed.error.map(formatProblem);
      this.#tellReload(false);
      this.#observers.logger.error('the new configuration is refused and the old one stays', { problems });
      return undefined;
    }
    this.#configuration = this.#keepFixed(parsed.value.configuration);
    this.#tellAccepted({ text, ...parsed.value });
    return this.#configuration;
  }

  /** What cannot change while the hub runs stays, and is told. */
  #keepFixed(next: Configuration): Configuration {
    const { store, election, hub } = this.#configuration;
    const { name, http, logLevel } = hub;
    const fixed = { name, http, logLevel };
    const changed = [
      ...(next.hub.name === name ? [] : ['hub.name']),
      ...(next.hub.http.host === http.host && next.hub.http.port === http.port ? [] : ['hub.http']),
      ...(next.hub.logLevel === logLevel ? [] : ['hub.log.level']),
      ...(isDeepStrictEqual(next.store, store) ? [] : ['store']),
      ...(isDeepStrictEqual(next.election, election) ? [] : ['election']),
    ];
    if (changed.length > 0) {
      this.#observers.logger.warn('a part of the configuration needs a restart and keeps its old value', {
        fields: changed,
      });
    }
    return { ...next, store, election, hub: { ...next.hub, ...fixed } };
  }

  #tellAccepted({ configuration, warnings }: AcceptedConfig): void {
    const { clock, logger, metrics } = this.#observers;
    this.#generation++;
    metrics.set('isthmus_config_generation', this.#generation);
    this.#tellReload(true);
    metrics.set('isthmus_config_last_reload_success_timestamp_seconds', clock.nowMs() / 1000);
    logger.info('configuration accepted', {
      generation: this.#generation,
      sources: configuration.sources.length,
      clusters: configuration.clusters.length,
      readOnly: configuration.hub.readOnly,
    });
    if (warnings.length > 0) logger.warn('the configuration has warnings', { problems: warnings.map(formatProblem) });
  }

  #tellReload(isSuccessful: boolean): void {
    this.#observers.metrics.set('isthmus_config_last_reload_successful', isSuccessful ? 1 : 0);
  }

  #tellUnreadable(error: unknown): void {
    if (this.#judged === undefined) return;
    this.#judged = undefined;
    this.#tellReload(false);
    const reason = error instanceof Error ? error.message : String(error);
    this.#observers.logger.error('the configuration cannot be read and the old one stays', { reason });
  }
}
