import { Controller, Inject } from '@nestjs/common';
import { DEFAULT_LIMIT, decodeCursor, encodeCursor } from '@wbiz/contracts/page';
import type { FieldFault } from '@wbiz/contracts/problem';
import type { Queries } from '@wbiz/contracts/queries';
import type { TemplateView } from '@wbiz/contracts/template';
import { Rejection } from '@wbiz/eventing/rejection';
import { QueryHandler } from '@wbiz/eventing/rpc/query-handler';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import type { Pool } from 'pg';

type Ask<Query extends keyof Queries> = Queries[Query]['ask'];
type Answer<Query extends keyof Queries> = Promise<Queries[Query]['answer']>;
type Row = { readonly view: TemplateView };

/** What is known of an account's templates; removed ones are not there any more. */
@Controller()
export class TemplateQueries {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  /** Newest first: ids begin with the time they were made. Throws `invalid_request` for a cursor that is none of ours. */
  @QueryHandler('template.list')
  async list(ask: Ask<'template.list'>): Answer<'template.list'> {
    const { accountId, limit = DEFAULT_LIMIT, status, category, language, search } = ask;
    const { rows } = await this.pool.query<Row>({
      name: 'template-list',
      text: `select state->'view' as view from templates.templates
             where account_id = $1 and state->'removed' = 'false'
               and ($2::text is null or stream < $2)
               and ($3::text is null or state->'view'->>'status' = $3)
               and ($4::text is null or state->'view'->>'category' = upper($4))
               and ($5::text is null or state->'view'->>'language' = $5)
               and ($6::text is null or strpos(state->'view'->>'name', lower($6)) > 0)
             order by stream desc limit $7 + 1`,
      values: [accountId, before(ask.cursor), status, category, language, search, limit],
    });
    const data = rows.slice(0, limit).map(({ view }) => view);
    return { data, nextCursor: rows.length > limit ? encodeCursor(data.at(-1)!.id) : null };
  }

  @QueryHandler('template.get')
  async get({ accountId, id }: Ask<'template.get'>): Answer<'template.get'> {
    const { rows } = await this.pool.query<Row>({
      name: 'template-get',
      text: `select state->'view' as view from templates.templates
             where account_id = $1 and stream = $2 and state->'removed' = 'false'`,
      values: [accountId, id],
    });
    return rows[0]?.view ?? null;
  }

  @QueryHandler('template.find')
  async find({ accountId, name, language }: Ask<'template.find'>): Answer<'template.find'> {
    const { rows } = await this.pool.query<Row>({
      name: 'template-find',
      text: `select state->'view' as view from templates.templates
             where account_id = $1 and state->'view'->>'name' = $2 and state->'view'->>'language' = $3
               and state->'removed' = 'false'`,
      values: [accountId, name, language],
    });
    return rows[0]?.view ?? null;
  }
}

/** The id that a page ended with; null for the first page. */
function before(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const [id] = decodeCursor(cursor, 1) ?? [];
  if (typeof id === 'string') return id;
  const detail = 'cursor is not the nextCursor of a page before.';
  const fault: FieldFault = { pointer: '?cursor', code: 'cursor', detail };
  throw new Rejection('invalid_request', detail, [fault]);
}
