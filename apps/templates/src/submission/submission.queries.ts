import { Controller, Inject } from '@nestjs/common';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { QueryHandler } from '@wbiz/service-kit/handlers';
import type { Pool } from 'pg';

@Controller()
export class SubmissionQueries {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  @QueryHandler('template.outcome')
  async outcome({ accountId, id }: Ask<'template.outcome'>): Promise<Answer<'template.outcome'>> {
    const { rows } = await this.pool.query<{ reply: Answer<'template.outcome'> }>({
      name: 'template-outcome',
      text: 'select reply from templates.submissions where account_id = $1 and id = $2',
      values: [accountId, id],
    });
    return rows[0]?.reply ?? null;
  }
}
