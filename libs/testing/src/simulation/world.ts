import type { ClusterSettings, Configuration } from '@isthmus/model';
import type { Logger, Metrics } from '@isthmus/ports';

import { cluster, EPOCH_MS, hub, route, source } from '../builders.js';
import { configuration } from '../plan-builders.js';
import { Dice } from './dice.js';
import { ACCOUNT, Estate, REGIONS } from './estate.js';
import type { Fault } from './fault-menu.js';
import { FaultMenu } from './fault-menu.js';
import type { Guard } from './guards.js';
import { planOtherHands } from './other-hands.js';
import type { News } from './redis-stores.js';
import type { AcceptedWrite } from './simulated-cluster.js';
import { SimulatedCluster } from './simulated-cluster.js';
import { SimulatedHub } from './simulated-hub.js';
import { SimulatedRedis } from './simulated-redis.js';
import { VirtualTime } from './virtual-time.js';

/** What one run is determined by. */
export interface WorldOptions {
  readonly seed: number;
  /** Both hubs lead from the beginning to the end, without a lease. */
  readonly isLeadingForced?: boolean;
  /** Kinds of faults that are left out. */
  readonly withoutFaults?: ReadonlySet<Fault>;
  /** The guard that is taken out. */
  readonly withoutGuard?: Guard | undefined;
  /** Nobody of ours is there: somebody else is watched. */
  readonly isWithoutHubs?: boolean;
}

/** Who is told what happens. */
export interface Witness {
  accepted(write: AcceptedWrite): void;
  /** A write left although its hub may not write. */
  unsafe(hub: string, cluster: string): void;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const HUBS = ['a', 'b'] as const;
const CHANGE_EVERY_MS = 12_000;

/** Everything: Cloud Map and what people do to it, a Redis, two clusters and two hubs, in virtual time. */
export class World {
  readonly time = new VirtualTime();
  readonly menu: FaultMenu;
  readonly estate: Estate;
  readonly redis: SimulatedRedis;
  readonly clusters: readonly SimulatedCluster[];
  readonly hubs: readonly SimulatedHub[];
  readonly #awayUntilMs = new Map<string, number>();

  constructor(options: WorldOptions, witness: Witness) {
    const { time } = this;
    const dice = new Dice(`seed-${options.seed}`);
    this.menu = new FaultMenu(dice.fork('faults'), options.withoutFaults ?? new Set());
    this.estate = new Estate({ time, dice: dice.fork('estate'), epochMs: EPOCH_MS, changeEveryMs: CHANGE_EVERY_MS });
    this.redis = new SimulatedRedis(time);
    this.clusters = ['alpha', 'beta'].map((name) => {
      const clockOffsetMs = dice.fork(name).between(-60_000, 60_000);
      const onAccepted = (write: AcceptedWrite): void => witness.accepted(write);
      return new SimulatedCluster({ name, time, epochMs: EPOCH_MS, clockOffsetMs, onAccepted });
    });
    this.hubs = this.#startHubs(dice, options, witness);
    this.#plan();
  }

  /** Time passes; `onEvent` follows each event. */
  run(untilMs: number, onEvent: () => void): Promise<void> {
    return this.time.runUntil(untilMs, onEvent);
  }

