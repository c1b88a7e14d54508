import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { METRICS, metricsMarkdown, type Described } from './metrics.js';

/** The allowed suffixes of metric names: units, and counted things. */
const UNITS = [
  ...['seconds', 'ratio', 'total'],
  ...['accounts', 'calls', 'campaigns', 'connections', 'events', 'members', 'recipients', 'records'],
  ...['replicas', 'requests', 'sends', 'subscriptions'],
];
/** The allowed labels. Each has few values; of phone numbers and webhooks only the TOP ones. */
const LABELS = [
  ...['code', 'group', 'kind', 'method', 'operation', 'outcome', 'peer', 'phone_number_id', 'projection'],
  ...['route', 'scope', 'state', 'status', 'topic', 'type', 'webhook_id'],
];
const all = Object.values<Described>(METRICS);

it.each(all)('$name has a name, a unit, labels and a help as all of them', ({ name, kind, labels, help }) => {
  expect(name).toMatch(/^wbiz(_[a-z]+)+$/);
  expect(UNITS).toContain(name.split('_').at(-1));
  expect(name.endsWith('_total')).toBe(kind === 'counter');
  if (kind === 'histogram') expect(name).toMatch(/_duration_seconds$/);
  expect(labels.filter((label) => !LABELS.includes(label))).toEqual([]);
  expect(help).toMatch(/^[A-Z1].+\.$/);
});

it('no two metrics have one name', () => {
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});

it('docs/observability.md has the table of them: npm run specs', () => {
  const page = readFileSync(new URL('../../../docs/observability.md', import.meta.url), 'utf8');
  expect(page).toContain(metricsMarkdown());
});
