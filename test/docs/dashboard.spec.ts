import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { METRICS } from '@isthmus/telemetry';
import type { MetricDefinition } from '@isthmus/telemetry';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const { panels } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../deploy/dashboards/isthmus.json'), 'utf8'),
) as { readonly panels: readonly Panel[] };
const declared = new Map<string, MetricDefinition>(METRICS.map((metric) => [metric.name, metric]));
const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

describe('the dashboard', () => {
  it('shows metrics of the catalogue and of the process only', () => {
    const names = expressions.flatMap((expr) => [...expr.matchAll(/\b[a-z_]+(?=\{)/g)].map(([name]) => name));
    expect(names.length).toBeGreaterThanOrEqual(expressions.length);
    expect(names.filter((name) => !declared.has(familyOf(name)) && !/^(process|nodejs)_/.test(name))).toEqual([]);
  });

  it('shows most metrics: what is left is bare times, versions and what only an alert asks for', () => {
    const shown = expressions.join('\n');
    const names = METRICS.map(({ name }) => name);
    const isShown = (name: string): boolean => new RegExp(`\\b${name}(_bucket|_count|_sum)?\\b`).test(shown);
    expect(names.filter(isShown).length).toBeGreaterThan(names.length * 0.75);
  });

  it('groups by labels that the metric has', () => {
    const wrong = expressions.flatMap((expr) => {
      const labels = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/, */));
      const names = [...expr.matchAll(/\bisthmus_[a-z_]+/g)].map(([name]) => familyOf(name));
      const known = new Set([
        'le',
        'namespace',
        'job',
        'pod',
        ...names.flatMap((name) => declared.get(name)?.labels ?? []),
      ]);
      return labels.filter((label) => !known.has(label)).map((label) => `${label} in ${expr}`);
    });
    expect(wrong).toEqual([]);
  });

  it('has its panels side by side, none over another, each with a number of its own', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ title, gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => ({ title, cell: `${x + (n % w)},${y + Math.floor(n / w)}` })),
    );
    expect(cells.length - new Set(cells.map(({ cell }) => cell)).size).toBe(0);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24);
  });

  it('has the rows health, freshness, propagation, clusters, safety, AWS, Redis and process', () => {
    const rows = panels.filter(({ type }) => type === 'row').map(({ title }) => title.split(/[ ,]/)[0]);
    expect(rows).toEqual(['Health', 'Freshness', 'Propagation', 'Clusters', 'Safety', 'AWS', 'Redis', 'Process']);
  });
});

function familyOf(name: string): string {
  return name.replace(/_(bucket|sum|count)$/, '');
}
