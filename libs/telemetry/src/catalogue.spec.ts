import { isForbiddenLabel, METRICS } from './catalogue.js';
import type { MetricDefinition } from './catalogue.js';

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
});

describe('isForbiddenLabel', () => {
  it.each(['service', 'host', 'instance', 'ip', 'object', 'error'])('refuses %s', (label) => {
    expect(isForbiddenLabel(label)).toBe(true);
  });

  it.each(['account', 'region', 'cluster', 'reason', 'code'])('allows %s', (label) => {
    expect(isForbiddenLabel(label)).toBe(false);
  });
});
