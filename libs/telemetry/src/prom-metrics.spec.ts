import type { MetricLabels } from '@isthmus/ports';
import { METRICS } from './catalogue.js';
import type { MetricDefinition } from './catalogue.js';
import { PromMetrics } from './prom-metrics.js';
import { MOST_SERIES } from './series-budget.js';

const makeMetrics = (): PromMetrics => new PromMetrics({ isProcessIncluded: false });

describe('PromMetrics', () => {
  it('renders help and type of every metric of the catalogue', async () => {
    const text = await makeMetrics().render();
    for (const { name, type, help } of METRICS) {
      expect(text).toContain(`# HELP ${name} ${help}\n`);
      expect(text).toContain(`# TYPE ${name} ${type}\n`);
    }
  });

  it('renders nothing that the catalogue does not declare, apart from the process', async () => {
    const text = await new PromMetrics().render();
    const names = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name);
    const declared = new Set<string | undefined>(METRICS.map(({ name }) => name));
    expect(names.filter((name) => !declared.has(name) && !/^(nodejs|process)_/.test(name ?? ''))).toEqual([]);
    expect(names.some((name) => name === 'process_resident_memory_bytes')).toBe(true);
    expect(names.some((name) => name?.startsWith('nodejs_eventloop_lag'))).toBe(true);
  });

  it('takes every metric of the catalogue with exactly its labels', async () => {
    const metrics = makeMetrics();
    for (const definition of METRICS) record(metrics, definition);
    const text = await metrics.render();
    for (const { name, type } of METRICS)
      expect(text).toMatch(new RegExp(`^${name}${type === 'histogram' ? '_sum' : ''}[ {]`, 'm'));
  });

  it('uses the buckets of the catalogue', async () => {
    const metrics = makeMetrics();
    metrics.observe('isthmus_propagation_duration_seconds', 3, { cluster: 'eks-us' });
    const text = await metrics.render();
    expect(text).toContain('isthmus_propagation_duration_seconds_bucket{le="5",cluster="eks-us"} 1');
    expect(text).toContain('isthmus_propagation_duration_seconds_bucket{le="2",cluster="eks-us"} 0');
    expect(text).toContain('isthmus_propagation_duration_seconds_bucket{le="600",cluster="eks-us"} 1');
  });

  it('throws for a name that is not declared', () => {
    expect(() => makeMetrics().count('isthmus_surprises_total')).toThrow('not declared');
  });

  it('throws for a metric of another type', () => {
    expect(() => makeMetrics().count('isthmus_cluster_up', { cluster: 'eks-us' })).toThrow('is a gauge, not a counter');
  });

  it.each([
    ['a label is missing', {}],
    ['a label is too many', { cluster: 'eks-us', host: 'a.b' }],
    ['a label is another one', { host: 'a.b' }],
  ])('throws when %s', (_, labels) => {
    expect(() => makeMetrics().set('isthmus_cluster_up', 1, labels)).toThrow('has the labels {cluster}');
  });

  it.each(['service', 'host', 'instance', 'ip'])('refuses a catalogue with the label %s', (label) => {
    const definition = { name: 'isthmus_x', type: 'gauge', help: 'x', labels: ['cluster', label] } as const;
    expect(() => new PromMetrics({ definitions: [definition], isProcessIncluded: false })).toThrow(`label ${label}`);
  });

  describe('under label values that never end', () => {
    const dropped = (text: string): number => Number(/^isthmus_metrics_dropped_labels_total (\d+)$/m.exec(text)?.[1]);
    const seriesOf = (text: string, name: string): number =>
      text.split('\n').filter((line) => line.startsWith(`${name}{`)).length;

    it('keeps no more sets of each metric than it may have, counts the rest under other, and says so', async () => {
      const metrics = makeMetrics();
      for (let n = 0; n < 1_000; n++) {
        const place = { account: `${n}`, region: 'us-east-1' };
        metrics.count('isthmus_source_rejected_total', { ...place, reason: 'no-address' });
        metrics.set('isthmus_source_services', n, place);
        metrics.observe('isthmus_propagation_duration_seconds', 1, { cluster: `c${n}` });
      }
      const text = await metrics.render();
      expect(seriesOf(text, 'isthmus_source_rejected_total')).toBe(301);
      expect(seriesOf(text, 'isthmus_source_services')).toBe(101);
      expect(seriesOf(text, 'isthmus_propagation_duration_seconds_sum')).toBe(101);
      expect(text).toContain('isthmus_source_rejected_total{account="other",region="other",reason="no-address"} 700');
      expect(text).toContain('isthmus_source_services{account="other",region="other"} 999');
      expect(dropped(text)).toBe(700 + 900 + 900);
    });

    it('stays within the budget of a replica when every label of every metric gets values without end', async () => {
      const metrics = new PromMetrics();
      for (let n = 0; n < 2_000; n++) for (const definition of METRICS) record(metrics, definition, `v${n}`);
      const series = (await metrics.render()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      expect(series.length).toBeLessThanOrEqual(MOST_SERIES);
      expect(series.length).toBeGreaterThan(MOST_SERIES / 2);
    });

    it('folds nothing of a hub with a hundred sources and a hundred clusters in their usual states', async () => {
      const metrics = makeMetrics();
      for (let n = 0; n < 100; n++) recordUsual(metrics, n);
      const text = await metrics.render();
      expect(dropped(text)).toBe(0);
      expect(text).not.toContain('="other"');
      expect(seriesOf(text, 'isthmus_source_state')).toBe(600);
    });

    it('keeps counting the series that it has, and has room again for what replaces a forgotten one', async () => {
      const metrics = makeMetrics();
      for (let n = 0; n < 100; n++) metrics.set('isthmus_cluster_up', 1, { cluster: `c${n}` });
      metrics.set('isthmus_cluster_up', 0, { cluster: 'c7' });
      metrics.forget('isthmus_cluster_up', { cluster: 'c8' });
      metrics.set('isthmus_cluster_up', 1, { cluster: 'new' });
      const text = await metrics.render();
      expect(text).toContain('isthmus_cluster_up{cluster="c7"} 0');
      expect(text).toContain('isthmus_cluster_up{cluster="new"} 1');
      expect(dropped(text)).toBe(0);
    });

    it('repeats no value that is longer than any account, region or cluster', async () => {
      const metrics = makeMetrics();
      metrics.count('isthmus_source_rejected_total', { account: '1', region: 'x'.repeat(5_000), reason: 'no-address' });
      const text = await metrics.render();
      expect(text).not.toContain('xxx');
      expect(dropped(text)).toBe(1);
    });
  });

  it('forgets the samples that carry the labels, whatever their other labels, and keeps the rest', async () => {
    const metrics = makeMetrics();
    metrics.set('isthmus_plan_objects', 1, { cluster: 'gone', action: 'create' });
    metrics.set('isthmus_plan_objects', 2, { cluster: 'gone', action: 'hold' });
    metrics.set('isthmus_plan_objects', 3, { cluster: 'stays', action: 'hold' });
    metrics.forget('isthmus_plan_objects', { cluster: 'gone' });
    const text = await metrics.render();
    expect(text).not.toContain('cluster="gone"');
    expect(text).toContain('isthmus_plan_objects{cluster="stays",action="hold"} 3');
  });

  it('throws when it shall forget by a label that the metric does not have', () => {
    expect(() => makeMetrics().forget('isthmus_plan_objects', { region: 'eu-west-1' })).toThrow('no label region');
  });
});

