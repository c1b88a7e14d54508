import { Controller, Inject } from '@nestjs/common';
import { MOST_CAMPAIGN_POINTS, type CampaignStatusData, type CampaignView } from '@wbiz/contracts/campaign';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { QueryHandler } from '@wbiz/service-kit/handlers';
import { pageOf } from '@wbiz/service-kit/paging';
import type { Pool } from 'pg';
import { COUNT_ROWS, countsOf, withWaitingSkipped, type CountRow } from '../recipient/read-counts.js';
import { viewOf } from './campaign.aggregate.js';
import type { CampaignState } from './campaign.decider.js';
import { expectedEnd, PACES, type Paces } from './pace.js';

type Row = Paces & {
  readonly stream: string;
  readonly state: NonNullable<CampaignState>;
  readonly counted: readonly CountRow[] | null;
};

const CAMPAIGN = `select c.stream, c.state, ${PACES}, ${COUNT_ROWS} as counted
  from campaigns.campaigns c join campaigns.runs l on l.campaign_id = c.stream
  where c.account_id = $1`;

@Controller()
export class CampaignQueries {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  @QueryHandler('campaign.get')
  async get({ accountId, id }: Ask<'campaign.get'>): Promise<Answer<'campaign.get'>> {
    const { rows } = await this.pool.query<Row>({
      name: 'campaign-get',
      text: `${CAMPAIGN} and c.stream = $2`,
      values: [accountId, id],
    });
    return rows[0] ? shown(rows[0]) : null;
  }

  /** Counts over time, a point per `campaign.status` event; of too many, the first, the last and evenly spaced ones. */
  @QueryHandler('campaign.progress')
  async progress({ accountId, id }: Ask<'campaign.progress'>): Promise<Answer<'campaign.progress'>> {
    const { rows: known } = await this.pool.query(
      'select 1 from campaigns.campaigns where account_id = $1 and stream = $2',
      [accountId, id],
    );
    if (known.length === 0) return null;
    const { rows } = await this.pool.query<{ data: CampaignStatusData }>({
      name: 'campaign-progress',
      text: `with told as (
               select version, row_number() over (order by version) - 1 as nth, count(*) over () as total
               from campaigns.events where stream = $1 and type = 'campaign.status')
             select e.data from told join campaigns.events e on e.stream = $1 and e.version = told.version
             where nth % ceil(total / ${MOST_CAMPAIGN_POINTS - 1}.0)::int = 0 or nth = total - 1
             order by nth`,
      values: [id],
    });
    return { data: rows.map(({ data: { at, status, counts } }) => ({ at, status, counts })) };
  }

  /** Newest first: sorted by id, which begins with the campaign's creation time. */
  @QueryHandler('campaign.list')
  async list(ask: Ask<'campaign.list'>): Promise<Answer<'campaign.list'>> {
    const page = pageOf(ask, 'id');
    const [before] = page.after;
    const { rows } = await this.pool.query<Row>(
      `${CAMPAIGN} ${ask.status === undefined ? '' : 'and c.status = $4'}
         and ($2::text is null or c.stream collate "C" < $2)
       order by c.stream collate "C" desc limit $3`,
      [ask.accountId, before ?? null, page.fetch, ...(ask.status === undefined ? [] : [ask.status])],
    );
    return page.cut(rows, ({ stream }) => [stream], shown);
  }
}

function shown({ state, counted, ...paces }: Row): CampaignView {
  const found = countsOf(counted ?? []);
  const isUnsent = state.status === 'cancelled' || state.status === 'failed';
  const { counts } = found;
  const endsAt = state.status === 'running' ? expectedEnd(counts.queued - counts.held, paces) : null;
  return viewOf(state, isUnsent ? withWaitingSkipped(found) : counts, endsAt);
}
