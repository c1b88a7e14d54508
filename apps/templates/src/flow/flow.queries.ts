import { Controller, Inject } from '@nestjs/common';
import type { FlowView } from '@wbiz/contracts/flow';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { QueryHandler } from '@wbiz/service-kit/handlers';
import { pageOf } from '@wbiz/service-kit/paging';
import type { Pool } from 'pg';
import { FlowSync } from './flow.sync.js';

type Row = Omit<FlowView, 'updatedAt'> & { readonly updatedAt: Date };
const SHOWN = 'id, meta_id as "metaId", name, status, categories, updated_at as "updatedAt"';

/** An account's flows as of the last pull. */
@Controller()
export class FlowQueries {
  constructor(
    @Inject(PG_POOL) private readonly pool: Pool,
    private readonly sync: FlowSync,
  ) {}

  /**
   * Newest first: sorted by id, which begins with a creation time. Throws `invalid_request` for a cursor that this
   * service did not issue.
   */
  @QueryHandler('flow.list')
  async list(ask: Ask<'flow.list'>): Promise<Answer<'flow.list'>> {
    const { accountId, status = 'published' } = ask;
    const page = pageOf(ask, 'id');
    await this.sync.upToDate(accountId);
    const { rows } = await this.pool.query<Row>({
      name: 'flow-list',
      text: `select ${SHOWN} from templates.flows
             where account_id = $1 and listed and status = $2 and ($3::text is null or id < $3)
             order by id desc limit $4`,
      values: [accountId, status, ...page.after, page.fetch],
    });
    return page.cut(rows, ({ id }) => [id], viewOf);
  }

  @QueryHandler('flow.get')
  async get({ accountId, id }: Ask<'flow.get'>): Promise<Answer<'flow.get'>> {
    await this.sync.upToDate(accountId);
    const { rows } = await this.pool.query<Row>({
      name: 'flow-get',
      text: `select ${SHOWN} from templates.flows where account_id = $1 and listed and id = $2`,
      values: [accountId, id],
    });
    return rows[0] ? viewOf(rows[0]) : null;
  }
}

const viewOf = (row: Row): FlowView => ({ ...row, updatedAt: row.updatedAt.toISOString() });