/** What every hub of this size has: each gauge of a source and of a cluster, four operations, two results, two codes. */
function recordUsual(metrics: PromMetrics, n: number): void {
  const values: Readonly<Record<string, readonly string[]>> = {
    account: [`${n}`],
    region: [`region-${n % 20}`],
    cluster: [`c${n}`],
    operation: ['create', 'update', 'mark', 'delete'],
    action: ['create', 'update', 'mark', 'delete', 'hold'],
    state: ['fresh', 'stale', 'frozen', 'throttled', 'denied', 'unread'],
    health: ['HEALTHY', 'UNHEALTHY', 'UNKNOWN'],
    result: ['ok'],
    code: ['ok', 'throttled'],
    reason: ['observe'],
  };
  for (const definition of METRICS) {
    if (!definition.labels.some((label) => label === 'account' || label === 'region' || label === 'cluster')) continue;
    let sets: Readonly<Record<string, string>>[] = [{}];
    for (const label of definition.labels) {
      sets = sets.flatMap((set) => (values[label] ?? []).map((value) => ({ ...set, [label]: value })));
    }
    for (const set of sets) recordSet(metrics, definition, set);
  }
}

function record(metrics: PromMetrics, definition: MetricDefinition, value = 'x'): void {
  recordSet(metrics, definition, Object.fromEntries(definition.labels.map((label) => [label, value])));
}

function recordSet(metrics: PromMetrics, { name, type }: MetricDefinition, values: MetricLabels): void {
  if (type === 'counter') metrics.count(name, values);
  else if (type === 'gauge') metrics.set(name, 1, values);
  else metrics.observe(name, 1, values);
}
