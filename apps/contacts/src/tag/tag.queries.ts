import { Controller, Inject } from '@nestjs/common';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import { tagStream, type TagView } from '@wbiz/contracts/tag';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { QueryHandler } from '@wbiz/service-kit/handlers';
import { pageOf } from '@wbiz/service-kit/paging';
import type { Pool } from 'pg';
import { removalsOf } from '../label/read-removals.js';

type Row = {
  readonly stream: string;
  readonly name: string;
  readonly created: string;
  readonly contacts: string;
};

@Controller()
export class TagQueries {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  /** Newest first. Throws `invalid_request` for a cursor that this service did not issue. */
  @QueryHandler('tag.list')
  async list(ask: Ask<'tag.list'>): Promise<Answer<'tag.list'>> {
    const { accountId } = ask;
    const page = pageOf(ask, 'time', 'text');
    const [created, key] = page.after;
    const { rows } = await this.pool.query<Row>({
      name: 'tag-list',
      text: `${TAGS_WITH_COUNTS} and ($2::text is null or (t.created, t.stream) < ($2, $3))
             order by t.created desc, t.stream desc limit $4`,
      values: [accountId, created, key && `tag:${accountId}:${key}`, page.fetch],
    });
    return {
      ...page.cut(rows, (row) => [row.created, row.stream.slice(accountId.length + 5)], viewOf),
      removals: await removalsOf(this.pool, accountId, 'tag'),
    };
  }

  @QueryHandler('tag.get')
  async get({ accountId, name }: Ask<'tag.get'>): Promise<Answer<'tag.get'>> {
    const { rows } = await this.pool.query<Row>({
      name: 'tag-get',
      text: `${TAGS_WITH_COUNTS} and t.stream = $2`,
      values: [accountId, tagStream(accountId, name)],
    });
    return rows[0] ? viewOf(rows[0]) : null;
  }
}

/** SQL: the tags of account `$1` and their contact counts. A stream is named `tag:<account>:<key>`. */
export const TAGS_WITH_COUNTS = `select t.stream, t.created, t.state->>'name' as name, coalesce(c.contacts, 0) as contacts,
    (t.state->>'generation')::int as generation
  from contacts.tags t left join contacts.tag_counts c on c.account_id = t.account_id
    and c.tag = substr(t.stream, length(t.account_id) + 6) and c.generation = (t.state->>'generation')::int
  where t.account_id = $1 and t.created is not null`;

const viewOf = ({ name, created, contacts }: Row): TagView => ({
  name,
  contactCount: Number(contacts),
  createdAt: created,
});
