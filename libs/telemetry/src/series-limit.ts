import type { MetricLabels } from '@isthmus/ports';

import { MOST_FOLDED, OPEN_LABELS } from './series-budget.js';

/** Longest value: account, region and cluster names are shorter. */
const LONGEST_VALUE = 100;
/** What stands for every value that is not kept. */
export const OTHER = 'other';

/** Keeps the number of series of one metric from growing with what others write: what is too much is counted as `other`. */
export class SeriesLimit {
  readonly #labels: readonly string[];
  readonly #mostSets: number;
  readonly #onDropped: () => void;
  readonly #known = new Set<string>();
  /** Sets under `other`; they stay. */
  readonly #folded = new Set<string>();

  constructor(labels: readonly string[], mostSets: number, onDropped: () => void) {
    this.#labels = labels;
    this.#mostSets = mostSets;
    this.#onDropped = onDropped;
  }

  /** The labels under which a sample is kept. */
  admit(labels: MetricLabels): MetricLabels {
    const key = this.keyOf(labels);
    if (this.#known.has(key)) return labels;
    const isShort = this.#labels.every((label) => (labels[label] ?? '').length <= LONGEST_VALUE);
    if (isShort && this.#known.size < this.#mostSets) {
      this.#known.add(key);
      return labels;
    }
    this.#onDropped();
    return this.#fold(labels);
  }

  /** The series is gone. */
  release(labels: MetricLabels): void {
    this.#known.delete(this.keyOf(labels));
  }

  keyOf(labels: MetricLabels): string {
    return JSON.stringify(this.#labels.map((label) => labels[label]));
  }

  /** Under `other` for what comes from outside; when there are too many of those, too, under `other` for everything. */
  #fold(labels: MetricLabels): MetricLabels {
    const folded = mapped(labels, (label, value) =>
      OPEN_LABELS.has(label) || value.length > LONGEST_VALUE ? OTHER : value,
    );
    const key = this.keyOf(folded);
    if (!this.#folded.has(key) && this.#folded.size >= MOST_FOLDED - 1) return mapped(labels, () => OTHER);
    this.#folded.add(key);
    return folded;
  }
}

function mapped(labels: MetricLabels, value: (label: string, value: string) => string): MetricLabels {
  return Object.fromEntries(Object.entries(labels).map(([label, old]) => [label, value(label, old)]));
}
