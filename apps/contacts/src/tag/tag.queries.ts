import { Controller, Inject } from '@nestjs/common';
import { DEFAULT_LIMIT, decodeCursor, encodeCursor } from '@wbiz/contracts/page';
import type { Queries } from '@wbiz/contracts/queries';
import { tagStream, type TagView } from '@wbiz/contracts/tag';
import { QueryHandler } from '@wbiz/eventing/rpc/query-handler';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { foreignCursor } from '@wbiz/service-kit/id-page';
import type { Pool } from 'pg';
import { removalsOf } from '../label/removals.js';

type Row = {
  readonly stream: string;
  readonly name: string;
  readonly created: string;
  readonly contacts: string;
};

@Controller()
export class TagQueries {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  /** Newest first. Throws `invalid_request` for a cursor that is none of ours. */
  @QueryHandler('tag.list')
  async list(ask: Queries['tag.list']['ask']): Promise<Queries['tag.list']['answer']> {
    const { accountId, limit = DEFAULT_LIMIT } = ask;
    const [created = null, stream = null] = placeOf(ask.cursor, accountId) ?? [];
    const { rows } = await this.pool.query<Row>({
      name: 'tag-list',
      text: `${COUNTED} and ($2::text is null or (t.created, t.stream) < ($2, $3))
             order by t.created desc, t.stream desc limit $4 + 1`,
      values: [accountId, created, stream, limit],
    });
    const last = rows[limit - 1];
    return {
      data: rows.slice(0, limit).map(viewOf),
      nextCursor:
        last && rows.length > limit
          ? encodeCursor(last.created, last.stream.slice(accountId.length + 5))
          : null,
      removals: await removalsOf(this.pool, accountId, 'tag'),
    };
  }

  @QueryHandler('tag.get')
  async get({ accountId, name }: Queries['tag.get']['ask']): Promise<Queries['tag.get']['answer']> {
    const { rows } = await this.pool.query<Row>({
      name: 'tag-get',
      text: `${COUNTED} and t.stream = $2`,
      values: [accountId, tagStream(accountId, name)],
    });
    return rows[0] ? viewOf(rows[0]) : null;
  }
}

/** The tags of an account ($1) and how many contacts have each. The key of a tag is what its stream's name ends in. */
export const COUNTED = `select t.stream, t.created, t.state->>'name' as name, coalesce(c.contacts, 0) as contacts,
    (t.state->>'generation')::int as generation
  from contacts.tags t left join contacts.tag_counts c on c.account_id = t.account_id
    and c.tag = substr(t.stream, length(t.account_id) + 6) and c.generation = (t.state->>'generation')::int
  where t.account_id = $1 and t.created is not null`;

const viewOf = ({ name, created, contacts }: Row): TagView => ({
  name,
  contactCount: Number(contacts),
  createdAt: created,
});

function placeOf(cursor: string | undefined, accountId: string): [string, string] | undefined {
  if (cursor === undefined) return undefined;
  const [created, key] = decodeCursor(cursor, 2) ?? [];
  if (typeof created !== 'string' || typeof key !== 'string') throw foreignCursor();
  return [created, `tag:${accountId}:${key}`];
}
