import { TOLD_KINDS } from '@wbiz/contracts/message';
import type { FollowUp, InlineProjection, RecordedEvent } from '@wbiz/eventing/postgres/event-store';
import type { PoolClient } from 'pg';
import type { MessageEvent } from '../message/message.decider.js';
import { conversations } from './conversation.aggregate.js';
import type { NoteMessage } from './conversation.decider.js';

type Recorded<Type extends MessageEvent['type']> = RecordedEvent<Extract<MessageEvent, { type: Type }>>;

const preview = (body: string | null | undefined, kind: string | undefined) =>
  (body ?? `[${kind ?? 'message'}]`).slice(0, 200);

/** What WhatsApp tells of a person or of an earlier message, and what is written to a group, is not written to us. */
const isWritten = ({ data: { kind, payload } }: Recorded<'message.received'>) =>
  !TOLD_KINDS.includes(kind) && payload?.['groupId'] === undefined;

type Touched = {
  stream: string;
  account_id: string;
  contact_id: string;
  phone_number_id: string;
  last_message_at: Date;
};

/** What the statements return of the rows they moved: those that a message may open. */
const NOT_OPEN = `select stream, account_id, contact_id, phone_number_id, last_message_at from moved
                  where state is null or state->>'status' <> 'open'`;

const noteMessage = (row: Touched, written: boolean): FollowUp => ({
  aggregate: conversations,
  command: {
    accountId: row.account_id,
    type: 'conversation.note-message',
    data: {
      conversationId: row.stream,
      contactId: row.contact_id,
      phoneNumberId: row.phone_number_id,
      at: row.last_message_at.toISOString(),
      written,
    } satisfies NoteMessage,
  },
});

/**
 * The inbox row of a person moves with what is sent and received; a message from the person opens the window for 24
 * hours (Meta's customer service window: every message of a person's, reactions, button taps and flow replies too).
 * The row is locked when its status is read, so that no message slips past a close.
 */
export const conversationProjection = {
  'message.status': async (events: readonly Recorded<'message.status'>[], tx: PoolClient) => {
    const sent = lastPer(
      events.filter((event) => event.private),
      (event) => event.data.conversationId,
    );
    if (sent.length === 0) return [];
    const { rows } = await tx.query<Touched>({
      name: 'conversation-sent',
      text: `with moved as (insert into messaging.conversations as c
                 (stream, account_id, contact_id, phone_number_id, person, last_message_at, last_message_preview)
               select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[])
                 as n(id, account_id, contact_id, phone_number_id, person, at, preview) order by id
               on conflict (stream) do update set last_message_at = excluded.last_message_at,
                 last_message_preview = excluded.last_message_preview
               where c.last_message_at <= excluded.last_message_at returning c.*) ${NOT_OPEN}`,
      values: [
        sent.map(({ data }) => data.conversationId),
        sent.map(({ accountId }) => accountId),
        sent.map((event) => event.private?.contactId),
        sent.map((event) => event.private?.phoneNumberId),
        sent.map(({ data }) => data.to),
        sent.map(({ data }) => data.at),
        sent.map((event) => preview(event.private?.body, event.private?.kind)),
      ],
    });
    return rows.map((row) => noteMessage(row, false));
  },
  'message.received': async (events: readonly Recorded<'message.received'>[], tx: PoolClient) => {
    const { rows } = await tx.query<Touched>({
      name: 'conversation-received',
      text: `with moved as (insert into messaging.conversations as c
               (stream, account_id, contact_id, phone_number_id, person, name, last_message_at, last_message_preview, unread_count, window_expires_at)
             select id, min(account_id), min(contact_id), min(phone_number_id), (array_agg(person order by at desc, ord desc))[1],
                    (array_agg(name order by at desc, ord desc))[1], max(at), (array_agg(preview order by at desc, ord desc))[1], count(*) filter (where written),
                    max(at) filter (where written) + interval '24 hours'
             from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::text[], $9::boolean[])
               with ordinality as n(id, account_id, contact_id, phone_number_id, person, name, at, preview, written, ord)
             group by id order by id
             on conflict (stream) do update set
               name = coalesce(excluded.name, c.name),
               last_message_at = greatest(c.last_message_at, excluded.last_message_at),
               last_message_preview = case when c.last_message_at <= excluded.last_message_at
                 then excluded.last_message_preview else c.last_message_preview end,
               unread_count = c.unread_count + excluded.unread_count,
               window_expires_at = greatest(c.window_expires_at, excluded.window_expires_at)
             returning c.*) ${NOT_OPEN}`,
      values: [
        events.map(({ data }) => data.conversationId),
        events.map(({ accountId }) => accountId),
        events.map(({ data }) => data.contactId),
        events.map(({ data }) => data.phoneNumberId),
        events.map(({ data }) => data.from ?? data.userId),
        events.map(({ data }) => data.name),
        events.map(({ data }) => data.receivedAt),
        events.map(({ data }) => preview(data.body, data.kind)),
        events.map(isWritten),
      ],
    });
    const written = new Set(events.filter(isWritten).map(({ data }) => data.conversationId));
    return rows.map((row) => noteMessage(row, written.has(row.stream)));
  },
} as unknown as InlineProjection;

function lastPer<Event>(events: readonly Event[], key: (event: Event) => string): Event[] {
  return [...new Map(events.map((event) => [key(event), event])).values()];
}
