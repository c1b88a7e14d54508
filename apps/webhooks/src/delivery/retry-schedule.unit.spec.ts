import { describe, expect, it } from '@jest/globals';
import { probeMs, retryAfterOf, retryMs } from './retry-schedule.js';

const PLAIN = { slow: false, retryAfterMs: null };
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

describe('the schedule', () => {
  it('has nine retries', () =>
    expect(Array.from({ length: 10 }, (_, index) => retryMs(index + 1, PLAIN, 1))).toEqual([
      ...[
        5 * SECOND,
        5 * MINUTE,
        30 * MINUTE,
        2 * HOUR,
        5 * HOUR,
        10 * HOUR,
        14 * HOUR,
        20 * HOUR,
        24 * HOUR,
      ],
      null,
    ]));
  it('waits at least a minute after a timeout or 429, and up to an hour if Retry-After asks for it', () => {
    expect(retryMs(1, { slow: true, retryAfterMs: null }, 1)).toBe(MINUTE);
    expect(retryMs(2, { slow: true, retryAfterMs: null }, 0.8)).toBe(4 * MINUTE);
    expect(retryMs(1, { slow: false, retryAfterMs: 90 * SECOND }, 1)).toBe(90 * SECOND);
    expect(retryMs(1, { slow: false, retryAfterMs: 90 * HOUR }, 1)).toBe(HOUR);
    expect(retryMs(4, { slow: false, retryAfterMs: 1 }, 1)).toBe(2 * HOUR);
  });
  it.each([
    ['120', 120_000],
    ['Thu, 01 Jan 1970 00:01:00 GMT', MINUTE],
    ['0', null],
    ['-5', null],
    ['soon', null],
    [undefined, null],
  ])('reads Retry-After: %s', (header, ms) => expect(retryAfterOf(header, 0)).toBe(ms));
  it('probes ever more rarely, up to every five minutes', () =>
    expect([0, 1, 2, 5, 6, 20].map((probes) => probeMs(probes, PLAIN, 1))).toEqual(
      [5, 10, 20, 160, 300, 300].map((seconds) => seconds * SECOND),
    ));
});
