import { Controller, Inject } from '@nestjs/common';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import { QuickReplyView } from '@wbiz/contracts/quick-reply';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { QueryHandler } from '@wbiz/service-kit/handlers';
import type { Pool } from 'pg';
import { searchNewest } from '../search-newest.js';

const LIST = {
  name: 'quick-reply-list',
  table: 'quick_replies',
  there: 'shortcut is not null',
  view: QuickReplyView,
};

@Controller()
export class QuickReplyQueries {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  @QueryHandler('quick-reply.list')
  list(ask: Ask<'quick-reply.list'>): Promise<Answer<'quick-reply.list'>> {
    return searchNewest(this.pool, LIST, ask);
  }
}
