import { FAILING_MS, probeMs, type Failure } from './schedule.js';

/** Consecutive failures that pause an endpoint. */
export const FAILURES_TO_PAUSE = 10;

/** Circuit breaker state of an endpoint; times in ms since the epoch. `probeAt`: null unless paused; when the next probe is due. */
export type Condition = {
  readonly failures: number;
  readonly probeAt: number | null;
  readonly failingSince: number | null;
};
export const HEALTHY: Condition = { failures: 0, probeAt: null, failingSince: null };

/** The state after one more failure; only failures that count advance the breaker. */
export function failed(
  { failures, probeAt, failingSince }: Condition,
  now: number,
  counts: boolean,
  failure: Failure,
  jitter: number,
): Condition {
  const since = failingSince ?? now;
  if (!counts) return { failures, probeAt, failingSince: since };
  const count = failures + 1;
  const probes = count - FAILURES_TO_PAUSE;
  return {
    failures: count,
    probeAt: probes < 0 ? null : now + probeMs(Math.min(probes, 20), failure, jitter),
    failingSince: since,
  };
}

/** True after five days without a success. */
export const isGivenUp = ({ failingSince }: Condition, now: number) =>
  failingSince !== null && now - failingSince >= FAILING_MS;
