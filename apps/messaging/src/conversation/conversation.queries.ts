import { Controller, Inject } from '@nestjs/common';
import type { ConversationView } from '@wbiz/contracts/conversation';
import type { ConversationMessage } from '@wbiz/contracts/message';
import { DEFAULT_LIMIT, decodeCursor, encodeCursor } from '@wbiz/contracts/page';
import { phonePart } from '@wbiz/contracts/phone';
import type { Queries } from '@wbiz/contracts/queries';
import { QueryHandler } from '@wbiz/eventing/rpc/query-handler';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { foreignCursor, ID, idCursor, idPage } from '@wbiz/service-kit/id-page';
import type { Pool } from 'pg';
import type { MessageState } from '../message/message.decider.js';
import type { ConversationState } from './conversation.decider.js';

type Ask<Query extends keyof Queries> = Queries[Query]['ask'];
type Answer<Query extends keyof Queries> = Promise<Queries[Query]['answer']>;
type Row = {
  stream: string;
  contact_id: string;
  phone_number_id: string;
  person: string;
  name: string | null;
  last_message_at: Date;
  last_message_preview: string | null;
  unread_count: number;
  window_expires_at: Date | null;
  state: ConversationState;
};
/** A contact goes by the name and the spelling of its number that it is kept under, else by those on WhatsApp. */
const SHOWN = `select stream, contact_id, phone_number_id,
    case when starts_with(person, '+') then coalesce(n.phone, person) else person end as person,
    coalesce(n.name, c.name) as name, last_message_at,
    last_message_preview, unread_count, window_expires_at, state
  from messaging.conversations c left join messaging.contact_names n using (contact_id)
  where c.account_id = $1`;

/** The inbox. */
@Controller()
export class ConversationQueries {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  /** The one with the newest message first. Throws `invalid_request` for a cursor that is none of ours. */
  @QueryHandler('conversation.list')
  async list(ask: Ask<'conversation.list'>): Answer<'conversation.list'> {
    const { accountId, limit = DEFAULT_LIMIT, status, search } = ask;
    const [at = null, id = null] = newestCursor(ask.cursor) ?? [];
    // Without a name, so that it is planned anew for the filters that are given.
    const { rows } = await this.pool.query<Row>(
      `${SHOWN}
         and ($2::timestamptz is null or last_minute <= date_trunc('minute', $2 at time zone 'UTC')
              and (last_message_at, stream collate "C") < ($2, $3))
         and ($4::text is null or state->>'status' = $4)
         and ($5::text is null or strpos(lower(coalesce(n.name, c.name)), lower($5)) > 0 or strpos(person, $6) > 0
              or strpos(n.phone, $6) > 0)
       order by last_minute desc, last_message_at desc, stream collate "C" desc limit $7 + 1`,
      [accountId, at, id, status, search, search === undefined ? null : phonePart(search), limit],
    );
    const data = rows.slice(0, limit);
    const last = data.at(-1);
    return {
      data: data.map(viewOf),
      nextCursor:
        last && rows.length > limit ? encodeCursor(last.last_message_at.getTime(), last.stream) : null,
    };
  }

  @QueryHandler('conversation.get')
  async get({ accountId, id }: Ask<'conversation.get'>): Answer<'conversation.get'> {
    const { rows } = await this.pool.query<Row>({
      name: 'conversation-get',
      text: `${SHOWN} and stream = $2`,
      values: [accountId, id],
    });
    return rows[0] ? viewOf(rows[0]) : null;
  }

  /**
   * Newest first: ids begin with the time they were made, which Meta tells to the second; within it, in the order in
   * which they came. Throws `invalid_request` for a cursor that is none of ours.
   */
  @QueryHandler('conversation.messages')
  async messages(ask: Ask<'conversation.messages'>): Answer<'conversation.messages'> {
    const { accountId, id, limit = DEFAULT_LIMIT } = ask;
    const after = idCursor(ask.cursor);
    if (!(await this.get({ accountId, id }))) return null;
    const { rows } = await this.pool.query<{ state: MessageState }>(
      `select state from messaging.messages
       where account_id = $1 and conversation_id = $2 and ($3::text is null or
         (${MADE}, created_at, stream) < (select ${MADE}, created_at, stream from messaging.messages where stream = $3))
       order by ${MADE} desc, created_at desc, stream desc limit $4 + 1`,
      [accountId, id, after, limit],
    );
    const { data, nextCursor } = idPage(rows, limit, ({ state }) => state.id);
    return { data: data.map(({ state }) => messageOf(state)), nextCursor };
  }
}

/** The time in the id of a message. */
const MADE = `left(stream, ${'msg_'.length + 10}) collate "C"`;

/** The time and the id that a page begins after; undefined: the first page. */
function newestCursor(cursor: string | undefined): [Date, string] | undefined {
  if (cursor === undefined) return undefined;
  const [time, id] = decodeCursor(cursor, 2) ?? [];
  const at = new Date(typeof time === 'number' ? time : NaN);
  // Postgres reads years of four digits.
  if (!(at.getTime() >= 0 && at.getTime() < 253_402_300_800_000) || typeof id !== 'string' || !ID.test(id))
    throw foreignCursor();
  return [at, id];
}

const viewOf = (row: Row): ConversationView => ({
  id: row.stream,
  contact: {
    id: row.contact_id,
    ...(row.person.startsWith('+') ? { phone: row.person } : { phone: null, userId: row.person }),
    name: row.name,
  },
  channel: 'whatsapp',
  phoneNumberId: row.phone_number_id,
  status: row.state.status,
  lastMessageAt: row.last_message_at.toISOString(),
  lastMessagePreview: row.last_message_preview,
  unreadCount: row.unread_count,
  windowExpiresAt: row.window_expires_at?.toISOString() ?? null,
  assignee: row.state.assignee,
});

const messageOf = (message: MessageState): ConversationMessage => ({
  id: message.id,
  wamid: message.wamid,
  direction: message.direction,
  kind: message.kind,
  body: message.body,
  payload: message.payload,
  status: message.status,
  error: message.error,
  mediaId: message.mediaId,
  createdAt: message.createdAt,
  statusAt: message.statusAt,
});
