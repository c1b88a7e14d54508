import type { InlineProjection, RecordedEvent } from '@wbiz/eventing/postgres/event-store';
import type { PoolClient } from 'pg';
import { TOLD_KINDS } from '@wbiz/contracts/message';
import type { MessageEvent } from './message.decider.js';

type Recorded<Type extends MessageEvent['type']> = RecordedEvent<Extract<MessageEvent, { type: Type }>>;

/** What Meta is still to be told was read, and how much of a conversation is unread. */
export const readsProjection = {
  'message.read_requested': async (events: readonly Recorded<'message.read_requested'>[], tx: PoolClient) => {
    const lasts = [...new Map(events.map((event) => [event.stream, event])).values()];
    await tx.query({
      name: 'read-requested',
      text: `insert into messaging.reads as r (message_id, account_id, phone_number_id, wamid, typing, awaiting)
             select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bool[], $6::jsonb[])
             on conflict (message_id) do update
             set typing = excluded.typing, awaiting = excluded.awaiting, attempt = 0, not_before = now()`,
      values: [
        lasts.map(({ stream }) => stream),
        lasts.map(({ accountId }) => accountId),
        lasts.map((event) => event.private!.phoneNumberId),
        lasts.map((event) => event.private!.wamid),
        lasts.map(({ data }) => data.typing),
        lasts.map((event) => JSON.stringify(event.private!.awaiting)),
      ],
    });
  },
  // Meta takes what came before for read as well.
  'message.marked_read': async (events: readonly Recorded<'message.marked_read'>[], tx: PoolClient) => {
    await tx.query({
      name: 'read-conversation',
      text: `update messaging.conversations c
             set unread_count = least(unread_count, (select count(*) from messaging.messages m
               where m.conversation_id = c.stream and m.stream collate "C" > r.last and m.state->>'direction' = 'in'
                 and m.state->>'kind' <> all ($3) and m.state->'payload'->'groupId' is null))
             from (select conversation, max(stream collate "C") as last from unnest($1::text[], $2::text[]) as e(conversation, stream)
                   group by conversation) r where c.stream = r.conversation`,
      values: [events.map(({ data }) => data.conversationId), events.map(({ stream }) => stream), TOLD_KINDS],
    });
  },
} as unknown as InlineProjection;
