import type { InstancesOutcome, SourceSummary } from '@isthmus/discovery';
import type { Answer, InstanceHealth, Snapshot, SourceSettings, SourceStateName } from '@isthmus/model';
import { toIsthmusError } from '@isthmus/model';
import type { Logger, MetricLabels, Metrics } from '@isthmus/ports';

const STATES: readonly SourceStateName[] = ['fresh', 'stale', 'frozen', 'throttled', 'denied', 'unread'];
const HEALTHS: readonly InstanceHealth[] = ['HEALTHY', 'UNHEALTHY', 'UNKNOWN'];

/** Tells the world about one source: metrics all the time, log lines only when its state changed. */
export class SourceReporter {
  readonly #settings: SourceSettings;
  readonly #logger: Logger;
  readonly #metrics: Metrics;
  readonly #labels: MetricLabels;
  #state: SourceStateName = 'unread';

  constructor({
    settings,
    logger,
    metrics,
  }: {
    readonly settings: SourceSettings;
    readonly logger: Logger;
    readonly metrics: Metrics;
  }) {
    this.#settings = settings;
    this.#logger = logger;
    this.#metrics = metrics;
    this.#labels = { account: settings.account ?? 'unknown', region: settings.region };
  }

  polled(answer: Answer<unknown>, outcome: InstancesOutcome): void {
    this.#metrics.count('isthmus_source_reads_total', { ...this.#labels, result: answer.kind });
    if (outcome === 'regressed') this.#metrics.count('isthmus_source_revision_regressions_total', this.#labels);
  }

  viewed(view: SourceSummary & { readonly state: SourceStateName }, snapshot: Snapshot): void {
    for (const state of STATES) {
      this.#metrics.set('isthmus_source_state', state === view.state ? 1 : 0, { ...this.#labels, state });
    }
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
  }

  saveFailed(cause: unknown): void {
    const error = toIsthmusError(cause, 'saving the snapshot');
    const fields = { source: this.#settings.name, code: error.code, error: error.message };
    this.#logger.warn('a snapshot could not be saved; the next change saves it', fields);
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
