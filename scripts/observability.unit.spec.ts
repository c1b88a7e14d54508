import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { dashboards } from '../deploy/observability/dashboards.ts';
import { METRICS } from '../libs/service-kit/src/metrics.ts';
import { createMetrics } from '../libs/service-kit/src/telemetry.ts';

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
type Rule = {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook_url: string };
};
type RuleTest = { readonly alertname: string; readonly exp_alerts: readonly unknown[] };

const { groups } = parse(read('deploy/observability/alerts.yaml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const { tests } = parse(read('deploy/observability/alerts.test.yaml')) as {
  tests: { alert_rule_test: RuleTest[] }[];
};
const runbooks = read('docs/runbooks.md');

const ofProcess = [...(await createMetrics('gateway').text()).matchAll(/^# TYPE ((?:process|nodejs)_\w+)/gm)];
const known: ReadonlyMap<string, readonly string[]> = new Map([
  ...ofProcess.map(([, name]) => [name!, ['service', 'instance']] as const),
  ...Object.values(METRICS).flatMap(({ name, kind, labels }) =>
    (kind === 'histogram' ? ['_bucket', '_count', '_sum'] : ['']).map(
      (part) =>
        [
          `${name}${part}`,
          ['service', 'instance', ...labels, ...(part === '_bucket' ? ['le'] : [])],
        ] as const,
    ),
  ),
]);

/** The metrics and labels of a PromQL expression that the code does not have. */
const strange = (expr: string): readonly string[] =>
  [...expr.matchAll(/\b((?:wbiz|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)].flatMap(
    ([, name, selector = '']) => {
      const labels = known.get(name!);
      if (!labels) return [name!];
      const asked = [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!);
      return asked.filter((label) => !labels.includes(label)).map((label) => `${name}{${label}}`);
    },
  );

it('finds metrics and labels that do not exist', () => {
  expect(strange('sum(rate(wbiz_sent_total[5m])) / wbiz_sends_total{outcome="x", account=~"y"}')).toEqual([
    'wbiz_sent_total',
    'wbiz_sends_total{account}',
  ]);
});

describe.each(rules)('the alert $alert', ({ alert, expr, labels, annotations, for: wait }) => {
  it('names metrics and labels that exist', () => expect(strange(expr)).toEqual([]));
  it('says how urgent it is, what it is and what to do', () => {
    expect(['critical', 'warning', 'info']).toContain(labels.severity);
    expect(annotations.summary).toMatch(/\.$/);
    expect(wait).toMatch(/^\d+[mh]$/);
    expect(annotations.runbook_url).toBe(`docs/runbooks.md#${alert.toLowerCase()}`);
  });
  it('has a test in which it fires and one in which it does not', () => {
    const tried = tests
      .flatMap((test) => test.alert_rule_test)
      .filter(({ alertname }) => alertname === alert);
    expect(tried.map(({ exp_alerts }) => exp_alerts.length > 0).sort()).toEqual([false, true]);
  });
});

it('every alert has its runbook, and every runbook its alert', () => {
  const sections = [...runbooks.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
  expect(sections.toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted());
  for (const section of runbooks.split(/^## /m).slice(1))
    expect(section).toMatch(/- \*\*Symptom\*\* [^]*- \*\*Look at\*\* [^]*- \*\*Do\*\* /);
});

it.each(['docs/runbooks.md', 'docs/observability.md', 'docs/reliability.md', 'docs/guides/webhooks.md'])(
  '%s names metrics that there are',
  (file) => {
    const all = [...known.keys(), ...Object.values(METRICS).map(({ name }) => name)];
    const named = [...read(file).matchAll(/\b(?:wbiz|nodejs|process)_[a-z0-9_]*[a-z0-9]\b/g)].map(
      ([name]) => name,
    );
    expect(named.filter((name) => !all.includes(name))).toEqual([]);
  },
);

describe.each(Object.entries(dashboards()))('the dashboard %s', (file, made) => {
  const panels = (made.panels ?? []) as { title?: string; targets?: { expr: string }[] }[];
  const targets = panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => [title, expr] as const),
  );
  it('is up to date: npm run specs', () => {
    expect(JSON.parse(read(`deploy/observability/${file}`))).toEqual(JSON.parse(JSON.stringify(made)));
  });
  it.each(targets)('%s asks for metrics and labels that there are', (_title, expr) => {
    expect(expr).toMatch(/(wbiz|process|nodejs)_/);
    expect(strange(expr)).toEqual([]);
  });
});
