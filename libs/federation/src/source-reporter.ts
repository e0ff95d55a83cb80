import type { InstancesOutcome, SourceSummary } from '@isthmus/discovery';
import { successorOf } from '@isthmus/discovery';
import type { Answer, InstanceHealth, Snapshot, SourceSettings, SourceStateName } from '@isthmus/model';
import { toIsthmusError } from '@isthmus/model';
import type { Clock, Logger, MetricLabels, Metrics } from '@isthmus/ports';

import { isPaused } from './pause.js';

const STATES: readonly SourceStateName[] = ['fresh', 'stale', 'frozen', 'throttled', 'denied', 'unread'];
const GAUGES = [
  'isthmus_source_state',
  'isthmus_source_paused',
  'isthmus_source_services',
  'isthmus_source_instances',
  'isthmus_source_last_complete_read_timestamp_seconds',
  'isthmus_snapshot_version',
] as const;
const HEALTHS: readonly InstanceHealth[] = ['HEALTHY', 'UNHEALTHY', 'UNKNOWN'];

/** Tells the world about one source: metrics all the time, log lines only when its state changed. */
export class SourceReporter {
  readonly #settings: SourceSettings;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #metrics: Metrics;
  #labels: MetricLabels;
  #state: SourceStateName = 'unread';
  #identity: string | undefined;

  constructor({
    settings,
    clock,
    logger,
    metrics,
  }: {
    readonly settings: SourceSettings;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly metrics: Metrics;
  }) {
    this.#settings = settings;
    this.#clock = clock;
    this.#logger = logger;
    this.#metrics = metrics;
    this.#labels = { account: settings.account ?? 'unknown', region: settings.region };
  }

  polled(answer: Answer<unknown>, outcome: InstancesOutcome): void {
    this.#metrics.count('isthmus_source_reads_total', { ...this.#labels, result: answer.kind });
    if (outcome === 'regressed') this.#metrics.count('isthmus_source_revision_regressions_total', this.#labels);
  }

  viewed(
    view: SourceSummary & {
      readonly settings: SourceSettings;
      readonly state: SourceStateName;
      readonly account: string | undefined;
      readonly identity?: string | undefined;
    },
    snapshot: Snapshot,
  ): void {
    this.#learnAccount(view.account);
    for (const state of STATES) {
      this.#metrics.set('isthmus_source_state', state === view.state ? 1 : 0, { ...this.#labels, state });
    }
    this.#metrics.set('isthmus_source_paused', isPaused(view.settings, this.#clock.nowMs()) ? 1 : 0, this.#labels);
    this.#metrics.set('isthmus_source_services', view.services, this.#labels);
    this.#metrics.set('isthmus_snapshot_version', snapshot.version, this.#labels);
    for (const [health, count] of countByHealth(snapshot)) {
      this.#metrics.set('isthmus_source_instances', count, { ...this.#labels, health });
    }
    if (view.lastCompleteReadAtMs !== undefined) {
      const seconds = view.lastCompleteReadAtMs / 1000;
      this.#metrics.set('isthmus_source_last_complete_read_timestamp_seconds', seconds, this.#labels);
    }
    this.#tellState(view);
    this.#tellIdentity(view.identity);
  }

  /** Tells of each service that is proven to have been created anew. */
  changed(before: Snapshot, after: Snapshot): void {
    for (const [key, state] of after.services) {
      const isNews = state.absence?.notFoundAtMs !== undefined && before.services.get(key) !== state;
      const wasTold = before.services.get(key)?.absence?.notFoundAtMs !== undefined;
      const successor = isNews && !wasTold ? successorOf(after, state) : undefined;
      if (successor === undefined) continue;
      this.#logger.info('a service was created anew and takes the place of the old one', {
        source: this.#settings.name,
        region: this.#settings.region,
        namespace: state.service.namespaceName,
        service: state.service.serviceName,
        before: state.service.identity.serviceId,
        after: successor.service.identity.serviceId,
      });
    }
  }

  /** The source is gone: its gauges go with it. */
  left(): void {
    for (const name of GAUGES) this.#metrics.forget(name, this.#labels);
  }

  /** The account is part of every series; the series of `unknown` end when it is known. */
  #learnAccount(account: string | undefined): void {
    if (account === undefined || account === this.#labels['account']) return;
    this.left();
    this.#labels = { ...this.#labels, account };
  }

  saveFailed(cause: unknown): void {
    const error = toIsthmusError(cause, 'saving the snapshot');
    const fields = { source: this.#settings.name, code: error.code, error: error.message };
    this.#logger.warn('a snapshot could not be saved; the next change saves it', fields);
  }

  restoreFailed(cause: unknown): void {
    const error = toIsthmusError(cause, 'restoring the snapshot');
    const fields = { source: this.#settings.name, code: error.code, error: error.message };
    this.#logger.warn('no snapshot was restored; everything of the source counts as unread', fields);
  }

  #tellIdentity(identity: string | undefined): void {
    if (identity === undefined || identity === this.#identity) return;
    this.#identity = identity;
    const { name, region } = this.#settings;
    this.#logger.info('the identity that reads a source is known', { source: name, region, identity });
  }

  #tellState({ state, services, error }: SourceSummary & { readonly state: SourceStateName }): void {
    if (state === this.#state) return;
    const fields = {
      source: this.#settings.name,
      region: this.#settings.region,
      state,
      before: this.#state,
      services,
      code: error?.code,
      error: error?.message,
    };
    this.#state = state;
    if (state === 'fresh') this.#logger.info('source state changed', fields);
    else this.#logger.warn('source state changed; its endpoints stay', fields);
  }
}

function countByHealth(snapshot: Snapshot): ReadonlyMap<InstanceHealth, number> {
  const counts = new Map(HEALTHS.map((health) => [health, 0]));
  for (const { reading } of snapshot.services.values()) {
    for (const { health } of reading?.instances ?? []) counts.set(health, (counts.get(health) ?? 0) + 1);
  }
  return counts;
}
