import { Controller, Inject } from '@nestjs/common';
import { caseless } from '@wbiz/contracts/caseless';
import { inOrder } from '@wbiz/contracts/in-order';
import { PresetView } from '@wbiz/contracts/preset';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { QueryHandler } from '@wbiz/service-kit/handlers';
import { pageOf } from '@wbiz/service-kit/paging';
import type { Pool } from 'pg';

type Row = { readonly view: PresetView };

@Controller()
export class PresetQueries {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  /** Newest first: ids begin with the time they were made. Throws `invalid_request` for a foreign cursor. */
  @QueryHandler('preset.list')
  async list(ask: Ask<'preset.list'>): Promise<Answer<'preset.list'>> {
    const page = pageOf(ask, 'id');
    const { rows } = await this.pool.query<Row>({
      name: 'preset-list',
      text: `select state->'view' as view from templates.presets
             where account_id = $1 and state->'deleted' = 'false' and ($2::text is null or stream < $2)
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
      ({ view }) => inOrder(PresetView, view),
    );
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
