import { Controller, Inject } from '@nestjs/common';
import { contactIdOf } from '@wbiz/contracts/conversation';
import { firstId } from '@wbiz/contracts/ids';
import { DEFAULT_LIMIT } from '@wbiz/contracts/page';
import type { Queries } from '@wbiz/contracts/queries';
import { QueryHandler } from '@wbiz/eventing/rpc/query-handler';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { idCursor, idPage } from '@wbiz/service-kit/id-page';
import type { Pool } from 'pg';
import { viewOf } from './message.aggregate.js';
import type { MessageState } from './message.decider.js';

type Ask<Query extends keyof Queries> = Queries[Query]['ask'];
type Answer<Query extends keyof Queries> = Promise<Queries[Query]['answer']>;

@Controller()
export class MessageQueries {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  @QueryHandler('message.get')
  async get({ accountId, id }: Ask<'message.get'>): Answer<'message.get'> {
    const { rows } = await this.pool.query<{ state: MessageState }>({
      name: 'message-get',
      text: 'select state from messaging.messages where account_id = $1 and stream = $2',
      values: [accountId, id],
    });
    return rows[0] ? viewOf(rows[0].state) : null;
  }

  /** Newest first: ids begin with the time they were made. Throws `invalid_request` for a cursor that is none of ours. */
  @QueryHandler('message.list')
  async list(ask: Ask<'message.list'>): Answer<'message.list'> {
    const { accountId, limit = DEFAULT_LIMIT, status, to, since } = ask;
    // Without a name, so that it is planned anew for the filters that are given.
    const { rows } = await this.pool.query<{ state: MessageState }>(
      `select state from messaging.messages
       where account_id = $1
         and ($2::text is null or stream collate "C" < $2)
         and ($3::text is null or stream collate "C" >= $3)
         and ($4::text is null or state->>'status' = $4)
         and ($5::text is null or state->>'direction' = 'out' and conversation_id in
           (select stream from messaging.conversations where account_id = $1 and contact_id = $5))
       order by stream collate "C" desc limit $6 + 1`,
      [
        accountId,
        idCursor(ask.cursor),
        since === undefined ? null : firstId('msg', Date.parse(since)),
        status,
        to === undefined ? null : contactIdOf(accountId, to),
        limit,
      ],
    );
    const { data, nextCursor } = idPage(rows, limit, ({ state }) => state.id);
    return { data: data.map(({ state }) => viewOf(state)), nextCursor };
  }

  /** Messages Meta took, and people written with, since a time. */
  @QueryHandler('message.usage')
  async usage({ accountId, since }: Ask<'message.usage'>): Answer<'message.usage'> {
    const { rows } = await this.pool.query<{ sent: string; conversations: string }>(
      `select count(*) filter (where state->>'direction' = 'out' and state->>'wamid' is not null) as sent,
              count(distinct state->>'conversationId') as conversations
       from messaging.messages where account_id = $1 and stream collate "C" >= $2`,
      [accountId, firstId('msg', Date.parse(since))],
    );
    return { messagesSent: Number(rows[0]!.sent), conversations: Number(rows[0]!.conversations) };
  }
}
