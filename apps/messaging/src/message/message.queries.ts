import { Controller, Inject } from '@nestjs/common';
import type { Queries } from '@wbiz/contracts/queries';
import { QueryHandler } from '@wbiz/eventing/rpc/query-handler';
import { PG_POOL } from '@wbiz/service-kit/database.module';
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

  /** Messages Meta took, and people written with, since a time. */
  @QueryHandler('message.usage')
  async usage({ accountId, since }: Ask<'message.usage'>): Answer<'message.usage'> {
    const { rows } = await this.pool.query<{ sent: string; conversations: string }>(
      `select count(*) filter (where state->>'direction' = 'out' and state->>'wamid' is not null) as sent,
              count(distinct state->>'conversationId') as conversations
       from messaging.messages where account_id = $1 and created_at >= $2`,
      [accountId, since],
    );
    return { messagesSent: Number(rows[0]!.sent), conversations: Number(rows[0]!.conversations) };
  }
}
