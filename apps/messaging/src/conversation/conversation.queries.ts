import { Controller, Inject } from '@nestjs/common';
import type { ConversationView } from '@wbiz/contracts/conversation';
import type { ConversationMessage } from '@wbiz/contracts/message';
import { isPhone } from '@wbiz/contracts/text/phone';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import { probeOf, searchPattern } from '@wbiz/contracts/text/search-text';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { QueryHandler } from '@wbiz/service-kit/handlers';
import { pageOf } from '@wbiz/service-kit/paging';
import { parameters } from '@wbiz/service-kit/parameters';
import type { Pool } from 'pg';
import { wholeMessage, type WholeMessage } from '../message/whole-message.js';
import { timeIn } from '../message/message.queries.js';
import type { ConversationState } from './conversation.decider.js';

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
/** SQL: the columns of {@link Row}. A contact's name and number as entered take precedence over those from WhatsApp. */
const SHOWN = `c.stream, c.contact_id, c.phone_number_id,
  coalesce(n.phone, c.person) as person,
  coalesce(n.name, c.name) as name, c.last_message_at, c.last_message_preview, c.unread_count, c.window_expires_at, c.state`;
const NAMED = 'left join messaging.contact_names n on n.contact_id = c.contact_id';
const NEWEST = 'order by c.last_minute desc, c.last_message_at desc, c.stream collate "C" desc';

/** Queries of the inbox. */
@Controller()
export class ConversationQueries {
  /** How many of the newest conversations a search scans first; it uses the index only if they do not fill the page. */
  scannedFirst = 1_000;

  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  /** Conversations, newest last message first. Throws `invalid_request` for a cursor that no page returned. */
  @QueryHandler('conversation.list')
  async list(ask: Ask<'conversation.list'>): Promise<Answer<'conversation.list'>> {
    const { search } = ask;
    const { after, fetch, cut } = pageOf(ask, 'ms', 'id');
    const rows = await (search?.trim()
      ? this.search(ask, searchPattern(search), after, fetch)
      : this.newest(ask, after, fetch));
    return cut(rows, (row) => [row.last_message_at.getTime(), row.stream], viewOf);
  }

  private async newest(ask: Listed, after: Place, limit: number): Promise<Row[]> {
    const { where, values, value } = conditions(ask, after);
    // Not a prepared statement, so that Postgres plans for the given filters.
    const { rows } = await this.pool.query<Row>(
      `select ${SHOWN} from messaging.conversations c ${NAMED} where ${where} ${NEWEST} limit ${value(limit)}`,
      values,
    );
    return rows;
  }

  /** Conversations whose person or contact matches `pattern` by name or number. */
  private async search(ask: Listed, pattern: string, after: Place, limit: number): Promise<Row[]> {
    const { where, values, value } = conditions(ask, after);
    const [wanted, most] = [value(pattern), value(limit)];
    const { rows: near } = await this.pool.query<Row>(
      `select ${SHOWN} from (select * from messaging.conversations c where ${where} ${NEWEST}
           limit ${value(this.scannedFirst)}) c
         left join messaging.conversation_texts t on t.stream = c.stream ${NAMED}
       where t.search like ${wanted} or n.search like ${wanted} ${NEWEST} limit ${most}`,
      values,
    );
    if (near.length === limit) return near;
    const own = conditions(ask, after);
    const [probe, whole] = [own.value(probeOf(pattern)), own.value(pattern)];
    const found = (alias: string) =>
      `${alias}.account_id = $1 and ${alias}.search like ${probe} and ${alias}.search || '' like ${whole}`;
    const { rows } = await this.pool.query<Row>(
      `with found as materialized (
         select t.stream from messaging.conversation_texts t where ${found('t')}
         union
         select c.stream from messaging.contact_names n
           join messaging.conversations c on c.account_id = n.account_id and c.contact_id = n.contact_id
         where ${found('n')})
       select ${SHOWN} from found f join messaging.conversations c on c.stream = f.stream ${NAMED}
       where ${own.where} ${NEWEST} limit ${own.value(limit)}`,
      own.values,
    );
    return rows;
  }

  /** For the id of a merged conversation, resolves to the conversation that it was merged into. */
  @QueryHandler('conversation.get')
  async get({ accountId, id }: Ask<'conversation.get'>): Promise<Answer<'conversation.get'>> {
    const { rows } = await this.pool.query<Row>({
      name: 'conversation-get',
      text: `select ${SHOWN} from messaging.conversations c ${NAMED} where c.account_id = $1 and c.stream = $2`,
      values: [accountId, id],
    });
    const [row] = rows;
    if (row?.state.mergedInto) return this.get({ accountId, id: row.state.mergedInto });
    return row ? viewOf(row) : null;
  }

  /**
   * Messages, newest first: by the time in the id (whole seconds for messages from Meta), then by when they were
   * stored. Throws `invalid_request` for a cursor that no page returned.
   */
  @QueryHandler('conversation.messages')
  async messages(ask: Ask<'conversation.messages'>): Promise<Answer<'conversation.messages'>> {
    const { accountId, id } = ask;
    const page = pageOf(ask, 'id');
    const conversation = await this.get({ accountId, id });
    if (!conversation) return null;
    const order = `order by ${timeIn('m.stream')} desc, m.created_at desc, m.stream desc limit $4`;
    const { rows } = await this.pool.query<{ message: WholeMessage }>(
      `select ${wholeMessage('m')} as message from (select $2 as id union all
           select stream from messaging.merged_conversations where into_stream = $2) c
         cross join lateral (select * from messaging.messages m
           where account_id = $1 and conversation_id = c.id and ($3::text is null or
             (${timeIn('m.stream')}, created_at, stream) < (select ${timeIn('m.stream')}, created_at, stream from messaging.messages m where stream = $3))
           ${order}) m ${order}`,
      [accountId, conversation.id, ...page.after, page.fetch],
    );
    const found = rows.map(({ message }) => message);
    return page.cut(found, ({ id }) => [id], messageOf);
  }
}

type Listed = Pick<Ask<'conversation.list'>, 'accountId' | 'status'>;
/** The row after which a page starts: the time of the conversation's last message, and the conversation's id. */
type Place = readonly [ms?: number, id?: string];

/** SQL: the conditions of a list on the rows of `c`, except the search; and the statement's parameters. */
function conditions({ accountId, status }: Listed, [ms, stream]: Place) {
  const { values, value } = parameters(accountId);
  const parts = ['c.account_id = $1', `c.state->>'mergedInto' is null`];
  if (status !== undefined) parts.push(`c.status = ${value(status)}`);
  if (ms !== undefined) {
    const [at, id] = [value(new Date(ms)), value(stream)];
    parts.push(
      `c.last_minute <= date_trunc('minute', ${at}::timestamptz at time zone 'UTC')`,
      `(c.last_message_at, c.stream collate "C") < (${at}, ${id})`,
    );
  }
  return { where: parts.join(' and '), values, value };
}

const viewOf = (row: Row): ConversationView => ({
  id: row.stream,
  contact: {
    id: row.contact_id,
    ...(isPhone(row.person) ? { phone: row.person } : { phone: null, userId: row.person }),
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

const messageOf = (message: WholeMessage): ConversationMessage => ({
  id: message.id,
  wamid: message.wamid,
  direction: message.direction,
  ...(message.source && { source: message.source }),
  kind: message.kind,
  body: message.body,
  payload: message.payload,
  status: message.status,
  error: message.error,
  mediaId: message.mediaId,
  replyTo: message.replyTo,
  createdAt: message.createdAt,
  statusAt: message.statusAt,
});
