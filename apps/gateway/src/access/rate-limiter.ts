import type { KeyLimit } from '@wbiz/contracts/api-key';
import { microBatch } from '@wbiz/eventing/micro-batch';
import type { Pool } from 'pg';
import { askPostgres } from './ask-postgres.js';
import type { Verdict, WindowState } from './rate-limit.js';

const WINDOWS = [
  { name: 'minute', seconds: 60, of: (limit: KeyLimit) => limit.perMinute },
  { name: 'burst', seconds: 10, of: (limit: KeyLimit) => limit.burst },
] as const;
const IDLE_MS = 1_000;
const ASK_AGAIN_MS = 250;
const FREE: Verdict = { windows: [] };

/** One window of one key on this gateway. `tokens`: leased and unspent. `used`: leased by all gateways together. */
type Window = {
  readonly keyId: string;
  readonly name: WindowState['name'];
  readonly seconds: number;
  readonly limit: number;
  readonly started: number;
  readonly endsAt: number;
  tokens: number;
  used: number;
  wanted: number;
  usedUpUntil: number;
  spentAt: number;
  leasing?: Promise<void> | undefined;
};
type Lease = { readonly window: Window; readonly want: number };
type LeaseRow = { keyId: string; seconds: number; started: string; used: number; granted: number };

/**
 * Counts requests per key across all gateways in two fixed windows. A gateway leases a twentieth of a window at a time
 * from Postgres, spends it in memory, and returns what has been idle for a second. Never exceeds the limit; may refuse
 * a request while another gateway still holds part of a lease.
 */
