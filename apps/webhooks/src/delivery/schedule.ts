const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long after a failed attempt the next one comes. */
const RETRIES = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR)];
const SLOW_DOWN = MINUTE;
const LONGEST_WISH = HOUR;

export const FAILING_MS = 5 * 24 * HOUR;
/** A failure that nothing explains by then gets its row. */
export const DOUBT_MS = 5 * SECOND;

export type Failure = {
  /** It asked for patience, or took too long. */
  readonly slow: boolean;
  readonly retryAfterMs: number | null;
};

/** ms until the next attempt after the `attempts`th failed; null: there is none. `jitter` is from 0.8 to 1.2. */
export function retryMs(attempts: number, failure: Failure, jitter: number): number | null {
  const planned = RETRIES[attempts - 1];
  return planned === undefined ? null : atLeast(planned * jitter, failure);
}

/** ms until a paused endpoint is probed, after so many failures beyond those that paused it. */
export const probeMs = (probes: number, failure: Failure, jitter: number) =>
  atLeast(Math.min(5 * SECOND * 2 ** probes, 5 * MINUTE) * jitter, failure);

const atLeast = (ms: number, { slow, retryAfterMs }: Failure) =>
  Math.max(Math.round(ms), slow ? SLOW_DOWN : 0, Math.min(retryAfterMs ?? 0, LONGEST_WISH));

/** `Retry-After` in ms: seconds or a date. */
export function retryAfterOf(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const isDate = /^[A-Z][a-z]{2}, /.test(header);
  const ms = isDate ? Date.parse(header) - now : /^\d{1,9}$/.test(header) ? Number(header) * SECOND : 0;
  return Number.isFinite(ms) && ms > 0 ? ms : null;
}
