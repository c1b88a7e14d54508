import { Controller, Inject } from '@nestjs/common';
import { firstId, newId } from '@wbiz/contracts/ids';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import type { DeliveryStats, DeliveryStatus, DeliveryView, ReplayProgress } from '@wbiz/contracts/webhook';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { QueryHandler } from '@wbiz/service-kit/handlers';
import { pageOf } from '@wbiz/service-kit/paging';
import { parameters } from '@wbiz/service-kit/parameters';
import type { Pool } from 'pg';
import { positionOf } from '../subscription/readers.projection.js';
import { Subscriptions } from '../subscription/subscriptions.js';
import { DELIVERY_STATUS } from './delivery-log.js';
import { envelopeOf, FEED_COLUMNS, type FeedRow } from './envelope.js';
import { percentile } from './latency-histogram.js';
import { Sender } from './sender.js';

const MOST_ATTEMPTS = 100;
const MOST_LAG = 100_000;

type Row = Omit<DeliveryView, 'lastAttemptAt' | 'nextAttemptAt'> & {
  readonly lastAttemptAt: Date;
  readonly nextAttemptAt: Date | null;
};
type AttemptRow = {
  readonly at: Date;
  readonly delivered: boolean;
  readonly statusCode: number | null;
  readonly error: string | null;
  readonly durationMs: number;
  readonly responseBody: string | null;
};
type StatsRow = { readonly attempts: number; readonly delivered: number; readonly buckets: number[] | null };

/** Reads the delivery log, and tests endpoints. */
@Controller()
export class DeliveryQueries {
  constructor(
    @Inject(PG_POOL) private readonly pool: Pool,
    private readonly subscriptions: Subscriptions,
    private readonly sender: Sender,
  ) {}

  /** Deliveries, newest event first. Throws `invalid_request` for an unknown cursor. */
  @QueryHandler('webhook.deliveries')
  async list(ask: Ask<'webhook.deliveries'>): Promise<Answer<'webhook.deliveries'>> {
    const page = pageOf(ask, 'id');
    if (!(await this.isThere(ask))) return null;
    const { values, value } = parameters(ask.id);
    const conditions = ['d.webhook_id = $1'];
    const [after] = page.after;
    if (after !== undefined) conditions.push(`d.id < ${value(after)}`);
    if (ask.since !== undefined) conditions.push(`d.id >= ${value(firstId('dlv', Date.parse(ask.since)))}`);
    if (ask.until !== undefined) conditions.push(`d.id < ${value(firstId('dlv', Date.parse(ask.until)))}`);
    if (ask.eventType !== undefined) conditions.push(`d.event_type = ${value(ask.eventType)}`);
    if (ask.messageId !== undefined) conditions.push(`d.message_id = ${value(ask.messageId)}`);
    // Every delivery that has not succeeded has a failed attempt, and failed attempts have a small index of their own.
    if (ask.status !== undefined && ask.status !== 'succeeded')
      conditions.push(
        'd.id in (select e.id from webhooks.deliveries e where e.webhook_id = $1 and not e.delivered)',
      );
    const status = ask.status === undefined ? '' : `where status = ${value(ask.status)}`;
    const { rows } = await this.pool.query<Row>(
      `select * from (${this.latest(conditions)}) d ${status} order by id desc limit ${value(page.fetch)}`,
      values,
    );
    return page.cut(rows, ({ id }) => [id], viewOf);
  }

  @QueryHandler('webhook.delivery')
  async get(ask: Ask<'webhook.delivery'>): Promise<Answer<'webhook.delivery'>> {
    if (!(await this.isThere(ask))) return null;
    const { rows } = await this.pool.query<Row>({
      name: 'delivery-get',
      text: this.latest(['d.webhook_id = $1', 'd.id = $2']),
      values: [ask.id, ask.deliveryId],
    });
    if (!rows[0]) return null;
    const { rows: attempts } = await this.pool.query<AttemptRow>({
      name: 'delivery-attempts',
      text: `select at, delivered, status_code as "statusCode", error, duration_ms as "durationMs", response as "responseBody"
             from webhooks.deliveries where webhook_id = $1 and id = $2 order by at desc limit ${MOST_ATTEMPTS}`,
      values: [ask.id, ask.deliveryId],
    });
    const { rows: events } = await this.pool.query<FeedRow>({
      name: 'delivery-event',
      text: `select ${FEED_COLUMNS} from webhooks.feed f where account_id = $1 and sequence = $2`,
      values: [ask.accountId, rows[0].sequence],
    });
    return {
      ...viewOf(rows[0]),
      attemptLog: attempts.map(({ at, ...attempt }) => ({ at: at.toISOString(), ...attempt })),
      requestBody: events[0] ? envelopeOf(ask.accountId, events[0]).toString() : null,
    };
  }

