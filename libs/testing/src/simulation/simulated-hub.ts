import { Elector } from '@isthmus/election';
import type { JudgeGuards } from '@isthmus/desired';
import { JUDGE_GUARDS } from '@isthmus/desired';
import type { DecisionCore, FederationPorts, Leadership } from '@isthmus/federation';
import { decideCluster, electedLeadership, manifestOf, Replica } from '@isthmus/federation';
import { KubernetesClusterClient } from '@isthmus/kubernetes';
import type { ClusterSettings, Configuration } from '@isthmus/model';
import { ok } from '@isthmus/model';
import type { ClusterClient, LeaderElector, Logger, Metrics } from '@isthmus/ports';

import { ClusterConnection } from './cluster-connection.js';
import type { Dice } from './dice.js';
import type { FaultMenu } from './fault-menu.js';
import type { Guard } from './guards.js';
import type { News } from './redis-stores.js';
import { SimulatedLeaseStore, SimulatedSnapshotStore } from './redis-stores.js';
import type { Sender, SimulatedCluster } from './simulated-cluster.js';
import type { ClockFlaws } from './simulated-process.js';
import { SimulatedProcess } from './simulated-process.js';
import type { SimulatedRedis } from './simulated-redis.js';
import { simulatedSource } from './simulated-source.js';
import type { Estate } from './estate.js';
import type { VirtualTime } from './virtual-time.js';

/** What all hubs of a world share. */
export interface HubSurroundings {
  readonly time: VirtualTime;
  readonly menu: FaultMenu;
  readonly redis: SimulatedRedis;
  readonly news: News;
  readonly clusters: readonly SimulatedCluster[];
  readonly estate: Estate;
  readonly isRegionAway: (region: string) => boolean;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Both hubs lead from the beginning to the end. */
  readonly isLeadingForced: boolean;
  /** The guard that is taken out. */
  readonly without: Guard | undefined;
  /** A write leaves although its hub may not write. */
  readonly onUnsafe: (hub: string, cluster: string) => void;
}

export interface SimulatedHubOptions {
  readonly name: string;
  readonly dice: Dice;
  readonly flaws: ClockFlaws;
  readonly configuration: Configuration;
  /** Of the configuration: a higher one is newer. */
  readonly generation: number;
}

const TIMINGS = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

/** One hub: the real replica on a simulated machine, which can be killed and started again. */
export class SimulatedHub {
  readonly name: string;
  readonly generation: number;
  readonly configuration: Configuration;
  readonly #around: HubSurroundings;
  readonly #options: SimulatedHubOptions;
  #process: SimulatedProcess;
  #replica: Replica;
  #elector: Elector | undefined;
  #starts = 0;
  #terms = 0;
  #isStarting = false;

  constructor(options: SimulatedHubOptions, around: HubSurroundings) {
    this.name = options.name;
    this.generation = options.generation;
    this.configuration = options.configuration;
    this.#options = options;
    this.#around = around;
    this.#process = new SimulatedProcess(around.time, options.flaws);
    this.#replica = this.#start();
    this.#runFixedJobs();
  }

  get process(): SimulatedProcess {
    return this.#process;
  }

  get replica(): Replica {
    return this.#replica;
  }

