import { FEED_EVENT_TYPES } from '@wbiz/contracts/event-catalogue';
import type { Projection } from '@wbiz/eventing/postgres/projection';
import { batchProjection } from '@wbiz/service-kit/projection';

/** The channel of {@link WakeUp} on which it is told that there is more. */
export const FEED = 'webhooks.feed';

/**
 * The feed: what the customer may see of the shared log, numbered densely per account in the log's own order, so that
 * whoever builds it from the log again arrives at the same numbers. The commit tells whoever listens on {@link FEED}.
 */
export const feedProjection: Projection = batchProjection({
  name: 'feed',
  types: FEED_EVENT_TYPES,
  all: async (events, db) => {
    await db.query({
      name: 'feed-append',
      text: `with event as (
               select e.*, row_number() over (partition by account_id order by ord) as nth
               from rows from (unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]), json_array_elements($5::json))
                 with ordinality as e(account_id, id, type, created_at, data, ord)),
             head as (
               insert into webhooks.feed_heads as h (account_id, sequence)
               select account_id, count(*) from event group by account_id order by account_id
               on conflict (account_id) do update set sequence = h.sequence + excluded.sequence
               returning account_id, sequence),
             told as materialized (select pg_notify('${FEED}', ''))
             insert into webhooks.feed (account_id, sequence, id, type, created_at, data)
             select account_id, head.sequence - (count(*) over (partition by account_id)) + nth, id, type, created_at, data
             from event join head using (account_id) where (select count(*) from told) = 1 order by ord`,
      values: [
        events.map(({ accountId }) => accountId),
        events.map(({ id }) => id),
        events.map(({ type }) => type),
        events.map(({ time }) => time),
        JSON.stringify(events.map(({ data }) => data)),
      ],
    });
  },
});
