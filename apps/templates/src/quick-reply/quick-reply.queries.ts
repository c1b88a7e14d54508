import { Controller, Inject } from '@nestjs/common';
import { caseless } from '@wbiz/contracts/caseless';
import { inOrder } from '@wbiz/contracts/in-order';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import { QuickReplyView } from '@wbiz/contracts/quick-reply';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { QueryHandler } from '@wbiz/service-kit/handlers';
import { pageOf } from '@wbiz/service-kit/paging';
import type { Pool } from 'pg';

@Controller()
export class QuickReplyQueries {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  /** Newest first: ids begin with the time they were made. Throws `invalid_request` for a foreign cursor. */
  @QueryHandler('quick-reply.list')
  async list(ask: Ask<'quick-reply.list'>): Promise<Answer<'quick-reply.list'>> {
    const page = pageOf(ask, 'id');
    const { rows } = await this.pool.query<{ view: QuickReplyView }>({
      name: 'quick-reply-list',
      text: `select state->'view' as view from templates.quick_replies
             where account_id = $1 and shortcut is not null and ($2::text is null or stream < $2)
               and ($3::text is null or strpos(state->>'search', $3) > 0)
             order by stream desc limit $4`,
      values: [
        ask.accountId,
        page.after[0],
        ask.search === undefined ? null : caseless(ask.search),
        page.fetch,
      ],
    });
    return page.cut(
      rows,
      ({ view }) => [view.id],
      ({ view }) => inOrder(QuickReplyView, view),
    );
  }
}
