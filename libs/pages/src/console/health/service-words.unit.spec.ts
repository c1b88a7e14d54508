import { expect, it } from '@jest/globals';
import { projectionWords, rowsOf } from './service-words.js';

it.each([
  ['webhooks', 'feed', 'Webhooks: the feed of events'],
  ['messaging', 'copies', 'Messaging: accounts, contact names and templates'],
  ['webhooks', 'new-one', 'Webhooks: new-one'],
])('the projection of %s called %s is %s', (service, projection, words) =>
  expect(projectionWords({ service, projection })).toBe(words),
);

it('a service that does not answer keeps its row, in its place', () => {
  const projection = (service: string) => ({
    service,
    projection: 'one',
    lag: 0,
    partitions: [],
    parked: [],
  });
  const rows = rowsOf({
    projections: [projection('messaging'), projection('webhooks')],
    unreachable: ['templates', 'contacts'],
  });
  expect(rows.map(({ service, projection }) => [service, projection !== null])).toEqual([
    ['contacts', false],
    ['messaging', true],
    ['templates', false],
    ['webhooks', true],
  ]);
});
