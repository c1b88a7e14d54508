import { gaugeRows } from '@wbiz/service-kit/gauge-rows';
import type { Metrics } from '@wbiz/service-kit/telemetry';
import type { Pool } from 'pg';
import { STATE } from '../recipient/recipient-state.js';

const EVERY_MS = 5_000;
const LIVE = ['scheduled', 'running', 'paused'] as const;

type Row = { readonly state: string; readonly campaigns: number; readonly waiting: number };

/** Two gauges by status: scheduled, running and paused campaigns; recipients that wait in running and paused ones. */
export function campaignGauges(pool: Pool, metrics: Metrics): void {
  const refresh = async () => {
    const rows = await gaugeRows<Row>(pool, {
      name: 'campaign-gauges',
      text: `select r.status as state, count(*)::int as campaigns, coalesce(sum(c.recipients), 0)::float8 as waiting
             from campaigns.runs r left join campaigns.counts c on c.run = r.run and c.state = ${STATE.queued}
             where r.status in ('scheduled', 'running', 'paused') group by r.status`,
    });
    for (const state of LIVE) {
      const { campaigns = 0, waiting = 0 } = rows.find((row) => row.state === state) ?? {};
      metrics.liveCampaigns.set({ state }, campaigns);
      if (state !== 'scheduled') metrics.campaignRecipients.set({ state }, waiting);
    }
  };
  metrics.beforeScrape(refresh, { everyMs: EVERY_MS });
}
