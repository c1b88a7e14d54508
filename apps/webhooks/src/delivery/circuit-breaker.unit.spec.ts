import { describe, expect, it } from '@jest/globals';
import { failed, FAILURES_TO_PAUSE, HEALTHY, isGivenUp, type BreakerState } from './circuit-breaker.js';

const PLAIN = { slow: false, retryAfterMs: null };
const HOUR = 3_600_000;

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
