import { Controller, Inject } from '@nestjs/common';
import { inOrder } from '@wbiz/contracts/schema/in-order';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import { TemplateView } from '@wbiz/contracts/template';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { QueryHandler } from '@wbiz/service-kit/handlers';
import { pageOf } from '@wbiz/service-kit/paging';
import type { Pool } from 'pg';

type Row = { readonly view: TemplateView };

/** An account's templates, without removed ones. */
@Controller()
export class TemplateQueries {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  /**
   * Newest first: sorted by id, which begins with the creation time. Throws `invalid_request` for a cursor that this
   * service did not issue.
   */
  @QueryHandler('template.list')
  async list(ask: Ask<'template.list'>): Promise<Answer<'template.list'>> {
    const { accountId, status, category, language, search } = ask;
    const page = pageOf(ask, 'id');
    const { rows } = await this.pool.query<Row>({
      name: 'template-list',
      text: `select state->'view' as view from templates.templates
             where account_id = $1 and state->'removed' = 'false'
               and ($2::text is null or stream < $2)
               and ($3::text is null or state->'view'->>'status' = $3)
               and ($4::text is null or state->'view'->>'category' = upper($4))
               and ($5::text is null or state->'view'->>'language' = $5)
               and ($6::text is null or strpos(state->'view'->>'name', lower($6)) > 0)
             order by stream desc limit $7`,
      values: [accountId, ...page.after, status, category, language, search, page.fetch],
    });
    return page.cut(
      rows,
      ({ view }) => [view.id],
      ({ view }) => inOrder(TemplateView, view),
    );
  }

  @QueryHandler('template.get')
  async get({ accountId, id }: Ask<'template.get'>): Promise<Answer<'template.get'>> {
    const { rows } = await this.pool.query<Row>({
      name: 'template-get',
      text: `select state->'view' as view from templates.templates
             where account_id = $1 and stream = $2 and state->'removed' = 'false'`,
      values: [accountId, id],
    });
    return rows[0] ? inOrder(TemplateView, rows[0].view) : null;
  }

  @QueryHandler('template.find')
  async find({ accountId, name, language }: Ask<'template.find'>): Promise<Answer<'template.find'>> {
    const { rows } = await this.pool.query<Row>({
      name: 'template-find',
      text: `select state->'view' as view from templates.templates
             where account_id = $1 and state->'view'->>'name' = $2 and state->'view'->>'language' = $3
               and state->'removed' = 'false'`,
      values: [accountId, name, language],
    });
    return rows[0] ? inOrder(TemplateView, rows[0].view) : null;
  }
}
