import type { KeyLimit } from '@wbiz/contracts/api-key';
import type { Plan } from '@wbiz/contracts/account';
import type { ApiKey } from './api-key.js';

/** Requests per minute and per 10 seconds for each key of an account, by plan; null: unlimited. */
const PLAN_LIMITS: Readonly<Record<Plan, KeyLimit | null>> = {
  starter: { perMinute: 60, burst: 15 },
  growth: { perMinute: 600, burst: 120 },
  scale: { perMinute: 6_000, burst: 1_200 },
  unlimited: null,
};

/** The key's own limit, else its plan's. */
export const limitOf = ({ limit }: Pick<ApiKey, 'limit'>, { plan }: { plan: Plan }) =>
  limit ?? PLAN_LIMITS[plan];

/** State of one fixed window of a key. `remaining` is as this gateway knows it. */
export type WindowState = {
  readonly name: 'minute' | 'burst';
  readonly seconds: number;
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
};

/** The verdict on one request: `refusedBy` is set if it is refused; `windows` go into the headers. */
export type Verdict = { readonly windows: readonly WindowState[]; readonly refusedBy?: WindowState };

/**
 * The headers of draft-ietf-httpapi-ratelimit-headers-10 for all windows, and the common X-RateLimit-* for the window
 * that refused, else the minute. Times are whole seconds; X-RateLimit-Reset is a Unix time.
 */
export function rateLimitHeaders({ windows, refusedBy }: Verdict, now: number): Record<string, string> {
  const shown = refusedBy ?? windows[0];
  if (!shown) return {};
  const left = (window: WindowState) => Math.max(1, Math.ceil((window.endsAt - now) / 1_000));
  return {
    'ratelimit-policy': windows
      .map(({ name, limit, seconds }) => `"${name}";q=${limit};w=${seconds}`)
      .join(', '),
    ratelimit: windows.map((window) => `"${window.name}";r=${window.remaining};t=${left(window)}`).join(', '),
    'x-ratelimit-limit': String(shown.limit),
    'x-ratelimit-remaining': String(shown.remaining),
    'x-ratelimit-reset': String(Math.ceil(shown.endsAt / 1_000)),
    ...(refusedBy ? { 'retry-after': String(left(refusedBy)) } : {}),
  };
}
