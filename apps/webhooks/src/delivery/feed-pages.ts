import type { Pool } from 'pg';
import { FEED_COLUMNS, type FeedRow } from './envelope.js';

/** Maximum number of sequences that one query of the feed scans. */
const STRETCH = 5_000;

export type FeedPage = {
  readonly rows: readonly FeedRow[];
  /** The last sequence scanned. */
  readonly through: number;
  /** The last sequence of the feed. */
  readonly head: number;
};

export type PageAsk = {
  readonly accountId: string;
  readonly after: number;
  /** Null: all types. */
  readonly types: readonly string[] | null;
  readonly limit: number;
  readonly since?: Date | null;
};

/** A failed delivery whose retry is due. */
export type DueRow = FeedRow & { readonly attempts: number };

/** Reads the feed for the deliverer. */
export class FeedPages {
  constructor(private readonly pool: Pool) {}

  async heads(accountIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { rows } = await this.pool.query<{ id: string; sequence: number }>({
      name: 'deliverer-heads',
      text: 'select account_id as id, sequence::float8 as sequence from webhooks.feed_heads where account_id = any($1)',
      values: [accountIds],
    });
    return new Map(rows.map(({ id, sequence }) => [id, sequence]));
  }

  async after({ accountId, after, types, limit, since = null }: PageAsk): Promise<FeedPage> {
    const { rows } = await this.pool.query<FeedRow & { head: number; id: string | null }>({
      name: 'deliverer-page',
      text: `select f.*, h.head from (select coalesce((select sequence from webhooks.feed_heads where account_id = $1), 0)::float8 as head) h
             left join lateral (
               select ${FEED_COLUMNS} from webhooks.feed f
               where account_id = $1 and sequence > $2 and sequence <= $2 + ${STRETCH} and ($3::text[] is null or type = any($3))
                 and ($5::timestamptz is null or created_at >= $5)
               order by sequence limit $4) f on true`,
      values: [accountId, after, types, limit, since],
    });
    const { head } = rows[0]!;
    const found = rows.filter(({ id }) => id !== null);
    const through =
      found.length === limit ? found.at(-1)!.sequence : Math.max(after, Math.min(head, after + STRETCH));
    return { rows: found, through, head };
  }

  /** The events whose delivery was given up, up to the sequence `last`. */
  async givenUp(
    webhookId: string,
    { accountId, after, types, limit }: PageAsk,
    last: number,
  ): Promise<Omit<FeedPage, 'head'>> {
    const { rows } = await this.pool.query<FeedRow>({
      name: 'deliverer-given-up',
      text: `select ${FEED_COLUMNS} from webhooks.failures x
             join webhooks.feed f on f.account_id = x.account_id and f.sequence = x.sequence
             where x.webhook_id = $1 and x.account_id = $2 and x.sequence > $3 and x.sequence <= $4 and x.due is null
               and ($5::text[] is null or f.type = any($5))
             order by x.sequence limit $6`,
      values: [webhookId, accountId, after, last, types, limit],
    });
    return { rows, through: rows.length === limit ? rows.at(-1)!.sequence : last };
  }

  /**
   * Failed deliveries whose retry is due. `next`: when the next retry after `now` is due (ms since the epoch; null:
   * none).
   */
  async due(
    webhookId: string,
    now: Date,
    limit: number,
  ): Promise<{ readonly rows: readonly DueRow[]; readonly next: number | null }> {
    const { rows } = await this.pool.query<DueRow>({
      name: 'deliverer-due',
      text: `select ${FEED_COLUMNS}, x.attempts from webhooks.failures x
             join webhooks.feed f on f.account_id = x.account_id and f.sequence = x.sequence
             where x.webhook_id = $1 and x.due <= $2 order by x.due limit $3`,
      values: [webhookId, now, limit],
    });
    const { rows: later } = await this.pool.query<{ next: Date | null }>({
      name: 'deliverer-next-due',
      text: 'select min(due) as next from webhooks.failures where webhook_id = $1 and due > $2',
      values: [webhookId, now],
    });
    return { rows, next: later[0]!.next?.getTime() ?? null };
  }
}
