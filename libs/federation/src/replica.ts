import type { ClusterSecretsStatus, Configuration, ErrorReport, HubStatus } from '@isthmus/model';
import type { LeaderElector, LeaderView, Term } from '@isthmus/ports';

import type { FederationPorts } from './federation.js';
import { Federation } from './federation.js';
import type { Leadership } from './leadership.js';
import { electedLeadership } from './leadership.js';
import { Running } from './running.js';
import { SourceNaming } from './source-naming.js';
import { Standby } from './standby.js';
import { errorStatus } from './status.js';

/** The store as a replica sees it. */
export interface StoreView {
  readonly kind: 'memory' | 'redis';
  /** Why it cannot be used now; undefined: it can. */
  error(): ErrorReport | undefined;
  /** Whether who leads is decided in it: a leader cannot go on without it then. */
  readonly holdsLease: boolean;
  /** Why the lease cannot be used, where it is elsewhere. */
  leaseError(): ErrorReport | undefined;
  /** Looks whether it can be used; a leader would notice late, because it writes only what changed. */
  probe(): Promise<void>;
}

export interface ReplicaOptions {
  readonly ports: FederationPorts;
  /** Undefined: there is one replica, and it leads. */
  readonly elector: LeaderElector | undefined;
  readonly store: StoreView;
  /** The Secrets with kubeconfigs, for status; default: none are read. */
  readonly clusterSecrets?: () => ClusterSecretsStatus | null;
  /** What the work of a leader asks before it writes; default: `electedLeadership`. */
  readonly leadershipOf?: (elector: LeaderElector) => Leadership;
}

/** When a new leader looks at each cluster again: a write of the leader before can be late, but not for ever. */
const RELISTS_AFTER_MS = [30_000, 60_000, 120_000, 240_000];

/**
 * One replica of the hub. While it leads, there is a federation at work, made anew for each term, so that nothing that
 * another leader may have overtaken is remembered; while it does not, it keeps the snapshots of the store at hand.
 */
export class Replica {
  readonly #options: ReplicaOptions;
  readonly #stop = new AbortController();
  readonly #naming: SourceNaming;
  readonly #running: Running | undefined;
  #configuration: Configuration;
  /** What it does now. Each is made anew, so that nothing of the one before is kept. */
  #work: Federation | Standby;
  #following: Running | undefined;
  #couldRemove = true;

  /** Starts at once. */
  constructor(configuration: Configuration, options: ReplicaOptions) {
    const { ports, elector } = options;
    this.#options = options;
    this.#configuration = configuration;
    this.#naming = new SourceNaming({ ...ports, mayRemove: () => elector?.isSafe() ?? true });
    if (elector === undefined) {
      this.#work = this.#federate(ports);
      ports.metrics.set('isthmus_leader_is_leader', 1);
      return;
    }
    this.#work = this.#follow();
    this.#running = new Running((signal) => elector.run((term) => this.#lead(term, elector), signal));
  }

  /** The work of a leader; undefined while this replica stands by. */
  get federation(): Federation | undefined {
    return this.#work instanceof Federation ? this.#work : undefined;
  }

  /** Works by another configuration from now on. */
  configure(configuration: Configuration): void {
    this.#configuration = configuration;
    this.federation?.configure(configuration);
  }

  /** Sets the gauges that change with time alone. */
  report(): void {
    this.federation?.report();
    if (this.#options.elector === undefined) {
      this.#options.ports.metrics.set('isthmus_leader_epoch', this.leader().epoch);
    }
  }

  /** Looks after the store: whether it can be used, and, when it is time to, which sources this replica works with. */
  async tendStore(): Promise<void> {
    const { store } = this.#options;
    await store.probe();
    // What failed is tried again by what it was: a write.
    const isDoubtful = store.error() !== undefined;
    await this.#naming.nameWhenDue(
      this.#configuration.sources.map(({ name }) => name),
      isDoubtful,
    );
    if (this.#mayRemove() === this.#couldRemove) return;
    this.#couldRemove = this.#mayRemove();
    this.federation?.wakeClusters();
  }

  leader(): LeaderView {
    const { elector, ports } = this.#options;
    return elector?.view() ?? { isLeader: true, holder: ports.replica, epoch: this.federation?.epoch() ?? 0 };
  }

  status(): HubStatus {
    const { ports, store, clusterSecrets } = this.#options;
    return {
      ...this.#work.status(),
      replica: ports.replica,
      leader: { ...this.leader(), error: errorStatus(store.leaseError()) },
      store: { kind: store.kind, error: errorStatus(store.error()) },
      clusterSecrets: clusterSecrets?.() ?? null,
    };
  }

  /** Why this replica is not ready; empty when it is, to lead or to take over. */
  unreadyReasons(): readonly string[] {
    const { store } = this.#options;
    const told = { store: store.error(), lease: store.leaseError() };
    const away = Object.entries(told).flatMap(([what, error]) =>
      error === undefined ? [] : [`${what}: ${error.code}: ${error.message}`],
    );
    if (away.length > 0) return away;
    return this.#work.unreadyReasons();
  }

  /** Stops everything; resolves when the last call has ended and the lease was given up. */
  async stop(): Promise<void> {
    this.#stop.abort();
    if (this.#running === undefined) await this.federation?.stop();
    await Promise.all([this.#running?.stop(), this.#following?.stop()]);
  }

  #lead({ signal }: Term, elector: LeaderElector): Promise<void> {
    const { ports, leadershipOf = electedLeadership } = this.#options;
    const followed = this.#following?.stop();
    const leadership = leadershipOf(elector);
    const federation = this.#federate({ ...ports, leadership, relistsAfterMs: RELISTS_AFTER_MS });
    this.#work = federation;
    // At once, and not when others have had their turn: every loop and request of the term hangs on this.
    return onAbort(signal, async () => {
      this.#work = this.#follow();
      await Promise.all([federation.stop(), followed]);
    });
  }

  #federate(ports: FederationPorts): Federation {
    return new Federation(this.#configuration, { ...ports, mayRemove: () => this.#mayRemove() });
  }

  /** Who leads without the store keeps what it finds until the store is back. */
  #mayRemove(): boolean {
    const { store } = this.#options;
    return store.holdsLease || store.error() === undefined;
  }

  #follow(): Standby {
    const { ports } = this.#options;
    const { clock, loopClock = () => clock } = ports;
    const standby = new Standby({
      ...ports,
      loopClock: loopClock('standby'),
      configuration: () => this.#configuration,
    });
    if (!this.#stop.signal.aborted) this.#following = new Running((signal) => standby.run(signal));
    return standby;
  }
}

/** Does something the moment a signal is aborted; settles as it does. */
function onAbort(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const start = (): void => void work().then(resolve, reject);
    if (signal.aborted) start();
    else signal.addEventListener('abort', start, { once: true });
  });
}
