import { Controller, Inject } from '@nestjs/common';
import type { CustomFieldView } from '@wbiz/contracts/custom-field';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { QueryHandler } from '@wbiz/service-kit/handlers';
import { pageOf } from '@wbiz/service-kit/paging';
import type { Pool } from 'pg';
import { removalsOf } from '../label/read-removals.js';
import { fieldsStream, type Definition, type FieldsState } from './custom-field.decider.js';

@Controller()
export class CustomFieldQueries {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  /**
   * Newest first; sorted in memory, since an account has few. Throws `invalid_request` for a cursor that this service
   * did not issue.
   */
  @QueryHandler('field.list')
  async list(ask: Ask<'field.list'>): Promise<Answer<'field.list'>> {
    const { accountId } = ask;
    const page = pageOf(ask, 'time', 'text');
    const [created, key] = page.after;
    const { rows } = await this.pool.query<{ state: FieldsState }>({
      name: 'field-list',
      text: 'select state from contacts.custom_fields where stream = $1',
      values: [fieldsStream(accountId)],
    });
    const all = Object.values(rows[0]?.state.fields ?? {})
      .sort((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1))
      .filter((field) => created === undefined || placeOf(field) < `${created} ${key}`);
    return {
      ...page.cut(all, (field) => [field.createdAt, field.key], viewOf),
      removals: await removalsOf(this.pool, accountId, 'field'),
    };
  }
}

const viewOf = ({ made: _made, ...field }: Definition): CustomFieldView => field;
const placeOf = ({ createdAt, key }: Definition) => `${createdAt} ${key}`;
