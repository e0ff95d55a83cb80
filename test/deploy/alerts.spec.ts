import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parse } from 'yaml';

import { describeOnTools, ROOT, run } from './on-tools.js';

const RULES = join(ROOT, 'deploy/alerts/rules.yaml');
const CASES = ['rules', 'days'].map((name) => join(ROOT, `deploy/alerts/${name}.test.yaml`));

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert?: string; readonly expr: string }[] }[];
}

interface Cases {
  readonly tests: readonly { readonly alert_rule_test: readonly { readonly alertname: string }[] }[];
}

describeOnTools(['promtool'], 'the alert rules', () => {
  it('are rules that Prometheus takes', () => {
    expect(run('promtool', ['check', 'rules', RULES])).toMatchObject({ status: 0 });
  });

  it('fire and resolve as their cases say', () => {
    const { status, stdout, stderr } = run('promtool', ['test', 'rules', ...CASES]);
    expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' });
  });

  describe('each of which has a case that notices', () => {
    const alerts = (parse(readFileSync(RULES, 'utf8')) as Rules).groups
      .flatMap(({ rules }) => rules)
      .flatMap(({ alert, expr }) => (alert === undefined ? [] : [{ alert, expr }]));
    let folder = '';
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'isthmus-rules-'));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    /** Whether the cases of an alert fail when its expression is another one; other alerts take no part in it. */
    const isNoticed = (alert: string, expr: string): boolean => {
      const rules = parse(readFileSync(RULES, 'utf8')) as Rules;
      const file = CASES.map((path) => parse(readFileSync(path, 'utf8')) as Cases).find(
        (cases) => testsOf(cases, alert).length > 0,
      );
      const groups = rules.groups.map((group) => ({
        ...group,
        rules: group.rules.flatMap((rule) => {
          if (rule.alert === undefined) return [rule];
          return rule.alert === alert ? [{ ...rule, expr }] : [];
        }),
      }));
      writeFileSync(join(folder, 'rules.yaml'), JSON.stringify({ groups }));
      writeFileSync(
        join(folder, 'rules.test.yaml'),
        JSON.stringify({ ...file, tests: file === undefined ? [] : testsOf(file, alert) }),
      );
      return run('promtool', ['test', 'rules', join(folder, 'rules.test.yaml')]).status !== 0;
    };

    it.each(alerts.map(({ alert, expr }) => [alert, expr] as const))('%s is what its cases expect', (alert, expr) => {
      expect(isNoticed(alert, expr)).toBe(false);
    });

    it.each(alerts.map(({ alert, expr }) => [alert, expr] as const))('%s when it never fires', (alert, expr) => {
      expect(isNoticed(alert, `(${expr}) and on () (vector(0) > 1)`)).toBe(true);
    });

    it.each(alerts.map(({ alert }) => [alert] as const))('%s when it always fires', (alert) => {
      expect(isNoticed(alert, 'vector(1)')).toBe(true);
    });
  });
});

function testsOf({ tests }: Cases, alert: string): Cases['tests'] {
  return tests
    .map((one) => ({ ...one, alert_rule_test: one.alert_rule_test.filter(({ alertname }) => alertname === alert) }))
    .filter(({ alert_rule_test: own }) => own.length > 0);
}
