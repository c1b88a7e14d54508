import type { Pool } from 'pg';

/** A webhook whose lease this replica holds. `version`: of the webhook's stream; replays and retries also raise it. */
export type Held = {
  readonly webhookId: string;
  readonly accountId: string;
  readonly fence: string;
  readonly version: number;
};
export type Holding = {
  readonly held: readonly Held[];
  /** How many webhooks this replica holds beyond its even share. */
  readonly surplus: number;
  /** When the leases end unless renewed, in ms of performance.now(). */
  readonly validUntil: number;
};

/**
 * One replica at a time delivers to a webhook: the one that holds its lease. A replica renews all its leases with one row;
 * after `ttlMs` without renewal other replicas take its webhooks. Every take raises the webhook's fence. Each replica
 * takes an even share of the webhooks.
 */
export class WebhookLeases {
  constructor(
    private readonly pool: Pool,
    readonly replica: string,
    private readonly ttlMs = 3_000,
  ) {}

  /** Renews this replica's leases and takes free webhooks up to its share. */
  async renew(): Promise<Holding> {
    const began = performance.now();
    const ttl = `${this.ttlMs} milliseconds`;
    const { rows: shares } = await this.pool.query<{ most: number }>({
      name: 'deliverer-alive',
      text: `with seen as (
               insert into webhooks.deliverers (replica, seen_at) values ($1, clock_timestamp())
               on conflict (replica) do update set seen_at = clock_timestamp() returning replica),
             gone as (delete from webhooks.deliverers where seen_at < clock_timestamp() - interval '1 minute')
           select ceil((select count(*) from webhooks.readers where active)::numeric
             / (1 + (select count(*) from webhooks.deliverers d, seen where d.replica <> seen.replica
                     and d.seen_at > clock_timestamp() - $2::interval)))::int as most`,
      values: [this.replica, ttl],
    });
    const { most } = shares[0]!;
    const mine = await this.held();
    if (mine.length >= most)
      return { held: mine, surplus: mine.length - most, validUntil: began + this.ttlMs };
    const { rowCount } = await this.pool.query({
      name: 'deliverer-take',
      text: `update webhooks.readers r set replica = $1, fence = r.fence + 1
             from (select webhook_id from webhooks.readers f
                   where active and (replica is null or not exists (
                     select from webhooks.deliverers d where d.replica = f.replica and d.seen_at > clock_timestamp() - $2::interval))
                   order by webhook_id limit $3 for update skip locked) free
             where r.webhook_id = free.webhook_id`,
      values: [this.replica, ttl, most - mine.length],
    });
    return { held: rowCount ? await this.held() : mine, surplus: 0, validUntil: began + this.ttlMs };
  }

  /** Releases webhooks: another replica may take them from now on. */
  async release(held: readonly Pick<Held, 'webhookId' | 'fence'>[]): Promise<void> {
    await this.pool.query(
      `update webhooks.readers r set replica = null from unnest($2::text[], $3::bigint[]) as g(webhook_id, fence)
       where r.webhook_id = g.webhook_id and r.fence = g.fence and r.replica = $1`,
      [this.replica, held.map(({ webhookId }) => webhookId), held.map(({ fence }) => fence)],
    );
  }

  /** Releases every webhook; call when this replica stops. */
  async end(): Promise<void> {
    await this.pool.query('update webhooks.readers set replica = null where replica = $1', [this.replica]);
    await this.pool.query('delete from webhooks.deliverers where replica = $1', [this.replica]);
  }

  private async held(): Promise<readonly Held[]> {
    const { rows } = await this.pool.query<Held>({
      name: 'deliverer-held',
      text: `select r.webhook_id as "webhookId", r.account_id as "accountId", r.fence, w.version
             from webhooks.readers r join webhooks.webhooks w on w.stream = r.webhook_id
             where r.replica = $1 and r.active`,
      values: [this.replica],
    });
    return rows;
  }
}
