import type { RecordedEvent } from '@wbiz/eventing/aggregate';
import type { Of } from '@wbiz/eventing/message';
import { inline } from '@wbiz/eventing/postgres/inline-projection';
import type { PoolClient } from 'pg';
import { STATE } from '../recipient/recipient-state.js';
import { RETRYABLE } from '../recipient/retryable.js';
import type { CampaignEvent } from './campaign.decider.js';

type Recorded<Type extends CampaignEvent['type']> = RecordedEvent<Of<CampaignEvent, Type>>;

/** What sends a campaign moves with its events. */
export const runsProjection = inline<CampaignEvent>({
  'campaign.created': async (events, tx) => {
    await tx.query({
      name: 'runs-begin',
      text: `insert into campaigns.runs (campaign_id, account_id, phone_number_id, status, starts_at, rate)
             select c, a, p, 'scheduled', coalesce(s, now()), r
             from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::int[]) as n(c, a, p, s, r)`,
      values: [
        events.map(({ stream }) => stream),
        events.map(({ accountId }) => accountId),
        events.map(({ data }) => data.phoneNumberId),
        events.map(({ data }) => data.startsAt),
        events.map(({ data }) => data.ratePerSecond),
      ],
    });
  },
  'campaign.changed': async (events, tx) => {
    for (const { stream, data } of events)
      await tx.query({
        name: 'run-change',
        text: `update campaigns.runs set phone_number_id = coalesce($2, phone_number_id),
                 starts_at = case when $3 then coalesce($4, now()) else starts_at end,
                 rate = case when $5 then $6 else rate end where campaign_id = $1`,
        values: [
          stream,
          data.phoneNumberId ?? null,
          data.startsAt !== undefined,
          data.startsAt ?? null,
          data.ratePerSecond !== undefined,
          data.ratePerSecond ?? null,
        ],
      });
  },
  'campaign.prepared': async (events, tx) => {
    await tx.query({
      name: 'runs-prepared',
      text: 'update campaigns.runs set prepared = true where campaign_id = any($1)',
      values: [events.map(({ stream }) => stream)],
    });
  },
  'campaign.retried': async (events, tx) => {
    for (const event of events) await retry(event, tx);
  },
  /** The last of several events of one campaign holds. */
  'campaign.status': async (events, tx) => {
    const last = [...new Map(events.map((event) => [event.stream, event])).values()];
    await tx.query({
      name: 'runs-status',
      text: `update campaigns.runs u set status = s.status, reason = s.reason, resumes_at = s.resumes_at,
               reported = s.counts, reported_at = now(),
               began_with = case when s.status = 'running' and u.status <> 'running' then s.counts else u.began_with end,
               expired_in_a_row = case when s.status = 'running' and u.status <> 'running' then 0 else u.expired_in_a_row end
             from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::jsonb[]) as s(id, status, reason, resumes_at, counts)
             where u.campaign_id = s.id`,
      values: [
        last.map(({ stream }) => stream),
        last.map(({ data }) => data.status),
        last.map(({ data }) => data.reason),
        last.map(({ data }) => data.resumesAt),
        last.map(({ data }) => JSON.stringify(data.counts)),
      ],
    });
  },
});

/** Failed sends wait again; their next attempt is a message of its own. */
async function retry({ stream, data }: Recorded<'campaign.retried'>, tx: PoolClient): Promise<void> {
  const { rows } = await tx.query<{ run: number }>('select run from campaigns.runs where campaign_id = $1', [
    stream,
  ]);
  await tx.query({
    name: 'recipients-retry',
    text: `with again as (
             update campaigns.recipients r set state = ${STATE.queued}, error = null, status_at = now() where ${RETRYABLE} returning 1),
           n as (select count(*) as n from again),
           moved as (insert into campaigns.counts as c (run, state, recipients)
             select $1, s.state, s.sign * n.n from n, (values (${STATE.queued}, 1), (${STATE.failed}, -1)) as s(state, sign) order by s.state
             on conflict (run, state) do update set recipients = c.recipients + excluded.recipients)
           update campaigns.runs set queued_from = '' where run = $1`,
    values: [rows[0]!.run, data.codes ?? null],
  });
}
