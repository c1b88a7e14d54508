import { Controller, Inject } from '@nestjs/common';
import { firstId } from '@wbiz/contracts/ids';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { QueryHandler } from '@wbiz/service-kit/handlers';
import { pageOf } from '@wbiz/service-kit/paging';
import { parameters } from '@wbiz/service-kit/parameters';
import type { Pool } from 'pg';
import { REACHED_SLACK } from '../conversation/conversation.projection.js';
import { contactsOf } from '../person/people.js';
import { viewOf } from './message.aggregate.js';
import type { MessageState } from './message.decider.js';

type Usage = Answer<'message.usage'>;

/** How long somebody counts after the minute of the last template. */
const COUNTED = `(interval '24 hours 1 minute' + ${REACHED_SLACK})`;

@Controller()
export class MessageQueries {
  /** What takes longer is kept (ms). */
  longMs = 100;
  private readonly usages = new Map<string, { since: string; usage: Usage; until: number }>();

  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  @QueryHandler('message.get')
  async get({ accountId, id }: Ask<'message.get'>): Promise<Answer<'message.get'>> {
    const { rows } = await this.pool.query<{ state: MessageState }>({
      name: 'message-get',
      text: 'select state from messaging.messages where account_id = $1 and stream = $2',
      values: [accountId, id],
    });
    return rows[0] ? viewOf(rows[0].state) : null;
  }

  /** Newest first: ids begin with the time they were made. Throws `invalid_request` for a cursor that is none of ours. */
  @QueryHandler('message.list')
  async list(ask: Ask<'message.list'>): Promise<Answer<'message.list'>> {
    const page = pageOf(ask, 'id');
    const { where, values, value } = conditions(ask, page.after);
    const most = value(page.fetch);
    const contacts = ask.to === undefined ? [] : await contactsOf(this.pool, ask.accountId, ask.to);
    const found = `select m.stream, m.state from messaging.messages m where m.account_id = $1 ${where}`;
    // Without a name, so that it is planned anew for the filters that are given.
    const { rows } = await this.pool.query<{ state: MessageState }>(
      ask.to === undefined
        ? `${found} order by m.stream collate "C" desc limit ${most}`
        : // Conversation by conversation, of which a person has one on each of our numbers.
          `select p.state from messaging.conversations c cross join lateral (
             ${found} and m.conversation_id = c.stream and m.state->>'direction' = 'out'
             order by ${made('m.stream')} desc, m.stream collate "C" desc limit ${most}) p
           where c.account_id = $1 and c.contact_id = any(${value(contacts)})
           order by p.stream collate "C" desc limit ${most}`,
      values,
    );
    const states = rows.map(({ state }) => state);
    return page.cut(states, ({ id }) => [id], viewOf);
  }

  /**
   * Messages that Meta took of those made since a time, and people written with since then. An answer that took long is
   * given again for a while, so that asking again and again is not counting again and again.
   */
  @QueryHandler('message.usage')
  async usage({ accountId, since }: Ask<'message.usage'>): Promise<Answer<'message.usage'>> {
    const kept = this.usages.get(accountId);
    if (kept?.since === since && kept.until > performance.now()) return kept.usage;
    const began = performance.now();
    const { rows } = await this.pool.query<{ sent: string; conversations: string }>({
      name: 'message-usage',
      text: `select (select count(*) from messaging.messages
               where account_id = $1 and sent and stream collate "C" >= $2) as sent,
             (select count(*) from messaging.conversations
               where account_id = $1 and last_minute >= date_trunc('minute', $3::timestamptz at time zone 'UTC')) as conversations`,
      values: [accountId, firstId('msg', Date.parse(since)), since],
    });
    const usage = { messagesSent: Number(rows[0]!.sent), conversations: Number(rows[0]!.conversations) };
    const tookMs = performance.now() - began;
    if (tookMs > this.longMs)
      this.usages.set(accountId, { since, usage, until: performance.now() + 100 * tookMs });
    return usage;
  }

  /**
   * People whose last template outside their window is not 24 hours old, to the minute and with {@link REACHED_SLACK}:
   * somebody who is not counted any more may be counted here for some minutes, and nobody is missing.
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

/** The time in the id of a message. */
export const made = (id: string) => `left(${id}, ${'msg_'.length + 10}) collate "C"`;
/** Statuses that few messages have, in a column of their own. */
const OUTCOMES: readonly string[] = ['failed', 'received', 'outcome_unknown'];

/** What a list asks of the rows of `m` besides their account and recipient, and the parameters of the statement. */
function conditions({ accountId, status, since }: Ask<'message.list'>, [before]: readonly [id?: string]) {
  const { values, value } = parameters(accountId);
  const parts: string[] = [];
  if (before !== undefined) {
    const id = value(before);
    parts.push(`m.stream collate "C" < ${id} and ${made('m.stream')} <= ${made(id)}`);
  }
  if (since !== undefined) parts.push(`m.stream collate "C" >= ${value(firstId('msg', Date.parse(since)))}`);
  if (status !== undefined)
    parts.push(`${OUTCOMES.includes(status) ? 'm.outcome' : "m.state->>'status'"} = ${value(status)}`);
  return { where: parts.map((part) => `and ${part}`).join(' '), values, value };
}
