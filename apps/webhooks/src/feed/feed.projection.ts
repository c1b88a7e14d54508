import { FEED_EVENT_TYPES } from '@wbiz/contracts/event-catalogue';
import type { LogEvent } from '@wbiz/eventing/message';
import type { Projection } from '@wbiz/eventing/postgres/projection';
import type { StartSpan } from '@wbiz/eventing/tracing';
import { batchProjection } from '@wbiz/service-kit/projection';

/** The {@link WakeUp} channel notified when a feed grows. */
export const FEED = 'webhooks.feed';

/**
 * The feed holds the events that clients may see, numbered per account without gaps and in the order of the log: rebuilding
 * it gives the same numbers. Each commit notifies {@link FEED}.
 */
export const feedProjection = (startSpan?: StartSpan): Projection =>
  batchProjection({
    name: 'feed',
    types: FEED_EVENT_TYPES,
    all: async (events, db) => {
      const spans = startSpan && events.map((event) => appending(startSpan, event));
      await db.query({
        name: 'feed-append',
        text: `with event as (
               select e.*, row_number() over (partition by account_id order by ord) as nth
               from rows from (unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $6::text[]), json_array_elements($5::json))
                 with ordinality as e(account_id, id, type, created_at, traceparent, data, ord)),
             head as (
               insert into webhooks.feed_heads as h (account_id, sequence)
               select account_id, count(*) from event group by account_id order by account_id
               on conflict (account_id) do update set sequence = h.sequence + excluded.sequence
               returning account_id, sequence),
             told as materialized (select pg_notify('${FEED}', ''))
             insert into webhooks.feed (account_id, sequence, id, type, created_at, data, traceparent)
             select account_id, head.sequence - (count(*) over (partition by account_id)) + nth, id, type, created_at, data, traceparent
             from event join head using (account_id) where (select count(*) from told) = 1 order by ord`,
        values: [
          events.map(({ accountId }) => accountId),
          events.map(({ id }) => id),
          events.map(({ type }) => type),
          events.map(({ time }) => time),
          JSON.stringify(events.map(({ data }) => data)),
          // Without tracing null: unnest gives a null for each event.
          spans?.map((span) => span?.traceparent ?? null) ?? null,
        ],
      });
      spans?.forEach((span) => span?.end());
    },
  });

/** No span for an event without a trace. */
const appending = (startSpan: StartSpan, { id, type, traceparent }: LogEvent) =>
  traceparent === undefined
    ? undefined
    : startSpan('append feed', {
        kind: 'consumer',
        parent: traceparent,
        attributes: { 'messaging.system': 'kafka', 'messaging.message.id': id, 'wbiz.type': type },
      });
