import type { NamedSource, Snapshot, SourceName, UnnamedSighting } from '@isthmus/model';
import { IsthmusError, sourceName, unnamedSources } from '@isthmus/model';
import type { Clock, Metrics, SaveResult, SnapshotCodec, SnapshotStore, StoredSnapshot } from '@isthmus/ports';

import { NEWS_BLOCK_MS } from './client-options.js';
import type { StoredDocument } from './document.js';
import type { Keys } from './keys.js';
import type { RedisConnection } from './redis-connection.js';
import type { PackedSnapshot } from './snapshot-documents.js';
import { documentsOf, openSnapshot, packSnapshot } from './snapshot-documents.js';

export interface RedisSnapshotStoreOptions {
  readonly keys: Keys;
  readonly data: RedisConnection;
  /** Opens the connection on which news is waited for. */
  readonly openNews: () => RedisConnection;
  readonly codec: SnapshotCodec;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** A snapshot of the history. */
export interface StoredVersion {
  readonly version: number;
  readonly savedAtMs: number;
}

/** Snapshots kept of each source, and changes kept in the stream. */
const HISTORY = 50;
const CHANGES = 1_000;
/** Saves of a source between two sweeps of documents that nothing refers to any more. */
const SWEEP_EVERY = 20;
const NEWS_RETRY_MS = 1_000;

/** Snapshots in Redis: documents under their own hash, and one head per source that moves by compare-and-set. */
export class RedisSnapshotStore implements SnapshotStore {
  readonly #options: RedisSnapshotStoreOptions;
  /** What is known to be stored: it is neither sent nor read again. */
  readonly #known = new Map<SourceName, PackedSnapshot>();
  readonly #saves = new Map<SourceName, number>();
  /** Stored sources that this process does not work with. */
  #unnamed: ReadonlyMap<SourceName, UnnamedSighting> = new Map();

  constructor(options: RedisSnapshotStoreOptions) {
    this.#options = options;
  }

  async load(source: SourceName): Promise<StoredSnapshot> {
    const { keys, data, codec } = this.#options;
    const { head, documents } = keys.snapshot(source);
    const [version, manifest] = (await data.call('hmget', head, 'version', 'manifest')) as (string | null)[];
    if (version === null || version === undefined) return { kind: 'none' };
    const known = this.#known.get(source);
    if (known !== undefined && known.manifest === manifest) return { kind: 'snapshot', snapshot: known.snapshot };
    const read = async (hashes: readonly string[]): Promise<readonly (Buffer | null)[]> =>
      hashes.length === 0 ? [] : ((await data.callBinary('hmget', documents, ...hashes)) as (Buffer | null)[]);
    const opened = await openSnapshot(manifest ?? '', { read, codec }, known);
    const fault = opened.ok ? faultOf(opened.value.snapshot, source, Number(version)) : opened.error;
    if (!opened.ok || fault !== undefined) {
      const error = new IsthmusError('snapshot-unusable', `the stored snapshot of ${source} is not used: ${fault}`);
      return { kind: 'unusable', version: Number(version), error };
    }
    this.#known.set(source, opened.value);
    return { kind: 'snapshot', snapshot: opened.value.snapshot };
  }

  async save(snapshot: Snapshot, expectedVersion: number): Promise<SaveResult> {
    const { codec } = this.#options;
    const known = this.#known.get(snapshot.source);
    await this.#sweepAtTimes(snapshot.source);
    const { packed, fresh } = await packSnapshot(snapshot, codec, known);
    let answer = await this.#commit(packed, fresh, expectedVersion);
    // The store lost documents that this process had seen in it.
    if (answer[0] === 'missing') {
      const whole = await packSnapshot(snapshot, codec, undefined);
      answer = await this.#commit(whole.packed, whole.fresh, expectedVersion);
    }
    if (answer[0] === 'conflict') return { kind: 'conflict', storedVersion: Number(answer[1]) };
    this.#known.set(snapshot.source, packed);
    return { kind: 'saved' };
  }

  async follow(onChange: (source: SourceName) => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { openNews, clock } = this.#options;
    let news: RedisConnection | undefined;
    signal.addEventListener('abort', () => news?.close(), { once: true });
    let lastId = '$';
    while (!signal.aborted) {
      try {
        news ??= openNews();
        lastId = await this.#waitForNews(news, lastId, onChange);
      } catch {
        // The connection has told of it; what happened meanwhile is found by whoever reads again.
        lastId = '$';
        await clock.sleep(NEWS_RETRY_MS, signal).catch(() => undefined);
      }
    }
  }

