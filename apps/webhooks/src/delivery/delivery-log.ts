import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import type { Outcome } from './sender.js';

const DAY_MS = 86_400_000;
const KEPT_DAYS = 30;
const LOCK = `select pg_advisory_xact_lock(hashtextextended('wbiz.webhooks.deliveries', 0))`;

/**
 * SQL for a delivery's status. `d` is its last attempt, `f` its row in failures. A failed delivery without such a row
 * is pending: the cursor has not passed its event, which is sent again.
 */
export const DELIVERY_STATUS = `case when f.sequence is not null then case when f.due is null then 'failed' else 'pending' end
  when d.delivered then 'succeeded' else 'pending' end`;

/** One attempt at a delivery, as logged. */
export type Attempt = {
  readonly webhookId: string;
  /** The id of the delivery: the same for all its attempts. */
  readonly id: string;
  readonly sequence: number;
  readonly eventId: string;
  readonly eventType: string;
  readonly messageId: string | null;
  readonly outcome: Outcome;
};

/** The log of attempts, in one partition per day (UTC). */
export class DeliveryLog {
  private readonly days = new Set<string>();

  constructor(private readonly pool: Pool) {}

  /** Creates the partitions that the attempts need. Await it before {@link write}. */
  async prepare(attempts: readonly Attempt[]): Promise<void> {
    const wanted = new Set(attempts.map(({ outcome }) => dayOf(outcome.at)));
    for (const day of wanted) {
      if (this.days.has(day)) continue;
      await inTransaction(this.pool, async (tx) => {
        await tx.query(LOCK);
        const [from, to] = [Date.parse(day), Date.parse(day) + DAY_MS].map((ms) =>
          new Date(ms).toISOString(),
        );
        await tx.query(
          `create table if not exists webhooks.${partitionOf(day)} partition of webhooks.deliveries for values from ('${from}') to ('${to}')`,
        );
      });
      this.days.add(day);
    }
  }

  async write(tx: PoolClient, attempts: readonly Attempt[]): Promise<void> {
    await tx.query({
      name: 'delivery-log',
      text: `insert into webhooks.deliveries
               (webhook_id, id, at, sequence, event_id, event_type, message_id, status_code, delivered, error, duration_ms, response)
             select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::bigint[], $5::text[], $6::text[], $7::text[],
               $8::smallint[], $9::boolean[], $10::text[], $11::integer[], $12::text[])`,
      values: [
        attempts.map(({ webhookId }) => webhookId),
        attempts.map(({ id }) => id),
        attempts.map(({ outcome }) => outcome.at),
        attempts.map(({ sequence }) => sequence),
        attempts.map(({ eventId }) => eventId),
        attempts.map(({ eventType }) => eventType),
        attempts.map(({ messageId }) => messageId),
        attempts.map(({ outcome }) => outcome.statusCode),
        attempts.map(({ outcome }) => outcome.delivered),
        attempts.map(({ outcome }) => outcome.error),
        attempts.map(({ outcome }) => outcome.durationMs),
        attempts.map(({ outcome }) => outcome.response),
      ],
    });
  }

  /**
   * Drops partitions and given-up failures after 30 days, minute counts after 2; resolves to the dropped partitions.
   */
  async tidy(now: Date): Promise<readonly string[]> {
    const oldest = partitionOf(dayOf(new Date(now.getTime() - KEPT_DAYS * DAY_MS)));
    return inTransaction(this.pool, async (tx) => {
      await tx.query(LOCK);
      const { rows } = await tx.query<{ name: string }>(
        `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
         where i.inhparent = 'webhooks.deliveries'::regclass order by 1`,
      );
      const dropped = rows.map(({ name }) => name).filter((name) => name < oldest);
      for (const name of dropped) await tx.query(`drop table webhooks.${name}`);
      await tx.query('delete from webhooks.delivery_minutes where minute < $1', [
        new Date(now.getTime() - 2 * DAY_MS),
      ]);
      await tx.query(
        `delete from webhooks.failures x using webhooks.feed f
         where x.due is null and f.account_id = x.account_id and f.sequence = x.sequence and f.created_at < $1`,
        [new Date(now.getTime() - KEPT_DAYS * DAY_MS)],
      );
      return dropped;
    });
  }
}

const dayOf = (at: Date) => at.toISOString().slice(0, 10);
/** `deliveries_20261128`: names sort by date. */
const partitionOf = (day: string) => `deliveries_${day.replaceAll('-', '')}`;
