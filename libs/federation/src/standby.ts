import { sourceState, sourceSummary } from '@isthmus/discovery';
import type {
  Configuration,
  ErrorReport,
  FederationStatus,
  Snapshot,
  SourceName,
  SourceSettings,
} from '@isthmus/model';
import { emptySnapshot, toIsthmusError } from '@isthmus/model';
import type { Clock, Logger, Random, SnapshotStore } from '@isthmus/ports';

import type { ClusterView } from './cluster-reconciler.js';
import { reportError } from './error-report.js';
import { Loop } from './loop.js';
import type { SourceView } from './source-view.js';
import { readStatus } from './status.js';

export interface StandbyOptions {
  readonly configuration: () => Configuration;
  readonly store: SnapshotStore;
  readonly clock: Clock;
  readonly loopClock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** How often everything is read again, whatever was told. */
const REREAD_MS = 5_000;
/** Changes of this time are read together. */
const GAP_MS = 200;

const UNKNOWN_CLUSTER: ClusterView = {
  connection: 'unknown',
  decision: undefined,
  isOutdated: false,
  error: undefined,
  epoch: 0,
  lastAppliedAtMs: undefined,
};

/**
 * What a replica does that does not lead: it keeps the snapshots of the store at hand, so that it can take over at once.
 * It asks neither AWS nor any cluster.
 */
export class Standby {
  readonly #options: StandbyOptions;
  readonly #snapshots = new Map<SourceName, Snapshot>();
  readonly #errors = new Map<SourceName, ErrorReport>();
  #hasRead = false;

  constructor(options: StandbyOptions) {
    this.#options = options;
  }

  /** Why it could not take over yet; empty when it could. */
  unreadyReasons(): readonly string[] {
    return this.#hasRead ? [] : ['store: the snapshots were not read yet'];
  }

  /** Follows the store until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { store, random, logger, loopClock } = this.#options;
    const loop = new Loop({
      name: 'standby',
      clock: loopClock,
      random,
      logger,
      minGapMs: GAP_MS,
      run: () => this.#readAll(),
    });
    await Promise.all([store.follow(() => loop.wake(), signal), loop.start(signal)]);
  }

  status(): FederationStatus {
    const { configuration, clock } = this.#options;
    const { sources, clusters } = configuration();
    return readStatus({
      configuration: configuration(),
      nowMs: clock.nowMs(),
      sources: sources.map((settings) => this.#view(settings)),
      clusters: clusters.map((settings) => ({ settings, view: UNKNOWN_CLUSTER })),
    });
  }

  async #readAll(): Promise<number> {
    const { configuration, store } = this.#options;
    const wanted = new Set(configuration().sources.map(({ name }) => name));
    for (const known of [this.#snapshots, this.#errors]) {
      for (const name of known.keys()) if (!wanted.has(name)) known.delete(name);
    }
    try {
      for (const name of wanted) {
        const stored = await store.load(name);
        if (stored.kind === 'snapshot') this.#snapshots.set(name, stored.snapshot);
        else this.#snapshots.delete(name);
        if (stored.kind === 'unusable') this.#learn(name, stored.error);
        else this.#errors.delete(name);
      }
      this.#hasRead = true;
    } catch (error) {
      // The store tells of its own trouble; what was read before stays.
      for (const { name } of configuration().sources) this.#learn(name, error);
    }
    return REREAD_MS;
  }

  #learn(name: SourceName, cause: unknown): void {
    const error = toIsthmusError(cause, 'reading the store');
    this.#errors.set(name, reportError(this.#errors.get(name), error, this.#options.clock.nowMs()));
  }

  #view(settings: SourceSettings): SourceView {
    const snapshot = this.#snapshots.get(settings.name) ?? emptySnapshot(settings.name, settings.region);
    const summary = sourceSummary(snapshot, new Map());
    const nowMs = this.#options.clock.nowMs();
    return {
      ...summary,
      error: this.#errors.get(settings.name) ?? summary.error,
      settings,
      account: settings.account ?? snapshot.account,
      identity: undefined,
      state: sourceState(snapshot, new Map(), { nowMs, limits: settings }),
      hasStarted: true,
    };
  }
}
