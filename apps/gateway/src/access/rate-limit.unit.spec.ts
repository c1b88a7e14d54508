import { expect, it } from '@jest/globals';
import { limitOf, rateLimitHeaders, type WindowState } from './rate-limit.js';

const NOW = 1_000_000;
const minute: WindowState = { name: 'minute', seconds: 60, limit: 60, remaining: 57, endsAt: NOW + 41_200 };
const burst: WindowState = { name: 'burst', seconds: 10, limit: 15, remaining: 12, endsAt: NOW + 1_200 };

it('tells of both windows, and in the customary headers of the minute', () => {
  expect(rateLimitHeaders({ windows: [minute, burst] }, NOW)).toEqual({
    'ratelimit-policy': '"minute";q=60;w=60, "burst";q=15;w=10',
    ratelimit: '"minute";r=57;t=42, "burst";r=12;t=2',
    'x-ratelimit-limit': '60',
    'x-ratelimit-remaining': '57',
    'x-ratelimit-reset': '1042',
  });
});

it('tells of the window that refused, and how long to wait', () => {
  const refusedBy = { ...burst, remaining: 0 };
  expect(rateLimitHeaders({ windows: [minute, refusedBy], refusedBy }, NOW)).toMatchObject({
    'x-ratelimit-limit': '15',
    'x-ratelimit-remaining': '0',
    'retry-after': '2',
  });
});

it('says nothing where there is no limit', () => expect(rateLimitHeaders({ windows: [] }, NOW)).toEqual({}));

it.each([
  ['starter', { perMinute: 60, burst: 15 }],
  ['growth', { perMinute: 600, burst: 120 }],
  ['scale', { perMinute: 6_000, burst: 1_200 }],
  ['unlimited', null],
] as const)('gives a key on the plan %s its limit, unless it has its own', (plan, limit) => {
  expect(limitOf({ limit: null }, { plan })).toEqual(limit);
  expect(limitOf({ limit: { perMinute: 3, burst: 2 } }, { plan })).toEqual({ perMinute: 3, burst: 2 });
});
