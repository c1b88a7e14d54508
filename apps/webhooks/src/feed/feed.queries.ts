import { Controller, Inject } from '@nestjs/common';
import type { EventView } from '@wbiz/contracts/feed';
import { DEFAULT_LIMIT } from '@wbiz/contracts/page';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { QueryHandler } from '@wbiz/service-kit/handlers';
import type { Pool } from 'pg';
import { feedCursor, sequenceIn } from './feed.cursor.js';
import { FeedWatch } from './feed.watch.js';

/** How many events one look passes at most, so that a rare type does not cost a reading of everything. */
const STRETCH = 5_000;
/** How long a read without `wait` looks on while all that it passes is of other types. */
const LOOK_ON_MS = 1_000;

type Row = Pick<EventView, 'id' | 'type' | 'data'> & { readonly sequence: string; readonly created_at: Date };
/** `passed`: the last sequence looked at. `more`: whether there may be events behind it already. */
type Look = { readonly data: EventView[]; readonly passed: number; readonly more: boolean };

/** What `/v1/events` shows. */
@Controller()
export class FeedQueries {
  constructor(
    @Inject(PG_POOL) private readonly pool: Pool,
    private readonly watch: FeedWatch,
  ) {}

  /**
   * Oldest first, after `since`. The cursor of a page lies behind the events of other types that were passed. With
   * `wait` an empty page comes only after so many seconds without an event. Throws `invalid_request` for a foreign cursor.
   */
  @QueryHandler('feed.read')
  async read({
    accountId,
    since,
    types,
    limit = DEFAULT_LIMIT,
    wait = 0,
  }: Ask<'feed.read'>): Promise<Answer<'feed.read'>> {
    const waitUntil = Date.now() + wait * 1_000;
    const lookOnUntil = Math.max(waitUntil, Date.now() + LOOK_ON_MS);
    let after = since === undefined ? 0 : sequenceIn(since);
    for (;;) {
      const { data, passed, more } = types?.length
        ? await this.chosen(accountId, after, types, limit)
        : await this.next(accountId, after, limit);
      after = passed;
      const left = (more ? lookOnUntil : waitUntil) - Date.now();
      const lookAgain =
        data.length === 0 && left > 0 && (more || (await this.watch.beyond(accountId, after, left)));
      if (!lookAgain) return { data, nextCursor: feedCursor(after) };
    }
  }

  private async next(accountId: string, after: number, limit: number): Promise<Look> {
    const { rows } = await this.pool.query<Row>({
      name: 'feed-next',
      text: `select sequence, id, type, created_at, data from webhooks.feed
             where account_id = $1 and sequence > $2 order by sequence limit $3`,
      values: [accountId, after, limit],
    });
    const data = rows.map(viewOf);
    return { data, passed: data.at(-1)?.sequence ?? after, more: false };
  }

  private async chosen(
    accountId: string,
    after: number,
    types: readonly string[],
    limit: number,
  ): Promise<Look> {
    const looked = await this.pool.query<{ last: string | null; passed: string; chosen: string[] }>({
      name: 'feed-look',
      text: `with passed as (
               select sequence, type from webhooks.feed where account_id = $1 and sequence > $2 order by sequence limit ${STRETCH})
             select max(sequence) as last, count(*) as passed,
                    array(select sequence from passed where type = any($3) order by sequence limit $4) as chosen
             from passed`,
      values: [accountId, after, types, limit],
    });
    const { last, passed, chosen } = looked.rows[0]!;
    const more = chosen.length === limit || Number(passed) === STRETCH;
    if (chosen.length === 0) return { data: [], passed: Number(last ?? after), more };
    const { rows } = await this.pool.query<Row>({
      name: 'feed-chosen',
      text: `select sequence, id, type, created_at, data from webhooks.feed
             where account_id = $1 and sequence = any($2) order by sequence`,
      values: [accountId, chosen],
    });
    const data = rows.map(viewOf);
    return { data, passed: chosen.length === limit ? data.at(-1)!.sequence : Number(last), more };
  }
}

const viewOf = ({ sequence, created_at, ...event }: Row): EventView => ({
  id: event.id,
  sequence: Number(sequence),
  type: event.type,
  createdAt: created_at.toISOString(),
  data: event.data,
});
