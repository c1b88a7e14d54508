import { Controller, Inject } from '@nestjs/common';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { QueryHandler } from '@wbiz/service-kit/handlers';
import type { Pool } from 'pg';
import { viewOf } from './media.aggregate.js';
import type { MediaState } from './media.decider.js';

type Row = {
  readonly state: MediaState | null;
  readonly key: string | null;
  readonly uploaded_at: Date | null;
  readonly task: string | null;
};

@Controller()
export class MediaQueries {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  @QueryHandler('media.find')
  async find({ accountId, id }: Ask<'media.find'>): Promise<Answer<'media.find'>> {
    const { rows } = await this.pool.query<Row>({
      name: 'media-find',
      text: `select m.state, f.key, f.uploaded_at, t.kind as task from (select $1::text as account_id, $2::text as id) q
             left join messaging.media m on m.stream = q.id and m.account_id = q.account_id
             left join messaging.media_files f on f.account_id = q.account_id and f.sha256 = m.sha256
             left join messaging.media_tasks t on t.media_id = q.id and t.account_id = q.account_id`,
      values: [accountId, id],
    });
    const { state, key, uploaded_at, task } = rows[0]!;
    if (state?.error) return { state: 'rejected', error: state.error };
    if (state && !state.deletedAt && key) return { state: 'kept', view: viewOf(state, uploaded_at), key };
    if (state) return null;
    return task === 'fetch' ? { state: 'awaited' } : task === 'lost' ? { state: 'lost' } : null;
  }
}
