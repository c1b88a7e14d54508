import { describe, expect, it } from '@jest/globals';
import { peopleOf, planOf } from './plan.js';

it.each([
  ['TIER_50', 50],
  ['TIER_250', 250],
  ['TIER_1K', 1_000],
  ['TIER_2K', 2_000],
  ['TIER_10K', 10_000],
  ['TIER_100K', 100_000],
  ['TIER_UNLIMITED', null],
  ['TIER_NOT_SET', null],
  [null, null],
])('of the tier %s %s people may be written to', (tier, people) => expect(peopleOf(tier)).toBe(people));

describe('a plan', () => {
  const leftOut = { opted_out: 3, no_number: 2, variable_missing: 1 };
  const NOW = Date.parse('2026-11-29T10:00:00.000Z');
  const start = {
    leftOut,
    sendable: 1_000,
    approved: true,
    room: null,
    throughput: 100,
    ratePerSecond: undefined,
    now: NOW,
  };
  const none = { ...leftOut, template_not_approved: 0, over_limit: 0 };

  it('ends when all who are eligible are sent to at 98 % of the throughput', () =>
    expect(planOf({ ...start, sendable: 980 })).toEqual({
      eligible: 980,
      leftOut: none,
      expectedEndAt: '2026-11-29T10:00:10.000Z',
    }));
  it('goes no faster than its rate', () =>
    expect(planOf({ ...start, ratePerSecond: 10 }).expectedEndAt).toBe('2026-11-29T10:01:40.000Z'));
  it('goes no faster than the phone number if the rate is higher', () =>
    expect(planOf({ ...start, sendable: 98, ratePerSecond: 500 }).expectedEndAt).toBe(
      '2026-11-29T10:00:01.000Z',
    ));
  it('leaves out the people beyond the limit', () =>
    expect(planOf({ ...start, room: 400 })).toMatchObject({
      eligible: 400,
      leftOut: { ...none, over_limit: 600 },
    }));
  it('leaves all out where more people were reached than the limit allows', () =>
    expect(planOf({ ...start, room: -7 })).toEqual({
      eligible: 0,
      leftOut: { ...none, over_limit: 1_000 },
      expectedEndAt: null,
    }));
  it('leaves all out, limit or not, where the template is not approved', () =>
    expect(planOf({ ...start, approved: false, room: 10 })).toEqual({
      eligible: 0,
      leftOut: { ...none, template_not_approved: 1_000 },
      expectedEndAt: null,
    }));
});
