import { inline } from '@wbiz/eventing/postgres/inline-projection';
import type { CampaignEvent } from './campaign.decider.js';

/** Applies campaign events, in their transaction, to campaigns.runs, which the runner and the steward read. */
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
  /** Only marks the run; the steward then queues its failed sends again, in several transactions. */
  'campaign.retried': async (events, tx) => {
    for (const { stream, data } of events)
      await tx.query({
        name: 'run-retry',
        text: 'update campaigns.runs set retrying = $2 where campaign_id = $1',
        values: [stream, JSON.stringify(data.codes ?? null)],
      });
  },
  /** Applies each campaign's last event. After a report without a new status, the next comes 1 s later or more. */
  'campaign.status': async (events, tx) => {
    const last = [...new Map(events.map((event) => [event.stream, event])).values()];
    await tx.query({
      name: 'runs-status',
      text: `with told as (
               select u.run, s.*, s.status = 'running' and u.status <> 'running' as begins,
                 s.status = u.status and s.status <> 'scheduled' as is_progress
               from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::jsonb[]) as s(id, status, reason, resumes_at, counts)
               join campaigns.runs u on u.campaign_id = s.id order by u.run for no key update of u)
             update campaigns.runs u set status = t.status, reason = t.reason, resumes_at = t.resumes_at,
               reported = t.counts, reported_at = now(),
               began_with = case when t.begins then t.counts else u.began_with end,
               began_at = case when t.begins then now() else u.began_at end,
               expired_in_a_row = case when t.begins then 0 else u.expired_in_a_row end,
               leased_until = case when t.is_progress then greatest(u.leased_until, now() + interval '1 second')
                 else u.leased_until end,
               retrying = case when t.status in ('cancelled', 'failed') then null else u.retrying end
             from told t where u.run = t.run`,
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
