import type { MetricDefinition } from './metric-definition.js';

/**
 * Most series of one replica, with a hundred sources and a hundred clusters. What a metric may use of it is fixed, so
 * that a flood in one never takes the room of another.
 */
export const MOST_SERIES = 10_000;

/** Sources and clusters of the largest hub that the budget is made for. */
const LARGEST = 100;
/** How many values a label has there; `region` alone counts the regions of AWS, with `account` it counts sources. */
const VALUES: Readonly<Record<string, number>> = {
  cluster: LARGEST,
  region: 34,
  operation: 6,
  action: 5,
  state: 6,
  health: 3,
  result: 3,
  reason: 12,
  code: 20,
  command: 12,
  route: 12,
  to: 2,
};
/** Labels whose values come from outside: configuration, AWS, or annotations that anybody may have written. */
export const OPEN_LABELS: ReadonlySet<string> = new Set(['account', 'region', 'cluster']);
/** Most sets under `other`: those that keep the labels whose values are ours, and one that is `other` throughout. */
export const MOST_FOLDED = 6;
/** Of a label that is not listed. */
const FEW = 10;

/** How many sets of label values of a metric are kept. */
export function mostSetsOf({ labels, mostSets }: Pick<MetricDefinition, 'labels' | 'mostSets'>): number {
  if (mostSets !== undefined) return mostSets;
  const isBySource = labels.includes('account') && labels.includes('region');
  const others = isBySource ? labels.filter((label) => label !== 'account' && label !== 'region') : labels;
  return others.reduce((sets, label) => sets * (VALUES[label] ?? FEW), isBySource ? LARGEST : 1);
}

/** Series that one set of label values makes: a histogram has its buckets, `+Inf`, a sum and a count. */
export function seriesPerSet({ type, buckets = [] }: Pick<MetricDefinition, 'type' | 'buckets'>): number {
  return type === 'histogram' ? buckets.length + 3 : 1;
}

/** Most series that a metric ever has, with what is counted under `other`. */
export function mostSeriesOf(definition: MetricDefinition): number {
  const { labels } = definition;
  const isOpen = labels.every((label) => OPEN_LABELS.has(label));
  const folded = labels.length === 0 ? 0 : isOpen ? 1 : MOST_FOLDED;
  return (mostSetsOf(definition) + folded) * seriesPerSet(definition);
}
