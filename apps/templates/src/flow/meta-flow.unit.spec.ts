import { expect, it } from '@jest/globals';
import { isKnownStatus, listedFlow, tellsOfFlow } from './meta-flow.js';

const meta = { id: '5', name: 'booking', status: 'THROTTLED', categories: ['SURVEY', 'OTHER'] };

it('a flow of Meta’s has our words for its status', () => {
  expect(listedFlow(meta)).toEqual({
    metaId: '5',
    name: 'booking',
    status: 'throttled',
    categories: ['SURVEY', 'OTHER'],
  });
});

it('one in a status that we do not know is taken for blocked', () => {
  expect([isKnownStatus('DRAFT'), isKnownStatus('HELD'), isKnownStatus('constructor')]).toEqual([
    true,
    false,
    false,
  ]);
  expect(listedFlow({ ...meta, status: 'HELD' })).toMatchObject({ status: 'blocked' });
});

it('what Meta leaves out does not matter', () => {
  const listed = listedFlow({ id: '5', name: '', status: 'DRAFT', categories: null as never });
  expect(listed).toEqual({ metaId: '5', name: '5', status: 'draft', categories: [] });
});

it.each([
  ['a status', 'flows', { event: 'FLOW_STATUS_CHANGE', flow_id: '5', new_status: 'PUBLISHED' }, true],
  ['an alarm of an endpoint', 'flows', { event: 'ENDPOINT_LATENCY', flow_id: '5' }, false],
  ['another field', 'account_update', { event: 'FLOW_STATUS_CHANGE' }, false],
])('%s tells of a flow: %#', (_what, field, value, tells) => {
  expect(tellsOfFlow({ field, value })).toBe(tells);
});
