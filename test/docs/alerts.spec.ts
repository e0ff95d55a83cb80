import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { CODES } from '@isthmus/model';
import { METRICS } from '@isthmus/telemetry';
import type { MetricDefinition } from '@isthmus/telemetry';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '../..');
const RUNBOOKS = join(ROOT, 'docs/runbooks');
const BASE = 'https://isthmus.dev/runbooks/';
/** Headings of every runbook, in this order. */
const HEADINGS = ['What it means', 'What Isthmus does meanwhile', 'What to look at', 'How it ends', 'What it risks'];

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: { readonly severity?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}
interface Case {
  readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[];
}

const rules = (parse(read('deploy/alerts/rules.yaml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const alerts = rules.flatMap((rule) => (rule.alert === undefined ? [] : [{ ...rule, alert: rule.alert }]));
const cases = ['rules', 'days']
  .flatMap((file) => (parse(read(`deploy/alerts/${file}.test.yaml`)) as { tests: Case[] }).tests)
  .flatMap((one) => one.alert_rule_test);

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

describe.each(alerts.map((rule) => [rule.alert, rule] as const))('the alert %s', (alert, rule) => {
  it('has a severity, a summary, what it means, and the address of its runbook', () => {
    expect(['critical', 'warning', 'info']).toContain(rule.labels?.severity);
    expect(rule.annotations).toMatchObject({ runbook_url: BASE + alert });
    for (const text of ['summary', 'description']) expect(rule.annotations?.[text]).toMatch(/\S.*\.$/);
  });

  it('has a test in which it fires, and one in which it does not', () => {
    const own = cases.filter(({ alertname }) => alertname === alert);
    expect(own.some(({ exp_alerts }) => exp_alerts.length > 0)).toBe(true);
    expect(own.some(({ exp_alerts }) => exp_alerts.length === 0)).toBe(true);
  });

  it('has a runbook that answers every question', () => {
    const file = join(RUNBOOKS, `${alert}.md`);
    expect(existsSync(file)).toBe(true);
    const page = readFileSync(file, 'utf8');
    expect(page.startsWith(`# ${alert}\n`)).toBe(true);
    expect([...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual(HEADINGS);
  });
});

describe('the rules', () => {
  const declared = new Map<string, MetricDefinition>(METRICS.map((metric) => [metric.name, metric]));
  const recorded = new Set(rules.map(({ record }) => record));

  it('use metrics of the catalogue and recordings of their own only', () => {
    const names = rules.flatMap(({ expr }) => [...expr.matchAll(/\bisthmus[_:][\w:]+/g)].map(([name]) => name));
    expect(names.length).toBeGreaterThan(alerts.length);
    expect(names.filter((name) => !declared.has(familyOf(name)) && !recorded.has(name))).toEqual([]);
  });

  it('select by labels that their metric has, and by values that are in the catalogue of codes or its states', () => {
    const states = ['fresh', 'stale', 'frozen', 'throttled', 'denied', 'unread'];
    const known = [...Object.keys(CODES), ...states, 'read-only', 'paused', 'push-off', 'observe'];
    const selectors = rules.flatMap(({ expr }) => [...expr.matchAll(/\b(isthmus_\w+)\{([^}]*)\}/g)]);
    const wrong = selectors.flatMap(([, name = '', matchers = '']) =>
      [...matchers.matchAll(/(\w+)(=~|!~|=|!=)"([^"]*)"/g)].flatMap(([matcher, label = '', , value = '']) => {
        if (label === 'le') return [];
        const hasLabel = declared.get(familyOf(name))?.labels.includes(label);
        const isFound = value.split('|').every((one) => known.some((code) => new RegExp(`^(?:${one})$`).test(code)));
        return hasLabel && isFound ? [] : [matcher];
      }),
    );
    expect(selectors.length).toBeGreaterThan(5);
    expect(wrong).toEqual([]);
  });

  it('have no runbook that no alert leads to', () => {
    const pages = readdirSync(RUNBOOKS).filter((file) => file !== 'README.md');
    expect(pages.toSorted()).toEqual(alerts.map(({ alert }) => `${alert}.md`).toSorted());
  });
});

function familyOf(name: string): string {
  return name.replace(/_(bucket|sum|count)$/, '');
}
