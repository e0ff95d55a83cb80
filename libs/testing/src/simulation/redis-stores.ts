import type { Snapshot, SourceName, UnnamedSighting } from '@isthmus/model';
import { IsthmusError, unnamedSources } from '@isthmus/model';
import type { LeaseRecord, LeaseStore, SaveResult, SnapshotStore, StoredSnapshot } from '@isthmus/ports';

import type { FaultMenu } from './fault-menu.js';
import type { Passage } from './network.js';
import { carry, within } from './network.js';
import type { SimulatedProcess } from './simulated-process.js';
import type { RedisServer, RedisState, SimulatedRedis } from './simulated-redis.js';
import type { VirtualTime } from './virtual-time.js';

/** One process and the Redis that it talks to. */
export interface RedisClient {
  readonly time: VirtualTime;
  readonly redis: SimulatedRedis;
  readonly menu: FaultMenu;
  readonly process: SimulatedProcess;
  readonly hub: string;
}

/** A command gets no answer for longer than this: nobody knows then whether it was carried out. */
const COMMAND_MS = 1_000;

/** Sends one command; like the real connection it is never sent again. */
async function send<Answer>(client: RedisClient, doing: string, run: (server: RedisServer) => Answer): Promise<Answer> {
  const { time, redis, process, hub } = client;
  const serve = (): Answer => {
    const server = redis.serverOf(hub);
    if (server === undefined) throw new IsthmusError('network', `${doing}: the connection failed`);
    return run(server);
  };
  const answer = carry(time, { from: process, passage: passageOf(client.menu), serve });
  return within(process, answer, { timeoutMs: COMMAND_MS, doing });
}

function passageOf(menu: FaultMenu): Passage {
  if (menu.strikes('redis-late')) {
    return { thereMs: menu.dice('redis-late').between(500, 20_000), backMs: 1 };
  }
  return { thereMs: 1, backMs: 1, isAnswerLost: menu.strikes('redis-answer-lost') };
}

/** The lease of one hub, with the same conditions as the Lua scripts of `libs/redis`. */
export class SimulatedLeaseStore implements LeaseStore {
  readonly #client: RedisClient;

  constructor(client: RedisClient) {
    this.#client = client;
  }

  observe(): Promise<LeaseRecord> {
    return send(this.#client, 'looking at the lease', recordOf);
  }

  acquire({ holder, seen, floor }: Parameters<LeaseStore['acquire']>[0]): Promise<LeaseRecord | undefined> {
    return send(this.#client, 'taking the lease', (server) => {
      const { incarnation, ...lease } = recordOf(server);
      const isSame =
        incarnation === seen.incarnation &&
        lease.holder === seen.holder &&
        lease.epoch === seen.epoch &&
        lease.sequence === seen.sequence;
      if (!isSame) return undefined;
      return put(server, { holder, epoch: Math.max(lease.epoch, floor) + 1, sequence: 0 });
    });
  }

  renew({ holder, epoch, floor }: Parameters<LeaseStore['renew']>[0]): Promise<LeaseRecord | undefined> {
    return send(this.#client, 'renewing the lease', (server) => {
      const { lease } = server.state;
      if (lease.holder !== holder || lease.epoch !== epoch) return undefined;
      return put(server, { holder, epoch: floor >= epoch ? floor + 1 : epoch, sequence: lease.sequence + 1 });
    });
  }

  release({ holder, epoch }: Parameters<LeaseStore['release']>[0]): Promise<void> {
    return send(this.#client, 'giving up the lease', (server) => {
      const { lease } = server.state;
      if (lease.holder !== holder || lease.epoch !== epoch) return;
      put(server, { holder: '', epoch, sequence: lease.sequence + 1 });
    });
  }
}

function recordOf({ incarnation, state }: RedisServer): LeaseRecord {
  return { incarnation, ...state.lease };
}

