import type { Of } from '@wbiz/eventing/message';
import type { RecordedEvent } from '@wbiz/eventing/aggregate';
import { inline } from '@wbiz/eventing/postgres/inline-projection';
import type { PoolClient } from 'pg';
import type { MessageEvent } from '../message/message.decider.js';

/** How long after the nth attempt a deferred send waits: 4^n seconds, at most a minute (Meta's advice for pair limits). */
const backoffMs = (attempt: number) => Math.min(1000 * 4 ** (attempt - 1), 60_000);

/** The phone number for which this event put a send into the queue. */
export const queuedFor = (event: RecordedEvent): string | undefined =>
  event.type === 'message.status'
    ? (event as RecordedEvent<Of<MessageEvent, 'message.status'>>).private?.phoneNumberId
    : undefined;

/** The queue moves with the events of the messages in it. */
export const dispatchProjection = inline<MessageEvent>({
  'message.status': async (events, tx) => {
    const accepted = events.filter((event) => event.data.status === 'accepted');
    const settled = events.filter((event) => event.data.status !== 'accepted');
    if (accepted.length > 0)
      await tx.query({
        name: 'dispatch-enqueue',
        text: `insert into messaging.dispatch (message_id, account_id, phone_number_id, conversation_id)
               select m, a, p, c from unnest($1::text[], $2::text[], $3::text[], $4::text[]) with ordinality as q(m, a, p, c, ord)
               order by ord`,
        values: [
          accepted.map(({ stream }) => stream),
          accepted.map(({ accountId }) => accountId),
          accepted.map((event) => event.private?.phoneNumberId),
          accepted.map(({ data }) => data.conversationId),
        ],
      });
    await leaveQueue(settled, tx);
  },
  'message.submitted': leaveQueue,
  'message.deferred': async (events, tx) => {
    await tx.query({
      name: 'dispatch-defer',
      text: `update messaging.dispatch d set state = 'deferred', not_before = now() + d_wait * interval '1 millisecond'
             from unnest($1::text[], $2::int[]) as w(id, d_wait) where d.message_id = w.id`,
      values: [
        events.map(({ stream }) => stream),
        events.map(({ data }) => (data.reason === 'outcome_unknown' ? 0 : backoffMs(data.attempt))),
      ],
    });
  },
  'message.outcome_unknown': async (events, tx) => {
    await tx.query({
      name: 'dispatch-unknown',
      text: `update messaging.dispatch set state = 'unknown', unknown_since = now(), grace_ms = 0 where message_id = any($1)`,
      values: [events.map(({ stream }) => stream)],
    });
  },
});

async function leaveQueue(events: readonly RecordedEvent[], tx: PoolClient) {
  if (events.length === 0) return;
  await tx.query({
    name: 'dispatch-leave',
    text: 'delete from messaging.dispatch where message_id = any($1)',
    values: [events.map(({ stream }) => stream)],
  });
}
