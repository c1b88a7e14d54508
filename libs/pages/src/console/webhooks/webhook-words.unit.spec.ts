import { expect, it } from '@jest/globals';
import type { Delivery, Stats } from './webhook-queries.js';
import { deliveryBadge, lastAttempted, lengthOf, percent, webhookBadge } from './webhook-words.js';

const figures = (successRate: number | null) => ({ attempts: 4, successRate, p50: null, p99: null });
const stats = (successRate: number | null): Stats => ({
  lagEvents: 0,
  lagSeconds: 0,
  pending: 0,
  failed: 0,
  lastHour: figures(successRate),
  lastDay: figures(successRate),
  replays: [],
});

it.each([
  ['active', undefined, 'Active'],
  ['active', stats(null), 'Active'],
  ['active', stats(0.1), 'Active'],
  ['active', stats(0), 'Failing'],
  ['failing', stats(1), 'Failing'],
  ['inactive', stats(0), 'Paused'],
  ['disabled', stats(0), 'Disabled'],
] as const)('a webhook that is %s is shown by its deliveries of the last hour too', (status, told, words) =>
  expect(webhookBadge(status, told)[1]).toBe(words),
);

it.each([
  ['succeeded', null, 'Succeeded'],
  ['pending', null, 'In line'],
  ['pending', '2026-11-29T12:00:00Z', 'To be retried'],
  ['failed', null, 'Given up'],
] as const)('a delivery that is %s and due at %s is %s', (status, nextAttemptAt, words) =>
  expect(deliveryBadge({ status, nextAttemptAt })[1]).toBe(words),
);

it('the last attempt is not that of the newest event', () => {
  const at = (second: number) => ({ lastAttemptAt: `2026-11-29T12:00:0${second}Z` }) as Delivery;
  const [newest, probed, oldest] = [at(1), at(7), at(2)];
  expect(lastAttempted([newest, probed, oldest])).toBe(probed);
  expect(lastAttempted([])).toBeUndefined();
});

it.each([
  [0, '0 s'],
  [59, '59 s'],
  [60, '1 min'],
  [1_932, '32 min'],
  [3_600, '1 h'],
  [172_800, '2 d'],
])('%i seconds are %s', (seconds, words) => expect(lengthOf(seconds)).toBe(words));

it.each([
  [null, '–'],
  [1, '100 %'],
  [0.99999, '99.9 %'],
  [0, '0.0 %'],
])('a share of %s is %s', (share, words) => expect(percent(share)).toBe(words));
