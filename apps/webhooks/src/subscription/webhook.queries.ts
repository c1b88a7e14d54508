import { Controller, Inject } from '@nestjs/common';
import { inOrder } from '@wbiz/contracts/schema/in-order';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import { WebhookView } from '@wbiz/contracts/webhook';
import { AddressGuard } from '@wbiz/service-kit/address-guard';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { QueryHandler } from '@wbiz/service-kit/handlers';
import { pageOf } from '@wbiz/service-kit/paging';
import type { Pool } from 'pg';

type Row = { readonly view: WebhookView; readonly paused: boolean };

const THERE = `from webhooks.webhooks w join webhooks.readers r on r.webhook_id = w.stream where w.account_id = $1`;
const COLUMNS = `w.state->'view' as view, r.probe_at is not null as paused`;

@Controller()
export class WebhookQueries {
  constructor(
    @Inject(PG_POOL) private readonly pool: Pool,
    private readonly guard: AddressGuard,
  ) {}

  /** Webhooks, newest first. Throws `invalid_request` for an unknown cursor. */
  @QueryHandler('webhook.list')
  async list(ask: Ask<'webhook.list'>): Promise<Answer<'webhook.list'>> {
    const page = pageOf(ask, 'id');
    const { rows } = await this.pool.query<Row>({
      name: 'webhook-list',
      text: `select ${COLUMNS} ${THERE} and ($2::text is null or w.stream < $2) order by w.stream desc limit $3`,
      values: [ask.accountId, page.after[0], page.fetch],
    });
    return page.cut(rows, ({ view }) => [view.id], viewOf);
  }

  @QueryHandler('webhook.get')
  async get({ accountId, id }: Ask<'webhook.get'>): Promise<Answer<'webhook.get'>> {
    const { rows } = await this.pool.query<Row>({
      name: 'webhook-get',
      text: `select ${COLUMNS} ${THERE} and w.stream = $2`,
      values: [accountId, id],
    });
    return rows[0] ? viewOf(rows[0]) : null;
  }

  @QueryHandler('webhook.check-url')
  checkUrl({ url }: Ask<'webhook.check-url'>): Promise<Answer<'webhook.check-url'>> {
    return this.guard.faultOf(url);
  }
}

const viewOf = ({ view, paused }: Row): WebhookView =>
  inOrder(WebhookView, paused && view.active ? { ...view, status: 'failing' } : view);
