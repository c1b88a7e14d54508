import { Controller, Inject } from '@nestjs/common';
import { firstId } from '@wbiz/contracts/ids';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { QueryHandler } from '@wbiz/service-kit/handlers';
import { pageOf } from '@wbiz/service-kit/paging';
import { parameters } from '@wbiz/service-kit/parameters';
import type { Pool } from 'pg';
import { COUNTED } from '../conversation/people-reached.js';
import { contactsOf } from '../person/people.js';
import { viewOf } from './message.aggregate.js';
import { wholeMessage, type WholeMessage } from './whole-message.js';

type Usage = Answer<'message.usage'>;

@Controller()
export class MessageQueries {
  /** A `message.usage` answer that took longer than this (ms) is cached. */
  slowMs = 100;
  private readonly usages = new Map<string, { since: string; usage: Usage; until: number }>();

  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  @QueryHandler('message.get')
  async get({ accountId, id }: Ask<'message.get'>): Promise<Answer<'message.get'>> {
    const { rows } = await this.pool.query<{ message: WholeMessage }>({
      name: 'message-get',
      text: `select ${wholeMessage('m')} as message from messaging.messages m where account_id = $1 and stream = $2`,
      values: [accountId, id],
    });
    return rows[0] ? viewOf(rows[0].message) : null;
  }

  /** Messages, newest first by the time in the id. Throws `invalid_request` for a cursor that no page returned. */
  @QueryHandler('message.list')
  async list(ask: Ask<'message.list'>): Promise<Answer<'message.list'>> {
    const page = pageOf(ask, 'id');
    const { where, values, value } = conditions(ask, page.after);
    const most = value(page.fetch);
    const contacts = ask.to === undefined ? [] : await contactsOf(this.pool, ask.accountId, ask.to);
    const found = `select m.* from messaging.messages m where m.account_id = $1 ${where}`;
    // Not a prepared statement, so that Postgres plans for the given filters.
    const chosen =
      ask.to === undefined
        ? `${found} order by m.stream collate "C" desc limit ${most}`
        : // An index leads to a conversation's messages; a person has one conversation per phone number of the account.
          `select p.* from messaging.conversations c cross join lateral (
             ${found} and m.conversation_id = c.stream and m.state->>'direction' = 'out'
             order by ${timeIn('m.stream')} desc, m.stream collate "C" desc limit ${most}) p
           where c.account_id = $1 and c.contact_id = any(${value(contacts)})
           order by p.stream collate "C" desc limit ${most}`;
    const { rows } = await this.pool.query<{ message: WholeMessage }>(
      `select ${wholeMessage('p')} as message from (${chosen}) p order by p.stream collate "C" desc`,
      values,
    );
    const listed = rows.map(({ message }) => message);
    return page.cut(listed, ({ id }) => [id], viewOf);
  }

  /**
   * Counts the messages created since `since` that Meta accepted, and the conversations with a message since then. A
   * slow answer is cached for 100 times as long as it took, so that polling does not recount.
   */
  @QueryHandler('message.usage')
  async usage({ accountId, since }: Ask<'message.usage'>): Promise<Answer<'message.usage'>> {
    const kept = this.usages.get(accountId);
    if (kept?.since === since && kept.until > performance.now()) return kept.usage;
    const began = performance.now();
    const { rows } = await this.pool.query<{ sent: string; conversations: string }>({
      name: 'message-usage',
      text: `select (select count(*) from messaging.wamids
               where account_id = $1 and sent and message_id >= $2) as sent,
             (select count(*) from messaging.conversations
               where account_id = $1 and last_minute >= date_trunc('minute', $3::timestamptz at time zone 'UTC')) as conversations`,
      values: [accountId, firstId('msg', Date.parse(since)), since],
    });
    const usage = { messagesSent: Number(rows[0]!.sent), conversations: Number(rows[0]!.conversations) };
    const tookMs = performance.now() - began;
    if (tookMs > this.slowMs)
      this.usages.set(accountId, { since, usage, until: performance.now() + 100 * tookMs });
    return usage;
  }

  /**
   * Counts the people to whom a template went outside their service window in the last 24 hours. Each counts some
   * minutes longer ({@link COUNTED}), so that none is missed.
   */
  @QueryHandler('message.reached')
  async reached({ accountId }: Ask<'message.reached'>): Promise<Answer<'message.reached'>> {
    const { rows } = await this.pool.query<{ people: number; frees_at: Date | null }>({
      name: 'message-reached',
      text: `select count(*)::int as people, (min(last) at time zone 'UTC') + ${COUNTED} as frees_at
             from (select max(reached_minute) as last from messaging.conversations
                   where account_id = $1 and reached_minute > (now() - ${COUNTED}) at time zone 'UTC'
                   group by contact_id) as person`,
      values: [accountId],
    });
    const { people, frees_at } = rows[0]!;
    return { people, freesAt: frees_at?.toISOString() ?? null };
  }
}

/** SQL: the time in a message's id. */
export const timeIn = (id: string) => `left(${id}, ${'msg_'.length + 10}) collate "C"`;
/** Rare statuses, which the indexed column `outcome` holds. */
const OUTCOMES: readonly string[] = ['failed', 'received', 'outcome_unknown'];

/** SQL: the conditions of a list on the rows of `m`, except account and recipient, and their parameters. */
function conditions({ accountId, status, since }: Ask<'message.list'>, [before]: readonly [id?: string]) {
  const { values, value } = parameters(accountId);
  const parts: string[] = [];
  if (before !== undefined) {
    const id = value(before);
    parts.push(`m.stream collate "C" < ${id} and ${timeIn('m.stream')} <= ${timeIn(id)}`);
  }
  if (since !== undefined) parts.push(`m.stream collate "C" >= ${value(firstId('msg', Date.parse(since)))}`);
  if (status !== undefined)
    parts.push(`${OUTCOMES.includes(status) ? 'm.outcome' : "m.state->>'status'"} = ${value(status)}`);
  return { where: parts.map((part) => `and ${part}`).join(' '), values, value };
}
