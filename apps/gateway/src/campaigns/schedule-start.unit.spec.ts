import { describe, expect, it } from '@jest/globals';
import { startOf } from './schedule-start.js';

const NOW = new Date('2026-11-22T10:00:00.000Z');
const at = (sendAt: string, timeZone?: string) =>
  startOf({ mode: 'at', sendAt, ...(timeZone && { timeZone }) }, NOW);

it('is none for a campaign that starts at once', () => expect(startOf({ mode: 'now' }, NOW)).toBeNull());

it.each([
  ['2026-11-22T10:00:00.001Z', undefined, '2026-11-22T10:00:00.001Z'],
  ['2026-12-01T10:00Z', undefined, '2026-12-01T10:00:00.000Z'],
  ['2026-12-01T10:00:00+05:30', undefined, '2026-12-01T04:30:00.000Z'],
  ['2026-12-01T10:00:00', 'Asia/Kolkata', '2026-12-01T04:30:00.000Z'],
  ['2026-12-01T10:00', 'Asia/Kathmandu', '2026-12-01T04:15:00.000Z'],
  ['2026-12-01T24:00:00', 'UTC', '2026-12-02T00:00:00.000Z'],
])('%s in %s is %s', (sendAt, zone, start) => expect(at(sendAt, zone)).toBe(start));

describe('where clocks change', () => {
  it.each([
    ['2027-03-14T01:59:59', 'America/New_York', '2027-03-14T06:59:59.000Z'],
    ['2027-03-14T02:00:00', 'America/New_York', '2027-03-14T07:00:00.000Z'],
    ['2027-03-14T02:30:00', 'America/New_York', '2027-03-14T07:30:00.000Z'],
    ['2027-03-14T03:00:00', 'America/New_York', '2027-03-14T07:00:00.000Z'],
    ['2027-03-28T02:30:00', 'Europe/Berlin', '2027-03-28T01:30:00.000Z'],
    // Shifts by half an hour.
    ['2027-10-03T02:10:00', 'Australia/Lord_Howe', '2027-10-02T15:40:00.000Z'],
  ])('a time that they skip is moved on: %s in %s', (sendAt, zone, start) =>
    expect(at(sendAt, zone)).toBe(start),
  );

  it.each([
    ['2027-11-07T01:30:00', 'America/New_York', '2027-11-07T05:30:00.000Z'],
    ['2027-10-31T02:30:00', 'Europe/Berlin', '2027-10-31T00:30:00.000Z'],
    ['2027-04-04T01:45:00', 'Australia/Lord_Howe', '2027-04-03T14:45:00.000Z'],
  ])('of a time that they show twice it is the first: %s in %s', (sendAt, zone, start) =>
    expect(at(sendAt, zone)).toBe(start),
  );

  it('an offset says which of the two', () => {
    expect(at('2027-11-07T01:30:00-05:00', 'America/New_York')).toBe('2027-11-07T06:30:00.000Z');
    expect(at('2027-11-07T01:30:00-04:00', 'America/New_York')).toBe('2027-11-07T05:30:00.000Z');
  });
});

it.each([
  ['2026-11-22T10:00:00Z', undefined, 'must be in the future'],
  ['2026-11-22T15:29:59', 'Asia/Kolkata', 'must be in the future'],
  ['0001-01-01T00:00:00Z', undefined, 'must be in the future'],
  ['2027-11-22T10:00:00.001Z', undefined, 'must be within a year from now'],
  ['9999-12-31T23:59:59-14:00', undefined, 'must be within a year from now'],
])('refuses %s in %s', (sendAt, zone, why) => {
  const detail = `schedule/sendAt ${why}.`;
  expect(() => at(sendAt, zone)).toThrow(
    expect.objectContaining({
      code: 'invalid_request',
      message: detail,
      details: [{ pointer: '/schedule/sendAt', code: 'sendAt', detail }],
    }),
  );
});

it('takes a year to the millisecond', () =>
  expect(at('2027-11-22T10:00:00Z')).toBe('2027-11-22T10:00:00.000Z'));