  async nameSources(sources: readonly SourceName[], mayRemove: () => boolean): Promise<readonly SourceName[]> {
    const { keys, data, clock } = this.#options;
    const answer = await data.run('nameSources', [keys.sources], [Math.round(clock.nowMs()), ...sources]);
    const at = { own: new Set(sources), nowMs: clock.nowMs(), monotonicMs: clock.monotonicMs() };
    for (const known of [this.#known, this.#saves]) {
      for (const source of known.keys()) if (!at.own.has(source)) known.delete(source);
    }
    const { seen, due } = unnamedSources(namedIn(answer as readonly string[]), this.#unnamed, at);
    this.#unnamed = seen;
    const removed: SourceName[] = [];
    for (const { source, atMs, mark } of due) {
      if (!mayRemove()) break;
      const { head, history, documents } = keys.snapshot(source);
      const isRemoved = await data.run(
        'removeSource',
        [keys.sources, head, history, documents],
        [source, `${atMs} ${mark}`],
      );
      if (isRemoved === 1) removed.push(source);
    }
    return removed;
  }

  /** The snapshots of the history, newest first. */
  async versions(source: SourceName): Promise<readonly StoredVersion[]> {
    const { keys, data } = this.#options;
    const entries = (await data.call('lrange', keys.snapshot(source).history, 0, -1)) as readonly string[];
    return entries.map((entry) => {
      const [version, savedAtMs] = entry.split(' ', 2).map(Number);
      return { version: version ?? 0, savedAtMs: savedAtMs ?? 0 };
    });
  }

  async #commit(
    packed: PackedSnapshot,
    fresh: readonly StoredDocument[],
    expectedVersion: number,
  ): Promise<readonly string[]> {
    const { keys, data, clock, metrics } = this.#options;
    const { source, version } = packed.snapshot;
    const { head, history, documents } = keys.snapshot(source);
    const limits = [Math.round(clock.nowMs()), HISTORY, CHANGES];
    const refs = documentsOf(packed);
    const given = fresh.flatMap(({ hash, bytes }) => [hash, bytes]);
    const answer = (await data.run(
      'saveSnapshot',
      [head, history, documents, keys.changes, keys.sources],
      [expectedVersion, version, source, ...limits, packed.manifest, refs.length, ...refs, ...given],
    )) as readonly string[];
    const [result = 'unknown'] = answer;
    const sent = fresh.reduce((bytes, document) => bytes + document.bytes.length, 0);
    metrics.count('isthmus_snapshot_commits_total', { result });
    metrics.count('isthmus_snapshot_written_bytes_total', {}, sent);
    if (result === 'saved') metrics.set('isthmus_snapshot_last_commit_timestamp_seconds', clock.nowMs() / 1000);
    return answer;
  }

  async #sweepAtTimes(source: SourceName): Promise<void> {
    const { keys, data } = this.#options;
    const saves = this.#saves.get(source) ?? 0;
    if (saves % SWEEP_EVERY === SWEEP_EVERY - 1) {
      const { history, documents } = keys.snapshot(source);
      await data.run('sweepDocuments', [history, documents], []);
    }
    this.#saves.set(source, saves + 1);
  }

  async #waitForNews(news: RedisConnection, lastId: string, onChange: (source: SourceName) => void): Promise<string> {
    const { changes } = this.#options.keys;
    const answer = await news.call('xread', 'BLOCK', NEWS_BLOCK_MS, 'STREAMS', changes, lastId);
    const entries = (answer as readonly [string, readonly [string, readonly string[]][]][] | null)?.[0]?.[1] ?? [];
    const sources = entries.flatMap(([, fields]) => fields[fields.indexOf('source') + 1] ?? []);
    for (const source of new Set(sources)) onChange(sourceName(source));
    // Between two waits from "$" something can be missed, which reading again finds.
    return entries.at(-1)?.[0] ?? lastId;
  }
}

/** What Redis holds is not trusted: what is not as we write it was named at no time that anybody can tell. */
function namedIn(answer: readonly string[]): readonly NamedSource[] {
  return answer.flatMap((source, index) => {
    if (index % 2 === 1) return [];
    const [, atMs, mark = ''] = /^(\d{1,15}) (\d+)$/.exec(answer[index + 1] ?? '') ?? [];
    return [{ source: sourceName(source), atMs: Number(atMs ?? Number.NaN), mark }];
  });
}

function faultOf(snapshot: Snapshot, source: SourceName, version: number): string | undefined {
  if (snapshot.source !== source) return 'it is of another source';
  return snapshot.version === version ? undefined : 'its version is not that of the head';
}
