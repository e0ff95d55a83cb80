import type { MetricLabels, Metrics } from '@isthmus/ports';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { MetricDefinition } from './catalogue.js';
import { isForbiddenLabel, METRICS } from './catalogue.js';
import { mostSetsOf } from './series-budget.js';
import { SeriesLimit } from './series-limit.js';

export interface PromMetricsOptions {
  /** Default: the whole catalogue. */
  readonly definitions?: readonly MetricDefinition[];
  /** Whether `process_*` and `nodejs_*` are collected too (default true). */
  readonly isProcessIncluded?: boolean;
}

interface RegisteredCounter {
  readonly type: 'counter';
  readonly metric: Counter;
}
interface RegisteredGauge {
  readonly type: 'gauge';
  readonly metric: Gauge;
  /** Label values of every sample, so that `forget` can match some of them. */
  readonly samples: Map<string, MetricLabels>;
}
interface RegisteredHistogram {
  readonly type: 'histogram';
  readonly metric: Histogram;
}
type Registered = (RegisteredCounter | RegisteredGauge | RegisteredHistogram) & {
  readonly labels: readonly string[];
  readonly limit: SeriesLimit;
};

/** `Metrics` on a registry of its own. A name or a set of labels that the catalogue does not declare throws: it is a mistake in the program. */
export class PromMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #metrics: ReadonlyMap<string, Registered>;

  constructor(options: PromMetricsOptions = {}) {
    const definitions = options.definitions ?? METRICS;
    this.#metrics = new Map(
      definitions.map((definition) => {
        const limit = new SeriesLimit(definition.labels, mostSetsOf(definition), () => this.#countDropped());
        return [definition.name, { ...register(definition, this.#registry), labels: definition.labels, limit }];
      }),
    );
    if (options.isProcessIncluded ?? true) collectDefaultMetrics({ register: this.#registry });
  }

  /** Value of the `Content-Type` header that belongs to `render`. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything in the text format of Prometheus. */
  render(): Promise<string> {
    return this.#registry.metrics();
  }

  count(name: string, labels: MetricLabels = {}, by = 1): void {
    const registered = this.#find(name, 'counter');
    assertLabels(name, registered.labels, labels);
    registered.metric.inc({ ...registered.limit.admit(labels) }, by);
  }

  set(name: string, value: number, labels: MetricLabels = {}): void {
    const registered = this.#find(name, 'gauge');
    assertLabels(name, registered.labels, labels);
    const { limit, samples, metric } = registered;
    const admitted = limit.admit(labels);
    samples.set(limit.keyOf(admitted), { ...admitted });
    metric.set({ ...admitted }, value);
  }

  observe(name: string, seconds: number, labels: MetricLabels = {}): void {
    const registered = this.#find(name, 'histogram');
    assertLabels(name, registered.labels, labels);
    registered.metric.observe({ ...registered.limit.admit(labels) }, seconds);
  }

  forget(name: string, labels: MetricLabels): void {
    const { metric, samples, limit, labels: declared } = this.#find(name, 'gauge');
    const wanted = Object.entries(labels);
    const unknown = wanted.find(([label]) => !declared.includes(label));
    if (unknown !== undefined) throw new Error(`${name} has no label ${unknown[0]}`);
    for (const [key, sample] of samples) {
      if (!wanted.every(([label, value]) => sample[label] === value)) continue;
      metric.remove({ ...sample });
      samples.delete(key);
      limit.release(sample);
    }
  }

  #countDropped(): void {
    const dropped = this.#metrics.get('isthmus_metrics_dropped_labels_total');
    if (dropped?.type === 'counter') dropped.metric.inc();
  }

  #find<Type extends Registered['type']>(name: string, type: Type): Extract<Registered, { readonly type: Type }> {
    const registered = this.#metrics.get(name);
    if (registered === undefined) throw new Error(`${name} is not declared in the metric catalogue`);
    if (!isOfType(registered, type)) throw new Error(`${name} is a ${registered.type}, not a ${type}`);
    return registered;
  }
}

function isOfType<Type extends Registered['type']>(
  registered: Registered,
  type: Type,
): registered is Extract<Registered, { readonly type: Type }> {
  return registered.type === type;
}

function register(
  definition: MetricDefinition,
  registry: Registry,
): RegisteredCounter | RegisteredGauge | RegisteredHistogram {
  const { name, help, labels } = definition;
  const forbidden = labels.find(isForbiddenLabel);
  if (forbidden !== undefined)
    throw new Error(`${name} must not have the label ${forbidden}: its values grow with the data`);
  const options = { name, help, labelNames: [...labels], registers: [registry] };
  if (definition.type === 'counter') return { type: 'counter', metric: new Counter(options) };
  if (definition.type === 'gauge') return { type: 'gauge', metric: new Gauge(options), samples: new Map() };
  const buckets = definition.buckets === undefined ? {} : { buckets: [...definition.buckets] };
  return { type: 'histogram', metric: new Histogram({ ...options, ...buckets }) };
}

function assertLabels(name: string, declared: readonly string[], given: MetricLabels): void {
  const names = Object.keys(given);
  const isSame = names.length === declared.length && declared.every((label) => Object.hasOwn(given, label));
  if (isSame) return;
  throw new Error(`${name} has the labels {${declared.join(', ')}}, not {${names.join(', ')}}`);
}
