import type { NamedSource, Snapshot, SourceName } from '@isthmus/model';
import type { LeaseRecord } from '@isthmus/ports';

import type { Dice } from './dice.js';
import type { FaultMenu } from './fault-menu.js';
import type { VirtualTime } from './virtual-time.js';

/** The snapshot of one source as it is stored. */
export interface StoredState {
  readonly snapshot: Snapshot;
  readonly isCorrupt: boolean;
}

/** Everything that a server holds: never changed, only replaced. */
export interface RedisState {
  readonly lease: Omit<LeaseRecord, 'incarnation'>;
  readonly snapshots: ReadonlyMap<SourceName, StoredState>;
  readonly named: ReadonlyMap<SourceName, NamedSource>;
}

const EMPTY: RedisState = { lease: { holder: '', epoch: 0, sequence: 0 }, snapshots: new Map(), named: new Map() };
/** What a replica can lag behind at most. */
const HISTORY_MS = 30_000;

/** One run of a Redis server. */
export class RedisServer {
  readonly incarnation: string;
  readonly #time: VirtualTime;
  #state: RedisState;
  #history: { readonly atMs: number; readonly state: RedisState }[] = [];

  constructor(time: VirtualTime, incarnation: string, state: RedisState) {
    this.#time = time;
    this.incarnation = incarnation;
    this.#state = state;
  }

  get state(): RedisState {
    return this.#state;
  }

  set state(state: RedisState) {
    const { nowMs } = this.#time;
    this.#history = [...this.#history.filter(({ atMs }) => nowMs - atMs < HISTORY_MS), { atMs: nowMs, state }];
    this.#state = state;
  }

  /** What a replica holds that is so far behind. */
  lagging(ms: number): RedisState {
    const atMs = this.#time.nowMs - ms;
    return this.#history.findLast((past) => past.atMs <= atMs)?.state ?? this.#history[0]?.state ?? this.#state;
  }
}

/**
 * A Redis with a replica that lags: it fails over to it, splits so that some clients stay with the old primary, comes
 * back empty, is away, or holds a document that is damaged.
 */
export class SimulatedRedis {
  readonly #time: VirtualTime;
  #runs = 0;
  #primary: RedisServer;
  /** The old primary, and the hubs that still talk to it. */
  #isolated: { readonly server: RedisServer; readonly hubs: ReadonlySet<string> } | undefined;
  #awayUntilMs = 0;

  constructor(time: VirtualTime) {
    this.#time = time;
    this.#primary = this.#start(EMPTY);
  }

  /** The server that a hub talks to; undefined: none answers. */
  serverOf(hub: string): RedisServer | undefined {
    if (this.#isolated?.hubs.has(hub) === true) return this.#isolated.server;
    return this.#time.nowMs < this.#awayUntilMs ? undefined : this.#primary;
  }

  /** Everything that any server holds now. */
  get states(): readonly RedisState[] {
    return [this.#primary.state, ...(this.#isolated === undefined ? [] : [this.#isolated.server.state])];
  }

  /** Plans what will go wrong with the servers themselves. */
  plan(menu: FaultMenu, hubs: readonly string[]): void {
    const often = (kind: Parameters<FaultMenu['nextMs']>[0], happen: (dice: Dice) => void): void => {
      if (!menu.has(kind)) return;
      this.#time.every(
        () => menu.nextMs(kind),
        () => {
          if (menu.isOver) return;
          menu.count(kind);
          happen(menu.dice(kind));
        },
      );
    };
    often('redis-failover', (dice) => this.#failOver(dice));
    often('redis-split', (dice) => this.#split(dice, hubs));
    often('redis-empty', () => {
      this.#primary = this.#start(EMPTY);
    });
    often('redis-away', (dice) => {
      this.#awayUntilMs = this.#time.nowMs + dice.between(1_000, 60_000);
    });
    often('redis-corrupt', (dice) => this.#corrupt(dice));
  }

  /** Everybody talks to the same server again. */
  heal(): void {
    this.#isolated = undefined;
    this.#awayUntilMs = 0;
  }

  #start(state: RedisState): RedisServer {
    this.#runs++;
    return new RedisServer(this.#time, `run-${this.#runs}`, state);
  }

  #failOver(dice: Dice): void {
    this.#primary = this.#start(this.#primary.lagging(dice.between(0, 20_000)));
    this.#awayUntilMs = this.#time.nowMs + dice.between(500, 8_000);
  }

  /** The replica is promoted while one hub stays with the old primary; what that one writes is lost in the end. */
  #split(dice: Dice, hubs: readonly string[]): void {
    const old = this.#primary;
    const alone = dice.pick(hubs) ?? '';
    this.#primary = this.#start(old.lagging(dice.between(0, 10_000)));
    this.#isolated = { server: old, hubs: new Set([alone]) };
    this.#time.after(dice.between(5_000, 90_000), () => {
      if (this.#isolated?.server === old) this.#isolated = undefined;
    });
  }

  #corrupt(dice: Dice): void {
    const { state } = this.#primary;
    const source = dice.pick([...state.snapshots.keys()]);
    const stored = source === undefined ? undefined : state.snapshots.get(source);
    if (source === undefined || stored === undefined) return;
    const snapshots = new Map(state.snapshots).set(source, { ...stored, isCorrupt: true });
    this.#primary.state = { ...state, snapshots };
  }
}
