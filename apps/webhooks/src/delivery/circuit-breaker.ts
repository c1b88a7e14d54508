import { FAILING_MS, probeMs, type Failure } from './retry-schedule.js';

/** Number of failures in a row after which an endpoint is paused. */
export const FAILURES_TO_PAUSE = 10;

/** State of an endpoint's circuit breaker; times in ms since the epoch. */
export type BreakerState = {
  /** Failures in a row, only those that count. */
  readonly failures: number;
  /** When the next probe of the paused endpoint is due; null: the endpoint is not paused. */
  readonly probeAt: number | null;
  /** When the first failure after the last success was; null: no failure since. */
  readonly failingSince: number | null;
};
export const HEALTHY: BreakerState = { failures: 0, probeAt: null, failingSince: null };

/** The state after one more failure. A failure that does not count changes `failingSince` only. */
export function failed(
  { failures, probeAt, failingSince }: BreakerState,
  {
    now,
    counts,
    failure,
    jitter,
  }: {
    /** ms since the epoch. */
    readonly now: number;
    readonly counts: boolean;
    readonly failure: Failure;
    readonly jitter: number;
  },
): BreakerState {
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

/** True once five days have passed since the first failure after the last success. */
export const isGivenUp = ({ failingSince }: BreakerState, now: number) =>
  failingSince !== null && now - failingSince >= FAILING_MS;
