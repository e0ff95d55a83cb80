import type { MetricLabels, Metrics } from '@isthmus/ports';

/** Metrics that remember every sample, for assertions. */
export interface RecordingMetrics extends Metrics {
  /** Sum of a counter, or last value of a gauge, with exactly these labels; 0 when there is none. */
  value(name: string, labels?: MetricLabels): number;
  /** Every observation (seconds) of a histogram, whatever its labels. */
  observations(name: string): readonly number[];
}

/** Metrics without a catalogue: any name is taken. */
export function recordingMetrics(): RecordingMetrics {
  const values = new Map<string, number>();
  const observed = new Map<string, number[]>();
  return {
    count: (name, labels = {}, by = 1) => {
      const key = keyOf(name, labels);
      values.set(key, (values.get(key) ?? 0) + by);
    },
    set: (name, value, labels = {}) => void values.set(keyOf(name, labels), value),
    observe: (name, seconds) => void observed.set(name, [...(observed.get(name) ?? []), seconds]),
    forget: (name, labels) => {
      for (const key of values.keys()) if (carries(key, name, labels)) values.delete(key);
    },
    value: (name, labels = {}) => values.get(keyOf(name, labels)) ?? 0,
    observations: (name) => observed.get(name) ?? [],
  };
}

function keyOf(name: string, labels: MetricLabels): string {
  return JSON.stringify([name, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function carries(key: string, name: string, labels: MetricLabels): boolean {
  const [keyName, pairs] = JSON.parse(key) as [string, [string, string][]];
  const own = new Map(pairs);
  return keyName === name && Object.entries(labels).every(([label, value]) => own.get(label) === value);
}
