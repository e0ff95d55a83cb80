import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describeOnTools, ROOT, run } from './on-tools.js';

interface Dashboard {
  readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[];
}

describeOnTools(['promtool'], 'the expressions of the dashboard', () => {
  it('are PromQL', () => {
    const { panels } = JSON.parse(readFileSync(join(ROOT, 'deploy/dashboards/isthmus.json'), 'utf8')) as Dashboard;
    const rules = panels
      .flatMap(({ targets = [] }) => targets)
      // Grafana puts a duration there.
      .map(({ expr }, index) => ({ record: `panel:${index}`, expr: expr.replaceAll('$__rate_interval', '5m') }));
    expect(rules.length).toBeGreaterThan(40);
    const folder = mkdtempSync(join(tmpdir(), 'isthmus-dashboard-'));
    try {
      const file = join(folder, 'rules.yaml');
      writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
      const { status, stdout, stderr } = run('promtool', ['check', 'rules', file]);
      expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
