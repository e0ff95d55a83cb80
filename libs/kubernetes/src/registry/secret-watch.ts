import type { ErrorReport, IsthmusError } from '@isthmus/model';
import { IsthmusError as Failure, toIsthmusError } from '@isthmus/model';
import type { ClusterSecret, Clock, Random } from '@isthmus/ports';
import { answerError } from '../answer-errors.js';
import { isRecord, parseObject } from '../json.js';
import { parseItems } from '../observed-entry.js';
import type { OwnCluster, WatchEvent } from '../own-cluster/own-cluster.js';
import type { ParsedSecret } from './parse-secret.js';
import { parseSecret } from './parse-secret.js';

export interface SecretWatchOptions {
  readonly open: () => Promise<OwnCluster>;
  readonly namespace: string;
  readonly labelSelector: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly onChange: () => void;
}

interface SecretPage {
  readonly items: readonly unknown[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

const LIST_TIMEOUT_MS = 20_000;
const PAGE_SIZE = 100;
const BACKOFF_BASE_MS = 1_000;
const BACKOFF_MAX_MS = 30_000;
/** A watch that the API server ends is asked for again after this, lest one that it always ends at once becomes a loop. */
const REST_MS = 500;

/**
 * The Secrets of one selector: listed, then watched. A watch that ends goes on where it was; after every failure, also
 * “too old” (410), everything is listed anew, with growing pauses. What was known stays known meanwhile.
 */
export class SecretWatch {
  readonly #options: SecretWatchOptions;
  #secrets: ReadonlyMap<string, ParsedSecret> | undefined;
  #cluster: OwnCluster | undefined;
  #error: ErrorReport | undefined;
  #failures = 0;

  constructor(options: SecretWatchOptions) {
    this.#options = options;
  }

  /** Undefined until they were listed once. */
  get clusters(): readonly ClusterSecret[] | undefined {
    return this.#secrets === undefined ? undefined : [...this.#secrets.values()].flatMap(({ clusters }) => clusters);
  }

  get error(): ErrorReport | undefined {
    return this.#error;
  }

  /** Goes on until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#follow(signal);
      } catch (error) {
        if (signal.aborted) return;
        await this.#rest(this.#fail(toIsthmusError(error, this.#doing('watching'))), signal);
      }
    }
  }

  async #follow(signal: AbortSignal): Promise<never> {
    const cluster = (this.#cluster ??= await this.#options.open());
    let version = await this.#list(cluster, signal);
    for (;;) {
      version = await this.#watch(cluster, version, signal);
      await this.#rest(REST_MS, signal);
      signal.throwIfAborted();
    }
  }

  async #list(cluster: OwnCluster, signal: AbortSignal): Promise<string> {
    const found = new Map<string, ParsedSecret>();
    let position = '';
    let version = '';
    do {
      const page = await this.#listPage(cluster, position, signal);
      for (const item of page.items) {
        const secret = parseSecret(item);
        if (secret !== undefined) found.set(secret.name, secret);
      }
      version = textOf(page.metadata['resourceVersion']);
      position = textOf(page.metadata['continue']);
    } while (position !== '');
    this.#error = undefined;
    this.#failures = 0;
    this.#secrets = found;
    this.#options.onChange();
    return version;
  }

  /** An answer without items is no empty list: the credentials of all clusters would be let go for it. */
  async #listPage(cluster: OwnCluster, position: string, signal: AbortSignal): Promise<SecretPage> {
    const query = new URLSearchParams({ labelSelector: this.#options.labelSelector, limit: String(PAGE_SIZE) });
    if (position !== '') query.set('continue', position);
    const doing = this.#doing('listing');
    const path = `${this.#path}?${query.toString()}`;
    const timeoutMs = LIST_TIMEOUT_MS;
    const answer = await cluster.send({ method: 'GET', path, accept: 'application/json', timeoutMs, signal, doing });
    if (answer.status !== 200) throw answerError(answer, { doing, isWrite: false, token: undefined });
    const body = parseObject(answer.text);
    const items = parseItems(body);
    const metadata = isRecord(body) ? body['metadata'] : undefined;
    if (items !== undefined && isRecord(metadata)) return { items, metadata };
    throw new Failure('invalid-answer', `${doing}: the answer is not what a Kubernetes API gives`);
  }

  /** Answers the version to go on from. */
  async #watch(cluster: OwnCluster, from: string, signal: AbortSignal): Promise<string> {
    let version = from;
    let failure: IsthmusError | undefined;
    const stop = new AbortController();
    const query = { labelSelector: this.#options.labelSelector, resourceVersion: from };
    const request = { path: this.#path, query, doing: this.#doing('watching') };
    const onEvent = (event: WatchEvent): void => {
      if (event.type === 'ERROR') {
        failure = this.#refusal(event.object);
        stop.abort();
        return;
      }
      version = this.#take(event) ?? version;
    };
    try {
      await cluster.watch({ ...request, signal: AbortSignal.any([signal, stop.signal]) }, onEvent);
    } catch (error) {
      throw failure ?? error;
    }
    if (failure !== undefined) throw failure;
    return version;
  }

  /** Answers the version of the event, if it is one that tells something. */
  #take({ type, object }: WatchEvent): string | undefined {
    const metadata = isRecord(object) && isRecord(object['metadata']) ? object['metadata'] : {};
    const version = metadata['resourceVersion'];
    const secret = type === 'BOOKMARK' ? undefined : parseSecret(object);
    if (secret !== undefined) {
      const next = new Map(this.#secrets);
      if (type === 'DELETED') next.delete(secret.name);
      else next.set(secret.name, secret);
      this.#secrets = next;
      this.#options.onChange();
    }
    return typeof version === 'string' && version !== '' ? version : undefined;
  }

  #refusal(status: unknown): IsthmusError {
    const code = isRecord(status) && status['code'] === 410 ? 'expired' : 'server-error';
    return new Failure(code, `${this.#doing('watching')}: the API server ended it with ${code}`);
  }

  /** Answers how long to rest. An old position is no failure: the list is simply made again. */
  #fail(error: IsthmusError): number {
    const { clock, random, onChange } = this.#options;
    if (error.code === 'expired' && this.#failures === 0) {
      this.#failures++;
      return REST_MS;
    }
    // The next attempt begins from scratch: the hub's own kubeconfig may have been corrected.
    this.#cluster = undefined;
    const pauseMs = Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** Math.min(this.#failures, 10));
    this.#failures++;
    const sinceMs = this.#error?.code === error.code ? this.#error.sinceMs : clock.nowMs();
    this.#error = { code: error.code, message: error.message, sinceMs };
    onChange();
    return Math.max(error.retryAfterMs ?? 0, pauseMs * (0.5 + random.next() / 2));
  }

  async #rest(ms: number, signal: AbortSignal): Promise<void> {
    await this.#options.clock.sleep(ms, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  get #path(): string {
    return `/api/v1/namespaces/${this.#options.namespace}/secrets`;
  }

  #doing(what: string): string {
    return `${what} Secrets with ${this.#options.labelSelector} in namespace ${this.#options.namespace}`;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
