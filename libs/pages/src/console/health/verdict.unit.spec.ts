import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { ParkedAccount, ProjectionsView, ProjectionView } from '@wbiz/contracts/projection';
import { verdictOf } from './verdict.js';

const projection = (more: Partial<ProjectionView> = {}): ProjectionView => ({
  service: 'webhooks',
  projection: 'feed',
  lag: 0,
  partitions: [{ partition: 0, offset: 10, lag: 0, halted: null }],
  parked: [],
  ...more,
});
const view = (more: Partial<ProjectionsView> = {}): ProjectionsView => ({
  projections: [projection()],
  unreachable: [],
  ...more,
});
const halted = projection({ partitions: [{ partition: 0, offset: 10, lag: 5, halted: 'a gap' }] });
const parked = projection({ parked: [{ accountId: 'acc_1' } as ParkedAccount] });

it('is well where everything is read and nothing waits', () => {
  expect(verdictOf(view(), 0)).toEqual({ look: 'good', faults: [], runbooks: [] });
});

it('names runbooks that are there', () => {
  const runbooks = readFileSync(new URL('../../../../../docs/runbooks.md', import.meta.url), 'utf8');
  const late = { ...halted, lag: 1_000, parked: parked.parked };
  const named = verdictOf(view({ projections: [late], unreachable: ['contacts'] }), 1).runbooks;
  expect(named).toHaveLength(5);
  for (const one of named) expect(runbooks).toContain(`\n## ${one}\n`);
});

it('takes a short lag for what is under way', () => {
  expect(verdictOf(view({ projections: [projection({ lag: 999 })] }), 0).look).toBe('good');
});

it.each([
  [
    'a service that does not answer',
    view({ unreachable: ['contacts'] }),
    0,
    'bad',
    'Contacts does not answer',
  ],
  ['a partition that stands still', view({ projections: [halted] }), 0, 'bad', '1 partition stands still'],
  ['parked accounts', view({ projections: [parked, parked] }), 0, 'bad', '2 accounts are parked'],
  ['dead letters', view(), 1, 'warn', '1 dead letter waits'],
  [
    'a long lag',
    view({ projections: [projection({ lag: 1_000 })] }),
    0,
    'warn',
    'Webhooks: the feed of events, 1,000 records behind',
  ],
])('names %s', (_, given, letters, look, words) => {
  expect(verdictOf(given, letters)).toMatchObject({ look, faults: [words] });
});

it('names the worst first', () => {
  expect(verdictOf(view({ unreachable: ['contacts', 'templates'] }), 3)).toEqual({
    look: 'bad',
    faults: ['Contacts does not answer', 'Templates does not answer', '3 dead letters wait'],
    runbooks: ['WbizServiceGone', 'WbizDeadLetters'],
  });
});
