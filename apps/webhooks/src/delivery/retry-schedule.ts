const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The wait before the first retry, the second, and so on, in ms. */
const RETRIES = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR)];
/** Minimum wait after a 429 or a timeout, in ms. */
const SLOW_DOWN = MINUTE;
/** Maximum wait that an endpoint can demand by Retry-After, in ms. */
const LONGEST_WISH = HOUR;

/** A webhook whose deliveries have all failed for this long (ms) is disabled. */
export const FAILING_MS = 5 * 24 * HOUR;
/** How long (ms) a failed live event stays doubtful; after that the event counts as at fault. */
export const DOUBT_MS = 5 * SECOND;

export type Failure = {
  /** The endpoint answered 429, or timed out. */
  readonly slow: boolean;
  readonly retryAfterMs: number | null;
};

/** ms from the failure of attempt number `attempts` to the next attempt; null: there is none. `jitter` is 0.8 to 1.2. */
export function retryMs(attempts: number, failure: Failure, jitter: number): number | null {
  const planned = RETRIES[attempts - 1];
  return planned === undefined ? null : atLeast(planned * jitter, failure);
}

/** ms until a paused endpoint is probed again, after `probes` probes have failed. */
export const probeMs = (probes: number, failure: Failure, jitter: number) =>
  atLeast(Math.min(5 * SECOND * 2 ** probes, 5 * MINUTE) * jitter, failure);

const atLeast = (ms: number, { slow, retryAfterMs }: Failure) =>
  Math.max(Math.round(ms), slow ? SLOW_DOWN : 0, Math.min(retryAfterMs ?? 0, LONGEST_WISH));

/** The wait in ms that a `Retry-After` header (seconds or a date) asks for; null: none. */
export function retryAfterOf(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const isDate = /^[A-Z][a-z]{2}, /.test(header);
  const ms = isDate ? Date.parse(header) - now : /^\d{1,9}$/.test(header) ? Number(header) * SECOND : 0;
  return Number.isFinite(ms) && ms > 0 ? ms : null;
}