function put(server: RedisServer, lease: RedisState['lease']): LeaseRecord {
  server.state = { ...server.state, lease };
  return recordOf(server);
}

/** Who is told of changed snapshots; some of it is missed. */
export type News = Map<SimulatedProcess, (source: SourceName) => void>;

/** The snapshots as one hub sees them. */
export class SimulatedSnapshotStore implements SnapshotStore {
  readonly #client: RedisClient;
  readonly #news: News;
  #unnamed: ReadonlyMap<SourceName, UnnamedSighting> = new Map();

  constructor(client: RedisClient, news: News) {
    this.#client = client;
    this.#news = news;
  }

  load(source: SourceName): Promise<StoredSnapshot> {
    return send(this.#client, 'reading a snapshot', ({ state }): StoredSnapshot => {
      const stored = state.snapshots.get(source);
      if (stored === undefined) return { kind: 'none' };
      const { snapshot, isCorrupt } = stored;
      if (!isCorrupt) return { kind: 'snapshot', snapshot };
      const error = new IsthmusError('snapshot-unusable', 'the stored snapshot is damaged');
      return { kind: 'unusable', version: snapshot.version, error };
    });
  }

  save(snapshot: Snapshot, expectedVersion: number): Promise<SaveResult> {
    return send(this.#client, 'saving a snapshot', (server): SaveResult => {
      this.#name(server, [snapshot.source]);
      const { state } = server;
      const stored = state.snapshots.get(snapshot.source);
      const storedVersion = stored?.snapshot.version ?? 0;
      // The answer to the first attempt was lost.
      if (stored?.snapshot === snapshot && !stored.isCorrupt) return { kind: 'saved' };
      if (storedVersion !== expectedVersion) return { kind: 'conflict', storedVersion };
      const snapshots = new Map(state.snapshots).set(snapshot.source, { snapshot, isCorrupt: false });
      server.state = { ...state, snapshots };
      this.#tell(snapshot.source);
      return { kind: 'saved' };
    });
  }

  async nameSources(sources: readonly SourceName[], mayRemove: () => boolean): Promise<readonly SourceName[]> {
    const { process } = this.#client;
    const named = await send(this.#client, 'naming sources', (server) => {
      this.#name(server, sources);
      return [...server.state.named.values()];
    });
    const at = { own: new Set(sources), nowMs: process.nowMs(), monotonicMs: process.monotonicMs() };
    const { seen, due } = unnamedSources(named, this.#unnamed, at);
    this.#unnamed = seen;
    const removed: SourceName[] = [];
    for (const { source, mark } of due) {
      if (!mayRemove()) break;
      const isRemoved = await send(this.#client, 'removing a source', (server) => remove(server, source, mark));
      if (isRemoved) removed.push(source);
    }
    return removed;
  }

  follow(onChange: (source: SourceName) => void, signal: AbortSignal): Promise<void> {
    const { process } = this.#client;
    this.#news.set(process, onChange);
    return new Promise((resolve) => {
      const end = (): void => {
        if (this.#news.get(process) === onChange) this.#news.delete(process);
        resolve();
      };
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });
  }

  #name(server: RedisServer, sources: readonly SourceName[]): void {
    const named = new Map(server.state.named);
    for (const source of sources) {
      const mark = String(Number(named.get(source)?.mark ?? 0) + 1);
      named.set(source, { source, mark, atMs: this.#client.process.nowMs() });
    }
    server.state = { ...server.state, named };
  }

  #tell(source: SourceName): void {
    const { time } = this.#client;
    for (const [process, onChange] of this.#news) time.after(2, () => onChange(source), process);
  }
}

function remove(server: RedisServer, source: SourceName, mark: string): boolean {
  const { state } = server;
  if (state.named.get(source)?.mark !== mark) return false;
  const [snapshots, named] = [new Map(state.snapshots), new Map(state.named)];
  snapshots.delete(source);
  named.delete(source);
  server.state = { ...state, snapshots, named };
  return true;
}
