import { inline } from '@wbiz/eventing/postgres/inline-projection';
import type { RecordedEvent } from '@wbiz/eventing/aggregate';
import type { Of } from '@wbiz/eventing/message';
import type { PoolClient } from 'pg';
import type { WebhookEvent } from './webhook.decider.js';

type Each<Type extends WebhookEvent['type']> = RecordedEvent<Of<WebhookEvent, Type>>;
const each =
  <E>(project: (event: E, tx: PoolClient) => Promise<unknown>) =>
  async (events: readonly E[], tx: PoolClient) => {
    for (const event of events) await project(event, tx);
  };

/** SQL: by how much the times of events may deviate from the order of the feed, which is the order of commits. */
const DISORDER = `interval '1 minute'`;

/**
 * SQL for a sequence after which come all events of `time` or later, and some that are up to a minute older. A binary
 * search of about 20 lookups; expired events count as older.
 */
export const positionOf = (account: string, time: string) => `(
  with recursive search(low, high) as (
    select 0::bigint, coalesce((select sequence from webhooks.feed_heads where account_id = ${account}), 0) + 1
    union all
    select case when isOlder then middle else low end, case when isOlder then high else middle end
    from (select low, high, (low + high) / 2 as middle from search where high - low > 1) s
    cross join lateral (select coalesce((select f.created_at < ${time} - ${DISORDER} from webhooks.feed f
      where f.account_id = ${account} and f.sequence = middle), true) as isOlder) m)
  select max(low) from search)`;

const headOf = (account: string) =>
  `coalesce((select sequence from webhooks.feed_heads where account_id = ${account}), 0)`;

const stop = ({ stream }: { readonly stream: string }, tx: PoolClient) =>
  tx.query(
    'update webhooks.readers set active = false, replica = null, fence = fence + 1 where webhook_id = $1',
    [stream],
  );

/** Updates the deliverer's tables in the transaction that stores the webhook's events. */
export const readersProjection = inline<WebhookEvent>({
  'webhook.created': each(({ accountId, stream, data: { since } }: Each<'webhook.created'>, tx) =>
    tx.query(
      `insert into webhooks.readers (webhook_id, account_id, cursor, since)
       values ($1, $2, case when $3::timestamptz is null then ${headOf('$2')} else ${positionOf('$2', '$3::timestamptz')} end, $3)`,
      [stream, accountId, since],
    ),
  ),

  'webhook.updated': each(async (event: Each<'webhook.updated'>, tx) => {
    const { stream, data } = event;
    const { view, resume, urlChanged } = data;
    if (!view.active) return stop(event, tx);
    if (resume === 'now') {
      await tx.query('update webhooks.failures set due = null where webhook_id = $1', [stream]);
      await tx.query(
        `update webhooks.readers r set cursor = greatest(r.cursor, ${headOf('r.account_id')}) where webhook_id = $1`,
        [stream],
      );
    }
    return tx.query(
      `update webhooks.readers set active = true,
         breaker_failures = case when $2 then 0 else breaker_failures end,
         probe_at = case when $2 then null else probe_at end,
         failing_since = case when $2 then null else failing_since end
       where webhook_id = $1`,
      [stream, resume !== null || urlChanged],
    );
  }),

  'webhook.disabled': each((event: Each<'webhook.disabled'>, tx) => stop(event, tx)),

  'webhook.deleted': each(async ({ stream }: Each<'webhook.deleted'>, tx) => {
    for (const table of ['replays', 'failures', 'readers'])
      await tx.query(`delete from webhooks.${table} where webhook_id = $1`, [stream]);
  }),

  'webhook.replay_requested': each(
    ({ id, accountId, stream, data: { since, until, only } }: Each<'webhook.replay_requested'>, tx) =>
      tx.query(
        `insert into webhooks.replays (id, webhook_id, account_id, cursor, last, since, until, only_failed)
         values ($1, $2, $3, ${positionOf('$3', '$4::timestamptz')}, ${headOf('$3')}, $4, $5, $6)`,
        [id, stream, accountId, since, until, only === 'failed'],
      ),
  ),

  'webhook.retry_requested': each(
    ({ accountId, stream, data: { sequence, at } }: Each<'webhook.retry_requested'>, tx) =>
      tx.query(
        `insert into webhooks.failures as f (webhook_id, account_id, sequence, attempts, due) values ($1, $2, $3, 0, $4)
         on conflict (webhook_id, sequence) do update set due = excluded.due`,
        [stream, accountId, sequence, at],
      ),
  ),
});
