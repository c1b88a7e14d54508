import { Controller, Inject } from '@nestjs/common';
import type { CustomFieldView } from '@wbiz/contracts/custom-field';
import { DEFAULT_LIMIT, decodeCursor, encodeCursor } from '@wbiz/contracts/page';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { QueryHandler } from '@wbiz/service-kit/handlers';
import { foreignCursor } from '@wbiz/service-kit/id-page';
import type { Pool } from 'pg';
import { removalsOf } from '../label/removals.js';
import { fieldsStream, type FieldsState } from './custom-field.decider.js';

@Controller()
export class CustomFieldQueries {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  /** Newest first; there are few. Throws `invalid_request` for a cursor that is none of ours. */
  @QueryHandler('field.list')
  async list(ask: Ask<'field.list'>): Promise<Answer<'field.list'>> {
    const { accountId, limit = DEFAULT_LIMIT, cursor } = ask;
    const [created, key] = cursor === undefined ? [] : (decodeCursor(cursor, 2) ?? []);
    if (cursor !== undefined && (typeof created !== 'string' || typeof key !== 'string'))
      throw foreignCursor();
    const { rows } = await this.pool.query<{ state: FieldsState }>({
      name: 'field-list',
      text: 'select state from contacts.custom_fields where stream = $1',
      values: [fieldsStream(accountId)],
    });
    const all = Object.values(rows[0]?.state.fields ?? {})
      .map(({ made: _made, ...field }): CustomFieldView => field)
      .sort((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1))
      .filter((field) => cursor === undefined || placeOf(field) < `${created} ${key}`);
    const last = all[limit - 1];
    return {
      data: all.slice(0, limit),
      nextCursor: last && all.length > limit ? encodeCursor(last.createdAt, last.key) : null,
      removals: await removalsOf(this.pool, accountId, 'field'),
    };
  }
}

const placeOf = ({ createdAt, key }: CustomFieldView) => `${createdAt} ${key}`;
