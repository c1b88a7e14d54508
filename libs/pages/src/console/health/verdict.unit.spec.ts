import { expect, it } from '@jest/globals';
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
  expect(verdictOf(view(), 0)).toEqual({ look: 'good', faults: [] });
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
    'contacts does not answer',
  ],
  ['a partition that stands still', view({ projections: [halted] }), 0, 'bad', '1 partition stands still'],
  ['parked accounts', view({ projections: [parked, parked] }), 0, 'bad', '2 accounts are parked'],
  ['dead letters', view(), 1, 'warn', '1 dead letter waits'],
  [
    'a long lag',
    view({ projections: [projection({ lag: 1_000 })] }),
    0,
    'warn',
    'webhooks (feed) is 1,000 records behind',
  ],
])('names %s', (_, given, letters, look, words) => {
  expect(verdictOf(given, letters)).toEqual({ look, faults: [words] });
});

it('names the worst first', () => {
  const { look, faults } = verdictOf(view({ unreachable: ['contacts'] }), 3);
  expect([look, faults]).toEqual(['bad', ['contacts does not answer', '3 dead letters wait']]);
});
