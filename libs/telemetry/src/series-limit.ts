import type { MetricLabels } from '@isthmus/ports';

/** Most sets of label values of one metric: a hundred sources or clusters with all their states, operations and codes. */
export const MOST_SERIES = 2_000;
/** Longest value: account, region and cluster names are shorter. */
const LONGEST_VALUE = 100;
/** What stands for every value that is not kept. */
export const OTHER = 'other';

/** Labels whose values come from outside: configuration, AWS, or annotations that anybody may have written. */
const OPEN_LABELS: ReadonlySet<string> = new Set(['account', 'region', 'cluster']);

/** Keeps the number of series of one metric from growing with what others write: what is too much is counted as `other`. */
export class SeriesLimit {
  readonly #labels: readonly string[];
  readonly #onDropped: () => void;
  readonly #known = new Set<string>();

  constructor(labels: readonly string[], onDropped: () => void) {
    this.#labels = labels;
    this.#onDropped = onDropped;
  }

  /** The labels under which a sample is kept. */
  admit(labels: MetricLabels): MetricLabels {
    const key = this.keyOf(labels);
    if (this.#known.has(key)) return labels;
    const isShort = this.#labels.every((label) => (labels[label] ?? '').length <= LONGEST_VALUE);
    if (isShort && this.#known.size < MOST_SERIES) {
      this.#known.add(key);
      return labels;
    }
    this.#onDropped();
    return Object.fromEntries(
      Object.entries(labels).map(([label, value]) => [label, OPEN_LABELS.has(label) ? OTHER : value]),
    );
  }

  /** The series is gone. */
  release(labels: MetricLabels): void {
    this.#known.delete(this.keyOf(labels));
  }

  keyOf(labels: MetricLabels): string {
    return JSON.stringify(this.#labels.map((label) => labels[label]));
  }
}
