import { isWritten } from '@wbiz/contracts/message';
import { TOLD_KINDS } from '@wbiz/contracts/message-words';
import { cut } from '@wbiz/contracts/meta/item';
import { isPhone } from '@wbiz/contracts/text/phone';
import type { RecordedEvent } from '@wbiz/eventing/aggregate';
import type { Of } from '@wbiz/eventing/message';
import { followUp, inline, type FollowUp } from '@wbiz/eventing/postgres/inline-projection';
import type { PoolClient } from 'pg';
import { takenIn, type MessageEvent, type Shown } from '../message/message.events.js';
import { findPeople } from '../person/people.js';
import { conversationText } from './search-text.js';
import { conversations } from './conversation.decider.js';
import { ADD_MESSAGES } from './inbox-row.js';
import { reachedAfter } from './people-reached.js';
import { windowEndAfter } from './service-window.js';

type Recorded<Type extends MessageEvent['type']> = RecordedEvent<Of<MessageEvent, Type>>;
type Moving = Recorded<'message.status' | 'message.received' | 'message.echoed'>;
type Read = Recorded<'message.marked_read'>;

const preview = (body: string | null | undefined, kind: string | undefined) =>
  cut(body ?? `[${kind ?? 'message'}]`, { max: 200 });

/** The row of a closed or new conversation, updated by a message that may open the conversation. */
type Touched = {
  stream: string;
  account_id: string;
  contact_id: string;
  phone_number_id: string;
  last_message_at: Date;
};

const noteMessage = (row: Touched, written: boolean): FollowUp =>
  followUp(conversations, {
    accountId: row.account_id,
    type: 'conversation.note-message',
    data: {
      conversationId: row.stream,
      contactId: row.contact_id,
      phoneNumberId: row.phone_number_id,
      at: row.last_message_at.toISOString(),
      written,
    },
  });

type Moved = ReturnType<typeof movedBy>[number];
/**
 * The change of the inbox row that an event of a message causes; empty if the event causes none. A message that neither
 * side wrote ({@link isWritten}) causes none. Of a message's statuses one causes a change: the first, or for a
 * campaign's message the one that brought Meta's id.
 */
function movedBy(event: Moving, bodies: ReadonlyMap<string, string | null>) {
  const { accountId } = event;
  if (event.type === 'message.received') {
    if (!isWritten(event.data)) return [];
    const { conversationId: id, contactId, phoneNumberId, from, userId, name, body, kind } = event.data;
    const shown = {
      person: (from ?? userId)!,
      name,
      at: event.data.receivedAt,
      preview: preview(body, kind),
    };
    return [{ id, accountId, contactId, phoneNumberId, ...shown, written: true, reaches: false }];
  }
  if (event.type === 'message.echoed') {
    if (!isWritten(event.data)) return [];
    const { conversationId: id, contactId, phoneNumberId, to, sentAt: at, body, kind } = event.data;
    const shown = { person: to, name: null, at, preview: preview(body, kind) };
    return [{ id, accountId, contactId, phoneNumberId, ...shown, written: false, reaches: false }];
  }
  const told = shownIn(event);
  if (!told) return [];
  const { conversationId: id, to, at } = event.data;
  const { contactId, phoneNumberId, kind } = told;
  const body = told.body === undefined ? bodies.get(event.stream) : told.body;
  const shown = { person: to, name: null, at, preview: preview(body, kind) };
  return [
    { id, accountId, contactId, phoneNumberId, ...shown, written: false, reaches: kind === 'template' },
  ];
}

/**
 * Updates inbox rows for messages sent and received; resolves to the commands that may open conversations. The
 * statement locks each row before it reads the row's status, so it cannot miss that a conversation was just closed.
 */
