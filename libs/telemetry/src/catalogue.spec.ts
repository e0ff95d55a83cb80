import { isForbiddenLabel, METRICS } from './catalogue.js';
import type { MetricDefinition } from './catalogue.js';
import { MOST_SERIES, mostSeriesOf, mostSetsOf } from './series-budget.js';

const definitions: readonly MetricDefinition[] = METRICS;

describe('METRICS', () => {
  it('declares each name once, with the prefix of the product', () => {
    const names = definitions.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^isthmus_[a-z_]+$/.test(name))).toEqual([]);
  });

  it('ends counters, and nothing else, in _total', () => {
    expect(definitions.filter(({ name, type }) => name.endsWith('_total') !== (type === 'counter'))).toEqual([]);
  });

  it('gives buckets in ascending order to histograms, and to nothing else', () => {
    for (const { type, buckets } of definitions) {
      expect(buckets !== undefined).toBe(type === 'histogram');
      expect([...(buckets ?? [])].sort((a, b) => a - b)).toEqual([...(buckets ?? [])]);
    }
  });

  it('has no label whose number of values grows with the data', () => {
    expect(definitions.filter(({ labels }) => labels.some(isForbiddenLabel))).toEqual([]);
  });

  it('cannot make more series than the budget of a replica, whatever is counted; 300 of it are left to the process', () => {
    const most = definitions.reduce((sum, definition) => sum + mostSeriesOf(definition), 0);
    expect(most).toBeLessThanOrEqual(MOST_SERIES - 300);
  });

  it('has room for a hundred sources and a hundred clusters in each metric of them', () => {
    const isOfOne = ({ labels }: MetricDefinition): boolean => labels.includes('account') || labels.includes('cluster');
    expect(definitions.filter((one) => isOfOne(one) && mostSetsOf(one) < 100)).toEqual([]);
  });
});

describe('isForbiddenLabel', () => {
  it.each(['service', 'host', 'instance', 'ip', 'object', 'error'])('refuses %s', (label) => {
    expect(isForbiddenLabel(label)).toBe(true);
  });

  it.each(['account', 'region', 'cluster', 'reason', 'code'])('allows %s', (label) => {
    expect(isForbiddenLabel(label)).toBe(false);
  });
});
