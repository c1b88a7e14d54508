import { describe, expect, it } from '@jest/globals';
import { failed, FAILURES_TO_PAUSE, HEALTHY, isGivenUp, type BreakerState } from './circuit-breaker.js';
import { bucketOf, emptyBuckets, percentile } from './latency-histogram.js';
import { TokenBucket } from './token-bucket.js';
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

describe('the breaker', () => {
  const fail = (times: number, from: BreakerState = HEALTHY, now = 0, counts = true) =>
    Array.from({ length: times }).reduce<BreakerState>(
      (state) => failed(state, { now, counts, failure: PLAIN, jitter: 1 }),
      from,
    );
  it('pauses after ten failures in a row', () => {
    expect(fail(FAILURES_TO_PAUSE - 1)).toMatchObject({ probeAt: null, failingSince: 0 });
    expect(fail(FAILURES_TO_PAUSE)).toMatchObject({ probeAt: 5_000 });
    expect(fail(FAILURES_TO_PAUSE + 1)).toMatchObject({ probeAt: 10_000 });
  });
  it('does not pause for retries that follow their own schedule', () =>
    expect(fail(50, HEALTHY, 0, false)).toEqual({ failures: 0, probeAt: null, failingSince: 0 }));
  it('gives up by time, not by count', () => {
    expect(isGivenUp(fail(1_000), 60_000)).toBe(false);
    expect(isGivenUp(fail(1), 120 * HOUR - 1)).toBe(false);
    expect(isGivenUp(fail(2), 120 * HOUR)).toBe(true);
    expect(isGivenUp(HEALTHY, 120 * HOUR)).toBe(false);
  });
});

describe('the token bucket', () => {
  it("gives a second's worth at once and then one at a time", () => {
    const bucket = new TokenBucket(10, 0);
    for (let gone = 0; gone < 10; gone += 1) {
      expect(bucket.wait(0)).toBe(0);
      bucket.take();
    }
    expect(bucket.wait(0)).toBe(100);
    expect(bucket.wait(60)).toBeCloseTo(40);
    expect(bucket.wait(100)).toBe(0);
  });
});

describe('latencies', () => {
  it.each([0, 1, 7, 50, 333, 14_999])('%d ms is told to about 15 %%', (ms) => {
    const buckets = emptyBuckets();
    buckets[bucketOf(ms)]! += 10;
    const told = percentile(buckets, 0.99)!;
    expect(Math.abs(told - ms)).toBeLessThanOrEqual(Math.max(1, ms * 0.16));
  });
  it('have no percentile where there are none', () => expect(percentile(emptyBuckets(), 0.5)).toBeNull());
});