  /** `lagSeconds`: the age of the oldest event after the cursor. */
  @QueryHandler('webhook.stats')
  async stats(ask: Ask<'webhook.stats'>): Promise<Answer<'webhook.stats'>> {
    const { rows } = await this.pool.query<{
      waiting: number;
      oldest: Date | null;
      pending: number;
      failed: number;
    }>({
      name: 'webhook-lag',
      text: `select b.*, (select count(*)::float8 from webhooks.failures f where f.webhook_id = r.webhook_id and f.due is not null) as pending,
               (select count(*)::float8 from webhooks.failures f where f.webhook_id = r.webhook_id and f.due is null) as failed
             from webhooks.readers r join webhooks.webhooks w on w.stream = r.webhook_id,
             lateral (select count(*)::float8 as waiting, min(created_at) as oldest from (
               select created_at from webhooks.feed f where f.account_id = r.account_id and f.sequence > r.cursor
                 and (w.state->'view'->'events' ? '*' or w.state->'view'->'events' ? f.type)
               order by sequence limit ${MOST_LAG}) behind) b
             where r.account_id = $1 and r.webhook_id = $2`,
      values: [ask.accountId, ask.id],
    });
    const [lag] = rows;
    if (!lag) return null;
    const [lastHour, lastDay, replays] = await Promise.all([
      this.statsOf(ask.id, 1),
      this.statsOf(ask.id, 24),
      this.replaysOf(ask.id),
    ]);
    return {
      lagEvents: lag.waiting,
      lagSeconds: lag.oldest ? Math.max(0, Math.round((Date.now() - lag.oldest.getTime()) / 1_000)) : 0,
      pending: lag.pending,
      failed: lag.failed,
      lastHour,
      lastDay,
      replays,
    };
  }

  /** Sends a signed sample event. The outcome is neither logged nor counted. */
  @QueryHandler('webhook.test')
  async test({ accountId, id: webhookId }: Ask<'webhook.test'>): Promise<Answer<'webhook.test'>> {
    const now = Date.now();
    const target = await this.subscriptions.target(accountId, webhookId, now);
    if (!target) return null;
    const id = newId('evt', now);
    const createdAt = new Date(now).toISOString();
    const data = { webhookId, message: 'Your webhook works.' };
    const body = Buffer.from(
      JSON.stringify({ id, sequence: 0, type: 'webhook.test', createdAt, accountId, data }),
    );
    const { delivered, statusCode, durationMs, response, error } = await this.sender.send(target, {
      id,
      body,
    });
    return { delivered, statusCode, durationMs, responseBody: response, error };
  }

  private async isThere({ accountId, id }: { accountId: string; id: string }): Promise<boolean> {
    const { rowCount } = await this.pool.query({
      name: 'webhook-there',
      text: 'select from webhooks.readers where account_id = $1 and webhook_id = $2',
      values: [accountId, id],
    });
    return rowCount === 1;
  }

  private latest(conditions: readonly string[]): string {
    return `select distinct on (d.id) d.id, d.event_id as "eventId", d.event_type as "eventType", d.sequence::float8 as sequence,
        ${DELIVERY_STATUS} as status, (select count(*)::int from webhooks.deliveries e where e.webhook_id = d.webhook_id and e.id = d.id) as attempts,
        d.at as "lastAttemptAt", f.due as "nextAttemptAt", d.status_code as "statusCode", d.error
      from webhooks.deliveries d left join webhooks.failures f on f.webhook_id = d.webhook_id and f.sequence = d.sequence
      where ${conditions.join(' and ')} order by d.id desc, d.at desc`;
  }

  private async replaysOf(webhookId: string): Promise<ReplayProgress[]> {
    const { rows } = await this.pool.query<
      Omit<ReplayProgress, 'since' | 'until'> & { since: Date; until: Date }
    >({
      name: 'webhook-replays',
      text: `select since, until, case when only_failed then 'failed' else 'all' end as only,
               greatest(0, cursor - begin)::float8 as passed, greatest(0, last - begin)::float8 as total
             from webhooks.replays r, lateral (select ${positionOf('r.account_id', 'r.since')} as begin) b
             where webhook_id = $1 order by id`,
      values: [webhookId],
    });
    return rows.map(({ since, until, ...replay }) => ({
      since: since.toISOString(),
      until: until.toISOString(),
      ...replay,
    }));
  }

  private async statsOf(webhookId: string, hours: number): Promise<DeliveryStats> {
    const { rows } = await this.pool.query<StatsRow>({
      name: 'webhook-minutes',
      text: `select coalesce(sum(attempts), 0)::float8 as attempts, coalesce(sum(delivered), 0)::float8 as delivered,
               (select array_agg(count order by ord) from (
                 select ord, sum(bucket)::float8 as count from webhooks.delivery_minutes m, unnest(m.buckets) with ordinality as u(bucket, ord)
                 where m.webhook_id = $1 and m.minute > $2 group by ord) b) as buckets
             from webhooks.delivery_minutes where webhook_id = $1 and minute > $2`,
      values: [webhookId, new Date(Date.now() - hours * 3_600_000)],
    });
    const { attempts, delivered, buckets } = rows[0]!;
    return {
      attempts,
      successRate: attempts === 0 ? null : Math.round((delivered / attempts) * 10_000) / 10_000,
      p50: percentile(buckets ?? [], 0.5),
      p99: percentile(buckets ?? [], 0.99),
    };
  }
}

const viewOf = ({ lastAttemptAt, nextAttemptAt, ...row }: Row): DeliveryView => ({
  ...row,
  status: row.status as DeliveryStatus,
  lastAttemptAt: lastAttemptAt.toISOString(),
  nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
});