async function move(moved: readonly Moved[], tx: PoolClient): Promise<readonly FollowUp[]> {
  const { rows } = await tx.query<Touched>({
    name: 'conversations-move',
    text: `with given as (select id, min(account_id) as account_id, min(contact_id) as contact_id,
             min(phone_number_id) as phone_number_id, (array_agg(person order by at desc, ord desc))[1] as person,
             (array_agg(name order by at desc, ord desc) filter (where name is not null))[1] as name, max(at) as at,
             (array_agg(preview order by at desc, ord desc))[1] as preview, count(*) filter (where written) as unread,
             ${windowEndAfter('max(at) filter (where written)')} as window_end,
             date_trunc('minute', max(at) filter (where reaches) at time zone 'UTC') as reached,
             (array_agg(search order by name is not null desc, at desc, ord desc))[1] as search
           from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::text[],
             $9::boolean[], $10::text[], $11::boolean[])
             with ordinality as n(id, account_id, contact_id, phone_number_id, person, name, at, preview, written, search, reaches, ord)
           group by id),
         moved as (insert into messaging.conversations as c
             (stream, account_id, contact_id, phone_number_id, person, name, last_message_at, last_message_preview, unread_count, window_expires_at, reached_minute)
           select id, account_id, contact_id, phone_number_id, person, name, at, preview, unread, window_end, reached
           from given order by id
           on conflict (stream) do update set
             name = coalesce(excluded.name, c.name),
             ${ADD_MESSAGES},
             reached_minute = ${reachedAfter('c', 'excluded.reached_minute')}
           returning c.*),
         called as (insert into messaging.conversation_texts as t (stream, account_id, search)
           select g.id, g.account_id, g.search from given g join moved m on m.stream = g.id
           where g.name is not null or m.state is null order by g.id
           on conflict (stream) do update set search = excluded.search where t.search <> excluded.search)
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
      moved.map(conversationText),
      moved.map(({ reaches }) => reaches),
    ],
  });
  const written = new Set(moved.filter((one) => one.written).map(({ id }) => id));
  return rows.map((row) => noteMessage(row, written.has(row.stream)));
}

/** Counts as unread only messages after the one that was marked read: Meta also marks all earlier messages read. */
async function read(events: readonly Read[], tx: PoolClient): Promise<void> {
  await tx.query({
    name: 'conversations-read',
    text: `update messaging.conversations c
           set unread_count = least(unread_count, (select count(*) from messaging.messages m
             where m.conversation_id in (select c.stream union all
                 select g.stream from messaging.merged_conversations g where g.into_stream = c.stream) and m.stream collate "C" > r.last and m.state->>'direction' = 'in'
               and m.state->>'kind' <> all ($3) and m.state->'payload'->'groupId' is null
               and (m.state->>'kind' = 'unsupported' and m.state->'payload'->>'type' = any ($3)) is not true
               and (m.state->>'kind' = 'reaction' and m.state->'payload'->>'emoji' is null) is not true))
           from (select coalesce(g.into_stream, e.conversation) as conversation, max(e.stream collate "C") as last
                 from unnest($1::text[], $2::text[]) as e(conversation, stream)
                 left join messaging.merged_conversations g on g.stream = e.conversation group by 1) r where c.stream = r.conversation`,
    values: [events.map(({ data }) => data.conversationId), events.map(({ stream }) => stream), TOLD_KINDS],
  });
}

/** The message's fields for the inbox, if this status adds the message to the inbox; undefined if it does not. */
function shownIn(event: Recorded<'message.status'>): (Shown & { readonly body?: string | null }) | undefined {
  const { private: given } = event;
  return given && 'isTaken' in given ? given.shown : given;
}

/** The texts of campaigns' messages that these events add to the inbox, by message id. */
async function bodiesOf(
  events: readonly Moving[],
  tx: PoolClient,
): Promise<ReadonlyMap<string, string | null>> {
  const taken = events.filter((event) => event.type === 'message.status' && takenIn(event)?.shown);
  if (taken.length === 0) return new Map();
  const { rows } = await tx.query<{ stream: string; body: string | null }>({
    name: 'conversations-bodies',
    text: `select stream, private->>'body' as body from messaging.events where stream = any($1) and version = 1`,
    values: [taken.map(({ stream }) => stream)],
  });
  return new Map(rows.map(({ stream, body }) => [stream, body]));
}

/** Replaces a user id by the number or id that identifies its person, where a link to the person is stored. */
async function byNumber(moved: readonly Moved[], tx: PoolClient): Promise<readonly Moved[]> {
  const keyOf = ({ accountId, person }: Moved) => ({ accountId, key: person });
  const byUserId = moved.filter(({ person }) => !isPhone(person));
  const find = await findPeople(tx, byUserId.map(keyOf));
  return moved.map((one) => ({ ...one, person: find(keyOf(one))?.person ?? one.person }));
}

/**
 * Handles messages and read marks together: each batch locks all its rows in one order, so that batches cannot
 * deadlock.
 */
async function follow(events: readonly (Moving | Read)[], tx: PoolClient): Promise<readonly FollowUp[]> {
  const reads = events.filter((event) => event.type === 'message.marked_read');
  const moving = events.filter((event) => event.type !== 'message.marked_read');
  const bodies = await bodiesOf(moving, tx);
  const moved = await byNumber(
    moving.flatMap((event) => movedBy(event, bodies)),
    tx,
  );
  if (reads.length > 0)
    await tx.query({
      name: 'conversations-lock',
      text: 'select from messaging.conversations where stream = any($1) order by stream for no key update',
      values: [[...reads.map(({ data }) => data.conversationId), ...moved.map(({ id }) => id)]],
    });
  const followUps = moved.length > 0 ? await move(moved, tx) : [];
  if (reads.length > 0) await read(reads, tx);
  return followUps;
}

export const conversationProjection = inline<MessageEvent>({
  'message.status': follow,
  'message.received': follow,
  'message.echoed': follow,
  'message.marked_read': follow,
});