export class RateLimiter {
  private readonly windows = new Map<string, readonly Window[]>();
  private readonly lease: (lease: Lease) => Promise<void>;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly pool: Pool,
    private readonly onFailed: (error: unknown) => void,
    private readonly now: () => number = Date.now,
  ) {
    this.lease = microBatch((leases: readonly Lease[]) => this.leaseAll(leases), { lanes: 2 });
    this.timer = setInterval(() => void this.giveBackIdle(IDLE_MS).catch(this.onFailed), IDLE_MS).unref();
  }

  /** Takes `count` requests from both windows, or none. Throws `unavailable` if a lease cannot be had from Postgres. */
  take(keyId: string, limit: KeyLimit | null, count = 1): Verdict | Promise<Verdict> {
    if (!limit) return FREE;
    const windows = this.windowsOf(keyId, limit);
    return spend(windows, this.now(), count) ?? this.leaseAndTake(keyId, limit, windows, count);
  }

  /** Returns every unspent token. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.giveBackIdle(0);
  }

  private windowsOf(keyId: string, limit: KeyLimit): readonly Window[] {
    const now = this.now();
    const known = this.windows.get(keyId);
    if (known?.every((window, index) => now < window.endsAt && window.limit === WINDOWS[index]!.of(limit)))
      return known;
    const windows = WINDOWS.map(({ name, seconds, of }, index) => {
      const started = Math.floor(now / 1_000 / seconds) * seconds;
      const before = known?.[index];
      if (before?.started === started && before.limit === of(limit)) return before;
      const state = { tokens: 0, used: 0, wanted: 0, usedUpUntil: 0, spentAt: now };
      return {
        keyId,
        name,
        seconds,
        limit: of(limit),
        started,
        endsAt: (started + seconds) * 1_000,
        ...state,
      };
    });
    this.windows.set(keyId, windows);
    return windows;
  }

  private async leaseAndTake(
    keyId: string,
    limit: KeyLimit,
    first: readonly Window[],
    count: number,
  ): Promise<Verdict> {
    for (let windows = first; ; windows = this.windowsOf(keyId, limit)) {
      const now = this.now();
      const verdict = spend(windows, now, count);
      if (verdict) return verdict;
      const short = windows.filter(({ tokens }) => tokens < count);
      const usedUp = short.filter(({ usedUpUntil }) => now < usedUpUntil);
      const refusedBy = usedUp.toSorted((a, b) => b.endsAt - a.endsAt)[0];
      if (refusedBy)
        return { windows: windows.map(stateOf), refusedBy: { ...stateOf(refusedBy), remaining: 0 } };
      await Promise.all(short.map((window) => this.refill(window, count)));
    }
  }

  /** All requests that wait for a window share one lease, large enough for all of them. */
  private async refill(window: Window, count: number): Promise<void> {
    window.wanted += count;
    window.leasing ??= Promise.resolve().then(() => {
      const block = Math.max(1, Math.floor(window.limit / 20));
      const want = Math.ceil(window.wanted / block) * block;
      return this.lease({ window, want }).finally(() => (window.leasing = undefined));
    });
    try {
      await window.leasing;
    } finally {
      window.wanted -= count;
    }
  }

  private async leaseAll(leases: readonly Lease[]): Promise<readonly undefined[]> {
    const windows = leases.map(({ window }) => window);
    const rows = await askPostgres<LeaseRow>(this.pool, {
      name: 'lease-rate',
      text: `insert into gateway.rate_windows as w (key_id, seconds, started, allowed, used, granted)
             select key_id, seconds, started, allowed, least(want, allowed), least(want, allowed)
             from unnest($1::text[], $2::smallint[], $3::bigint[], $4::int[], $5::int[])
               as l(key_id, seconds, started, allowed, want)
             order by key_id, seconds, started
             on conflict (key_id, seconds, started) do update
             set allowed = excluded.allowed,
                 granted = greatest(0, least(excluded.granted, excluded.allowed - w.used)),
                 used = w.used + greatest(0, least(excluded.granted, excluded.allowed - w.used))
             returning key_id as "keyId", seconds, started, used, granted`,
      values: [
        windows.map(({ keyId }) => keyId),
        windows.map(({ seconds }) => seconds),
        windows.map(({ started }) => started),
        windows.map(({ limit }) => limit),
        leases.map(({ want }) => want),
      ],
    });
    const now = this.now();
    for (const { keyId, seconds, started, used, granted } of rows) {
      const window = windows.find(
        (one) => one.keyId === keyId && one.seconds === seconds && one.started === Number(started),
      )!;
      window.tokens += granted;
      window.used = used;
      if (granted === 0) window.usedUpUntil = now + ASK_AGAIN_MS;
    }
    return leases.map(() => undefined);
  }

  private async giveBackIdle(idleMs: number): Promise<void> {
    const now = this.now();
    const unspent: Window[] = [];
    for (const [keyId, windows] of this.windows) {
      if (windows.every(({ endsAt }) => endsAt <= now)) this.windows.delete(keyId);
      unspent.push(
        ...windows.filter(
          ({ tokens, endsAt, spentAt }) => tokens > 0 && now < endsAt && now - spentAt >= idleMs,
        ),
      );
    }
    if (!unspent.length) return;
    const back = unspent.map((window) => {
      const { tokens } = window;
      window.tokens = 0;
      window.used -= tokens;
      return tokens;
    });
    await askPostgres(this.pool, {
      name: 'give-back-rate',
      text: `update gateway.rate_windows w set used = w.used - b.tokens
             from unnest($1::text[], $2::smallint[], $3::bigint[], $4::int[]) as b(key_id, seconds, started, tokens)
             where (w.key_id, w.seconds, w.started) = (b.key_id, b.seconds, b.started)`,
      values: [
        unspent.map(({ keyId }) => keyId),
        unspent.map(({ seconds }) => seconds),
        unspent.map(({ started }) => started),
        back,
      ],
    });
  }
}

function spend(windows: readonly Window[], now: number, count: number): Verdict | undefined {
  if (windows.some(({ tokens }) => tokens < count)) return undefined;
  for (const window of windows) {
    window.tokens -= count;
    window.spentAt = now;
  }
  return { windows: windows.map(stateOf) };
}

const stateOf = ({ name, seconds, limit, tokens, used, endsAt }: Window): WindowState => {
  return { name, seconds, limit, endsAt, remaining: Math.max(0, limit - used + tokens) };
};