  /** Whether a region answers nobody just now. */
  isRegionAway(region: string): boolean {
    return this.time.nowMs < (this.#awayUntilMs.get(region) ?? 0);
  }

  /** Nothing goes wrong and nothing changes any more. */
  calm(): void {
    this.menu.end();
    this.estate.rest();
    this.redis.heal();
    this.#awayUntilMs.clear();
    for (const one of this.clusters) one.heal();
  }

  #startHubs(dice: Dice, options: WorldOptions, witness: Witness): readonly SimulatedHub[] {
    const { time, menu, redis, clusters, estate } = this;
    const news: News = new Map();
    const around = {
      time,
      menu,
      redis,
      news,
      clusters,
      estate,
      isRegionAway: (region: string) => this.isRegionAway(region),
      logger: witness.logger,
      metrics: witness.metrics,
      isLeadingForced: options.isLeadingForced ?? false,
      without: options.withoutGuard,
      onUnsafe: (name: string, where: string) => witness.unsafe(name, where),
    };
    const isTwofold = menu.has('two-configurations');
    if (isTwofold) menu.count('two-configurations');
    if (menu.has('clock-rate')) menu.count('clock-rate');
    const names = options.isWithoutHubs === true ? [] : HUBS;
    return names.map((name, index) => {
      const own = dice.fork(`hub-${name}`);
      const rate = menu.has('clock-rate') ? menu.dice('clock-rate').between(0.95, 1.05) : 1;
      const flaws = { rate, epochMs: EPOCH_MS, wallOffsetMs: own.between(-500, 500) };
      const generation = isTwofold ? index + 1 : 1;
      return new SimulatedHub(
        { name, dice: own, flaws, configuration: configurationOf(generation), generation },
        around,
      );
    });
  }

  #plan(): void {
    this.estate.plan();
    this.redis.plan(this.menu, HUBS);
    for (const one of this.clusters) one.plan(this.menu);
    planOtherHands(this.time, this.menu, this.clusters);
    this.#often('source-away', () => {
      const dice = this.menu.dice('source-away');
      this.#awayUntilMs.set(dice.pick(REGIONS) ?? '', this.time.nowMs + dice.between(5_000, 240_000));
    });
    this.#toHubs('hub-freezes', (one, kind) => one.process.freeze(this.menu.dice(kind).between(1_000, 60_000)));
    this.#toHubs('hub-suspended', (one, kind) => one.process.suspend(this.menu.dice(kind).between(5_000, 60_000)));
    this.#toHubs('hub-crashes', (one, kind) => one.crash(this.menu.dice(kind).between(1_000, 60_000)));
    this.#toHubs('hub-restarted', (one, kind) => one.stop(this.menu.dice(kind).between(1_000, 20_000)));
    this.#toHubs('clock-jumps', (one, kind) =>
      one.process.jumpWallClock(this.menu.dice(kind).between(-600_000, 600_000)),
    );
  }

  #toHubs(kind: Fault, happen: (one: SimulatedHub, kind: Fault) => void): void {
    this.#often(kind, () => {
      const one = this.menu.dice(kind).pick(this.hubs);
      if (one !== undefined) happen(one, kind);
    });
  }

  #often(kind: Fault, happen: () => void): void {
    if (!this.menu.has(kind)) return;
    this.time.every(
      () => this.menu.nextMs(kind),
      () => {
        if (this.menu.isOver) return;
        this.menu.count(kind);
        happen();
      },
    );
  }
}

/** The second generation maps one service less, and writes other ports. */
function configurationOf(generation: number): Configuration {
  const poll = { hotMs: 5_000, warmMs: 15_000, coldMs: 60_000, catalogueMs: 30_000 };
  const regions = REGIONS.map((region) => source({ name: region, region, account: ACCOUNT, poll }));
  return configuration({
    hub: hub({ name: 'prod' }),
    election: {
      backend: 'redis',
      leaseMs: 15_000,
      renewDeadlineMs: 10_000,
      retryMs: 2_000,
      kubernetes: { namespace: 'isthmus', leaseName: undefined },
    },
    sources: regions,
    clusters: [clusterOf('alpha', generation, {}), clusterOf('beta', generation, { regions: ['eu-west-1'] })],
  });
}

/** The service that a newer configuration no longer maps. */
export const DROPPED_SERVICE = 'orders';

function clusterOf(name: string, generation: number, from: { readonly regions?: readonly string[] }): ClusterSettings {
  if (generation === 1) return cluster({ name, routes: [route(from)] });
  const services = ['cart', 'users', 'mail', 'stock', 'pay', 'geo', 'tax', 'evil', 'kubernetes*'];
  const ports = [{ number: 8080, name: 'http', protocol: 'HTTP' as const }];
  return cluster({ name, routes: [route({ ...from, services }, { ports })] });
}
