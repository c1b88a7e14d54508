import { Controller, Inject } from '@nestjs/common';
import { NOW, type EventView } from '@wbiz/contracts/feed';
import { DEFAULT_LIMIT } from '@wbiz/contracts/page';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { QueryHandler } from '@wbiz/service-kit/handlers';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Pool } from 'pg';
import { feedCursor, sequenceIn } from './feed.cursor.js';
import { KEPT_DAYS } from './feed-retention.js';
import { FeedWatch } from './feed.watch.js';

/** Maximum events that one query scans: a filter for a rare type must not scan the whole feed. */
const STRETCH = 5_000;
/** How long a read without `wait` continues while it finds only events of other types, in ms. */
const LOOK_ON_MS = 1_000;

type Row = Pick<EventView, 'id' | 'type' | 'data'> & { readonly sequence: string; readonly created_at: Date };
type Look = {
  readonly data: EventView[];
  /** The lowest sequence scanned. */
  readonly first: number | undefined;
  /** The cursor after all scanned events, in reading direction. */
  readonly passed: number;
  /** Whether the feed may hold more events beyond `passed`. */
  readonly more: boolean;
};

/**
 * A cursor is the sequence of the event before it: ON reads higher sequences, BACK reads that sequence and lower ones.
 */
const ON = { name: 'on', beyond: '>', order: 'asc', last: 'max', passing: 0 } as const;
const BACK = { name: 'back', beyond: '<=', order: 'desc', last: 'min', passing: -1 } as const;
type Asked = {
  readonly accountId: string;
  readonly direction: typeof ON | typeof BACK;
  /** A cursor. */
  readonly from: number;
  readonly limit: number;
};

/** Answers `/v1/events`. */
@Controller()
export class FeedQueries {
  constructor(
    @Inject(PG_POOL) private readonly pool: Pool,
    private readonly watch: FeedWatch,
  ) {}

  /**
   * Oldest first after `since`, or newest first back from `before`. The next cursor is beyond all events scanned, also
   * those of other types. With `wait` an empty page is returned only after that many seconds without an event. Throws
   * `invalid_request` for an unknown cursor, `cursor_expired` if events after `since` have expired.
   */
  @QueryHandler('feed.read')
  async read({
    accountId,
    since,
    before,
    types,
    limit = DEFAULT_LIMIT,
    wait = 0,
  }: Ask<'feed.read'>): Promise<Answer<'feed.read'>> {
    if (since === NOW) return { data: [], nextCursor: feedCursor(await this.end(accountId)) };
    const waitUntil = Date.now() + wait * 1_000;
    const lookOnUntil = Math.max(waitUntil, Date.now() + LOOK_ON_MS);
    const direction = before === undefined ? ON : BACK;
    let from = before === undefined ? beginning(since) : await this.place(accountId, before);
    for (;;) {
      const asked = { accountId, direction, from, limit };
      const { data, first, passed, more } = types?.length
        ? await this.chosen(asked, types)
        : await this.next(asked);
      // The feed has no gaps: if the first event is not the next one after the cursor, events between them have expired.
      if (since !== undefined && first !== undefined && first > from + 1) throw expired();
      from = passed;
      const left = (more ? lookOnUntil : waitUntil) - Date.now();
      const lookAgain =
        data.length === 0 && left > 0 && (more || (await this.watch.beyond(accountId, from, left)));
      if (!lookAgain) return { data, nextCursor: feedCursor(from) };
    }
  }

  private async place(accountId: string, before: string): Promise<number> {
    return before === NOW ? this.end(accountId) : sequenceIn(before, 'before');
  }

  private async end(accountId: string): Promise<number> {
    const { rows } = await this.pool.query<{ sequence: string }>({
      name: 'feed-end',
      text: 'select sequence from webhooks.feed_heads where account_id = $1',
      values: [accountId],
    });
    return Number(rows[0]?.sequence ?? 0);
  }

  private async next({ accountId, direction, from, limit }: Asked): Promise<Look> {
    const { name, beyond, order, passing } = direction;
    const { rows } = await this.pool.query<Row>({
      name: `feed-next-${name}`,
      text: `select sequence, id, type, created_at, data from webhooks.feed
             where account_id = $1 and sequence ${beyond} $2 order by sequence ${order} limit $3`,
      values: [accountId, from, limit],
    });
    const data = rows.map(viewOf);
    const last = data.at(-1);
    return { data, first: data[0]?.sequence, passed: last ? last.sequence + passing : from, more: false };
  }

  private async chosen(
    { accountId, direction, from, limit }: Asked,
    types: readonly string[],
  ): Promise<Look> {
    const { name, beyond, order, last: furthest, passing } = direction;
    const looked = await this.pool.query<{
      first: string | null;
      last: string | null;
      passed: string;
      chosen: string[];
    }>({
      name: `feed-look-${name}`,
      text: `with passed as (
               select sequence, type from webhooks.feed where account_id = $1 and sequence ${beyond} $2 order by sequence ${order} limit ${STRETCH})
             select min(sequence) as first, ${furthest}(sequence) as last, count(*) as passed,
                    array(select sequence from passed where type = any($3) order by sequence ${order} limit $4) as chosen
             from passed`,
      values: [accountId, from, types, limit],
    });
    const { first: lowest, last, passed, chosen } = looked.rows[0]!;
    const first = lowest === null ? undefined : Number(lowest);
    const more = chosen.length === limit || Number(passed) === STRETCH;
    const behindAll = last === null ? from : Number(last) + passing;
    if (chosen.length === 0) return { data: [], first, passed: behindAll, more };
    const { rows } = await this.pool.query<Row>({
      name: `feed-chosen-${name}`,
      text: `select sequence, id, type, created_at, data from webhooks.feed
             where account_id = $1 and sequence = any($2) order by sequence ${order}`,
      values: [accountId, chosen],
    });
    const data = rows.map(viewOf);
    return {
      data,
      first,
      passed: chosen.length === limit ? data.at(-1)!.sequence + passing : behindAll,
      more,
    };
  }
}

const expired = () =>
  new Rejection(
    'cursor_expired',
    `since is older than the events that are kept, ${KEPT_DAYS} days: leave it out to begin with the oldest of them.`,
  );
const beginning = (since: string | undefined) => (since === undefined ? 0 : sequenceIn(since));

const viewOf = ({ sequence, created_at, ...event }: Row): EventView => ({
  id: event.id,
  sequence: Number(sequence),
  type: event.type,
  createdAt: created_at.toISOString(),
  data: event.data,
});
