import type { Pool } from 'pg';

/** The right to dispatch a phone number. `validUntil` is on this process's monotonic clock (performance.now()). */
export type Lease = {
  readonly phoneNumberId: string;
  readonly accountId: string;
  readonly throughput: number;
  readonly fence: bigint;
  readonly validUntil: number;
  /** How long the number had no holder before this lease, in ms; Infinity: it never had one. */
  readonly idleMs: number;
};

type Row = {
  phone_number_id: string;
  account_id: string;
  throughput: number;
  fence: string;
  idle_ms?: number | null;
};

/**
 * One replica at a time dispatches a phone number. A lease expires after `ttlMs` unless renewed; every change of
 * holder raises the fence. Numbers are spread evenly over live replicas.
 */
export class DispatchLeases {
  /** `idleMs` of each held lease, by phone number: it is read only when the lease is taken, not when it is renewed. */
  private readonly idleMs = new Map<string, number>();

  constructor(
    private readonly pool: Pool,
    readonly replica: string,
    private readonly ttlMs = 3000,
  ) {}

  /**
   * Renews this replica's leases, releases those beyond its even share unless `busy`, and with `take` takes free ones
   * up to the share. Resolves to all leases that this replica then holds.
   */
  async renew(busy: ReadonlySet<string>, { take }: { take: boolean }): Promise<readonly Lease[]> {
    const began = performance.now();
    const ttl = `${this.ttlMs} milliseconds`;
    const { rows } = await this.pool.query<{ most: number; held: readonly Row[] }>({
      name: 'dispatcher-renew',
      text: `with seen as (
               insert into messaging.dispatchers (replica, seen_at) values ($1, now())
               on conflict (replica) do update set seen_at = now() returning replica),
             gone as (delete from messaging.dispatchers where seen_at < now() - interval '1 minute'),
             renewed as (
               update messaging.dispatch_leases set expires_at = now() + $2::interval
               where replica = $1 and expires_at > now() returning phone_number_id, fence)
             select ceil((select count(*) from messaging.phone_numbers)::numeric / (1 +
                      (select count(*) from messaging.dispatchers d, seen where d.seen_at > now() - $2::interval and d.replica <> seen.replica)))::int as most,
                    (select coalesce(json_agg(h order by h.phone_number_id), '[]') from (
                       select r.phone_number_id, r.fence::text, n.account_id, n.throughput from renewed r
                       join messaging.phone_numbers n on n.id = r.phone_number_id) h) as held`,
      values: [this.replica, ttl],
    });
    const { most, held } = rows[0]!;
    const surplus = held
      .filter(({ phone_number_id }) => !busy.has(phone_number_id))
      .slice(0, Math.max(0, held.length - most));
    if (surplus.length > 0) await this.release(surplus.map(({ phone_number_id }) => phone_number_id));
    const kept = held.filter((row) => !surplus.includes(row));
    const taken = take && kept.length < most ? await this.take(most - kept.length, ttl) : [];
    for (const { phone_number_id, idle_ms } of taken) this.idleMs.set(phone_number_id, idle_ms ?? Infinity);
    return [...kept, ...taken].map((row) => ({
      phoneNumberId: row.phone_number_id,
      accountId: row.account_id,
      throughput: row.throughput,
      fence: BigInt(row.fence),
      validUntil: began + this.ttlMs,
      idleMs: this.idleMs.get(row.phone_number_id) ?? Infinity,
    }));
  }

  /** Releases these leases of this replica; by default all. */
  async release(phoneNumberIds?: readonly string[]): Promise<void> {
    await this.pool.query(
      `update messaging.dispatch_leases set expires_at = now() - interval '1 second'
       where replica = $1 and ($2::text[] is null or phone_number_id = any($2))`,
      [this.replica, phoneNumberIds ?? null],
    );
    if (!phoneNumberIds)
      await this.pool.query('delete from messaging.dispatchers where replica = $1', [this.replica]);
  }

  private async take(most: number, ttl: string): Promise<Row[]> {
    const { rows } = await this.pool.query<Row>({
      name: 'lease-take',
      text: `with free as (
               select n.id, extract(epoch from now() - l.expires_at)::float8 * 1000 as idle_ms
               from messaging.phone_numbers n left join messaging.dispatch_leases l on l.phone_number_id = n.id
               where l.expires_at is null or l.expires_at <= now() order by n.id limit $3),
             taken as (
               insert into messaging.dispatch_leases as l (phone_number_id, replica, fence, expires_at)
               select id, $1, 1, now() + $2::interval from free
               on conflict (phone_number_id) do update set replica = $1, fence = l.fence + 1, expires_at = excluded.expires_at
               where l.expires_at <= now() returning phone_number_id, fence)
             select t.phone_number_id, t.fence, n.account_id, n.throughput, f.idle_ms from taken t
             join free f on f.id = t.phone_number_id
             join messaging.phone_numbers n on n.id = t.phone_number_id`,
      values: [this.replica, ttl, most],
    });
    return rows;
  }
}