  /** Whether it leads and may write at this very moment. */
  get isLeading(): boolean {
    if (this.#process.isDead) return false;
    return this.#elector === undefined || (this.#elector.view().isLeader && this.#elector.isSafe());
  }

  /** Its process dies at whatever it awaits, and another one starts a little later. */
  crash(afterMs: number): void {
    if (this.#process.isDead) return;
    this.#process.kill();
    this.#startAgain(afterMs);
  }

  /** SIGTERM: it gives the lease up, and is started again. */
  stop(afterMs: number): void {
    if (this.#process.isDead || this.#isStarting) return;
    this.#isStarting = true;
    const process = this.#process;
    const end = (): void => {
      if (process.isDead) return;
      process.kill();
      this.#isStarting = false;
      this.#startAgain(afterMs);
    };
    void this.#replica.stop().then(end, end);
    // The grace of Kubernetes, after which it is killed.
    this.#around.time.after(30_000, end);
  }

  #startAgain(afterMs: number): void {
    this.#around.time.after(afterMs, () => {
      if (!this.#process.isDead) return;
      this.#process = new SimulatedProcess(this.#around.time, this.#options.flaws);
      this.#replica = this.#start();
    });
  }

  /** What `FixedJobs` of the hub does, but for the sources that it names: that matters after a week. */
  #runFixedJobs(): void {
    const { time } = this.#around;
    const whileAwake = (job: () => void) => (): void => {
      if (!this.#process.isDead && this.#process.sendsAfterMs === 0) job();
    };
    time.every(
      () => 1_000,
      whileAwake(() => this.#replica.federation?.wakeDueSweeps()),
    );
    time.every(
      () => 10_000,
      whileAwake(() => this.#replica.report()),
    );
  }

  #start(): Replica {
    const { time, menu, redis, news, isLeadingForced, without, logger, metrics } = this.#around;
    const process = this.#process;
    const random = this.#options.dice.fork(`process-${++this.#starts}`);
    const client = { time, redis, menu, process, hub: this.name };
    const holder = `${this.name}-${this.#starts}`;
    const store = new SimulatedLeaseStore(client);
    const options = { store, holder, timings: TIMINGS, clock: process, random, logger, metrics };
    this.#elector = isLeadingForced ? undefined : new Elector(options);
    const elector = this.#elector;
    return new Replica(this.configuration, {
      ports: {
        clock: process,
        random,
        logger,
        metrics,
        store: new SimulatedSnapshotStore(client, news),
        createSource: ({ region }, keptAttributes) =>
          simulatedSource({
            time,
            menu,
            process,
            region,
            keptAttributes,
            model: this.#around.estate.model,
            isAway: () => this.#around.isRegionAway(region),
            believesParts: without === 'completeness',
          }),
        connection: this.#connections(process, elector),
        replica: holder,
        ...coreWithout(without),
      },
      elector: elector === undefined ? undefined : electorWithout(without, elector),
      store: { kind: 'redis', error: () => undefined },
      ...(without === 'epoch' ? { leadershipOf: withoutEpoch } : {}),
    });
  }

  /** One client per cluster for as long as the process lives. */
  #connections(process: SimulatedProcess, elector: Elector | undefined): FederationPorts['connection'] {
    const clients = new Map<string, ClusterClient>();
    return ({ name }) => {
      const known = clients.get(name) ?? this.#connect(name, process, elector);
      clients.set(name, known);
      return ok(known);
    };
  }

  #connect(name: ClusterSettings['name'], process: SimulatedProcess, elector: Elector | undefined): ClusterClient {
    const { time, menu, clusters, without, onUnsafe } = this.#around;
    const cluster = clusters.find((candidate) => candidate.name === name);
    if (cluster === undefined) throw new Error(`no cluster ${name}`);
    const transport = new ClusterConnection({
      time,
      menu,
      process,
      cluster,
      sender: () => this.#sender(),
      onSending: () => {
        if (elector?.isSafe() === false) onUnsafe(this.name, name);
      },
      crash: () => {
        menu.count('hub-crashes');
        this.crash(this.#options.dice.between(1_000, 60_000));
      },
      isUnconditional: without === 'conditions',
    });
    return new KubernetesClusterClient({ cluster: name, kubeconfig: KUBECONFIG, namespace: 'isthmus' }, transport);
  }

  /** A federation is one term: it is made anew for each. */
  #sender(): Sender {
    const { federation } = this.#replica;
    const term = federation === undefined ? 'none' : this.#termOf(federation);
    return { hub: this.name, term: `${this.name}-${this.#starts}-${term}`, generation: this.generation };
  }

  readonly #termNumbers = new WeakMap<object, number>();

  #termOf(federation: object): number {
    const known = this.#termNumbers.get(federation) ?? ++this.#terms;
    this.#termNumbers.set(federation, known);
    return known;
  }
}

const KUBECONFIG = {
  server: 'https://simulated.invalid',
  caPem: undefined,
  serverName: undefined,
  token: undefined,
  clientCertificate: undefined,
  namespace: undefined,
};

/** The decision without one of its guards; nothing when all are there, so that the real core runs as it is. */
function coreWithout(guard: Guard | undefined): { readonly core?: DecisionCore } {
  switch (guard) {
    case 'component-vector':
      return { core: decidingWith({ holdsNewer: () => false }) };
    case 'two-phase':
      return { core: decidingWith({ removalOf: () => ({ kind: 'due' }) }) };
    case 'brake':
      return {
        core: { manifestOf, decideCluster: (input) => decideCluster({ ...input, cluster: unbraked(input.cluster) }) },
      };
    case 'conditions':
    case 'completeness':
    case 'is-safe':
    case 'epoch':
    case undefined:
      return {};
  }
}

function decidingWith(guards: Partial<JudgeGuards>): DecisionCore {
  const all = { ...JUDGE_GUARDS, ...guards };
  return { manifestOf, decideCluster: (input) => decideCluster({ ...input, guards: all }) };
}

const UNBRAKED = new WeakMap<ClusterSettings, ClusterSettings>();

/** The same settings each time, so that the decision recognises them. */
function unbraked(cluster: ClusterSettings): ClusterSettings {
  const known = UNBRAKED.get(cluster) ?? {
    ...cluster,
    brake: { ...cluster.brake, objectsShare: 1e9, endpointsShare: 1 },
  };
  UNBRAKED.set(cluster, known);
  return known;
}

function electorWithout(guard: Guard | undefined, elector: Elector): LeaderElector {
  if (guard !== 'is-safe') return elector;
  return {
    run: (lead, signal) => elector.run(lead, signal),
    raiseEpoch: (floor) => elector.raiseEpoch(floor),
    view: () => elector.view(),
    isSafe: () => true,
  };
}

function withoutEpoch(elector: LeaderElector): Leadership {
  return { ...electedLeadership(elector), epochFor: () => ok(elector.view().epoch) };
}
