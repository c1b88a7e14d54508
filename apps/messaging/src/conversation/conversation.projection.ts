import { TOLD_KINDS } from '@wbiz/contracts/message';
import type { FollowUp, InlineProjection, RecordedEvent } from '@wbiz/eventing/postgres/event-store';
import type { PoolClient } from 'pg';
import type { MessageEvent } from '../message/message.decider.js';
import { conversations } from './conversation.aggregate.js';
import type { NoteMessage } from './conversation.decider.js';

type Recorded<Type extends MessageEvent['type']> = RecordedEvent<Extract<MessageEvent, { type: Type }>>;
type Moving = Recorded<'message.status'> | Recorded<'message.received'>;

const preview = (body: string | null | undefined, kind: string | undefined) =>
  (body ?? `[${kind ?? 'message'}]`).slice(0, 200);

/** What WhatsApp tells of a person or of an earlier message, and what is written to a group, is not written to us. */
const isWritten = ({ data: { kind, payload } }: Recorded<'message.received'>) =>
  !TOLD_KINDS.includes(kind) && payload?.['groupId'] === undefined;

/** A row that moved, and that a message may open. */
type Touched = {
  stream: string;
  account_id: string;
  contact_id: string;
  phone_number_id: string;
  last_message_at: Date;
};

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

/** What an event moves of an inbox row; nothing for a status after the first. */
function movedBy(event: Moving) {
  const { accountId } = event;
  if (event.type === 'message.received') {
    const { conversationId: id, contactId, phoneNumberId, from, userId, name, body, kind } = event.data;
    const shown = { person: from ?? userId, name, at: event.data.receivedAt, preview: preview(body, kind) };
    return [{ id, accountId, contactId, phoneNumberId, ...shown, written: isWritten(event) }];
  }
  if (!event.private) return [];
  const { conversationId: id, to: person, at } = event.data;
  const { contactId, phoneNumberId, body, kind } = event.private;
  const shown = { person, name: null, at, preview: preview(body, kind) };
  return [{ id, accountId, contactId, phoneNumberId, ...shown, written: false }];
}

/**
 * The inbox row of a person moves with what is sent and received; a message from the person opens the window for 24
 * hours (Meta's customer service window: every message of a person's, reactions, button taps and flow replies too).
 * The row is locked when its status is read, so that no message slips past a close.
 */
async function move(events: readonly Moving[], tx: PoolClient): Promise<readonly FollowUp[]> {
  const moved = events.flatMap(movedBy);
  if (moved.length === 0) return [];
  const { rows } = await tx.query<Touched>({
    name: 'conversations-move',
    text: `with moved as (insert into messaging.conversations as c
             (stream, account_id, contact_id, phone_number_id, person, name, last_message_at, last_message_preview, unread_count, window_expires_at)
           select id, min(account_id), min(contact_id), min(phone_number_id), (array_agg(person order by at desc, ord desc))[1],
                  (array_agg(name order by at desc, ord desc) filter (where name is not null))[1], max(at),
                  (array_agg(preview order by at desc, ord desc))[1], count(*) filter (where written),
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
           returning c.*)
           select stream, account_id, contact_id, phone_number_id, last_message_at from moved
           where state is null or state->>'status' <> 'open'`,
    values: [
      moved.map(({ id }) => id),
      moved.map(({ accountId }) => accountId),
      moved.map(({ contactId }) => contactId),
      moved.map(({ phoneNumberId }) => phoneNumberId),
      moved.map(({ person }) => person),
      moved.map(({ name }) => name),
      moved.map(({ at }) => at),
      moved.map((one) => one.preview),
      moved.map(({ written }) => written),
    ],
  });
  const written = new Set(moved.filter((one) => one.written).map(({ id }) => id));
  return rows.map((row) => noteMessage(row, written.has(row.stream)));
}

export const conversationProjection = {
  'message.status': move,
  'message.received': move,
} as unknown as InlineProjection;
