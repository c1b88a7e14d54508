import { Controller, Inject } from '@nestjs/common';
import { inOrder } from '@wbiz/contracts/schema/in-order';
import { PresetView } from '@wbiz/contracts/preset';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { QueryHandler } from '@wbiz/service-kit/handlers';
import type { Pool } from 'pg';
import { searchNewest } from '../search-newest.js';

type Row = { readonly view: PresetView };
const LIST = {
  name: 'preset-list',
  table: 'presets',
  there: `state->'deleted' = 'false'`,
  view: PresetView,
};

@Controller()
export class PresetQueries {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  @QueryHandler('preset.list')
  list(ask: Ask<'preset.list'>): Promise<Answer<'preset.list'>> {
    return searchNewest(this.pool, LIST, ask);
  }

  @QueryHandler('preset.get')
  async get({ accountId, id }: Ask<'preset.get'>): Promise<Answer<'preset.get'>> {
    const { rows } = await this.pool.query<Row>({
      name: 'preset-get',
      text: `select state->'view' as view from templates.presets
             where account_id = $1 and stream = $2 and state->'deleted' = 'false'`,
      values: [accountId, id],
    });
    return rows[0] ? inOrder(PresetView, rows[0].view) : null;
  }
}
