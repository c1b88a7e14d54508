import type { AccountData } from '@wbiz/contracts/account';
import type {
  CampaignCounts,
  CampaignReason,
  CampaignStatus,
  CampaignTemplate,
} from '@wbiz/contracts/campaign';
import type { TemplateView } from '@wbiz/contracts/template';
import type { Pool } from 'pg';
import { COUNT_ROWS, type CountRow } from '../recipient/read-counts.js';

/** How long the steward leases a campaign: in this time, all replicas together look at the campaign once. */
export const EVERY_MS = 1_000;
/** Reasons of pauses that only a client's request ends. */
const FOR_A_PERSON: readonly CampaignReason[] = [
  'requested',
  'missed_start',
  'first_sends_failed',
  'sends_failed',
];

/**
 * SQL condition on campaigns.runs: the steward has work. Each part has a partial index, since most campaigns are over.
 */
export const TO_LOOK_AFTER = `(status = 'scheduled' and starts_at <= now()) or status = 'running' or retrying is not null
  or (status = 'paused' and reason <> all ('{${FOR_A_PERSON.join(',')}}'))
  or (status in ('cancelled', 'failed') and reported->>'queued' <> '0')`;

/** A campaign's run with its template, account and counts. */
export type Due = {
  readonly run: number;
  readonly campaign_id: string;
  readonly account_id: string;
  readonly phone_number_id: string;
  readonly status: CampaignStatus;
  readonly reason: CampaignReason | null;
  readonly prepared: boolean;
  readonly resumes: boolean;
  readonly expired_in_a_row: number;
  readonly reported: CampaignCounts | null;
  readonly reported_at: Date;
  readonly began_with: CampaignCounts | null;
  readonly began_at: Date | null;
  readonly retries: boolean;
  readonly retrying: readonly string[] | null;
  readonly wanted: CampaignTemplate;
  readonly account: AccountData | null;
  readonly template: TemplateView | null;
  readonly counted: readonly CountRow[] | null;
};

/** Joins each run in `found` with its template, account and counts, as {@link Due}. */
const OF_FOUND = `
  select l.run, l.campaign_id, l.account_id, l.phone_number_id, l.status, l.reason, l.prepared,
    coalesce(l.resumes_at <= now(), false) as resumes, l.expired_in_a_row, l.reported, l.reported_at, l.began_with, l.began_at,
    l.retrying is not null as retries, l.retrying, c.state->'template' as wanted, a.data as account, t.data as template,
    ${COUNT_ROWS} as counted
  from found l join campaigns.campaigns c on c.stream = l.campaign_id
  left join campaigns.accounts a on a.id = l.account_id
  left join campaigns.templates t on t.account_id = l.account_id and t.name = c.state->'template'->>'name'
    and t.language = c.state->'template'->>'language'`;

/** Up to 200 campaigns that have work and no lease. Takes a lease of EVERY_MS on each. */
export async function leaseDue(pool: Pool): Promise<readonly Due[]> {
  const { rows } = await pool.query<Due>({
    name: 'steward-due',
    text: `with found as (
             update campaigns.runs u set leased_until = now() + $1 * interval '1 millisecond'
             from (select run from campaigns.runs where leased_until <= now() and (${TO_LOOK_AFTER})
                   order by leased_until limit 200 for update skip locked) f
             where u.run = f.run returning u.*) ${OF_FOUND}`,
    values: [EVERY_MS],
  });
  return rows;
}

/** Whether any campaign runs, or starts within `ms`. */
export async function isAnySoon(pool: Pool, ms: number): Promise<boolean> {
  const { rows } = await pool.query({
    name: 'steward-soon',
    text: `select from campaigns.runs
           where status = 'running' or (status = 'scheduled' and starts_at < now() + $1 * interval '1 millisecond') limit 1`,
    values: [ms],
  });
  return rows.length > 0;
}

export async function readAgain(pool: Pool, { run }: Due): Promise<Due> {
  const { rows } = await pool.query<Due>({
    name: 'steward-read',
    text: `with found as (select * from campaigns.runs where run = $1) ${OF_FOUND}`,
    values: [run],
  });
  return rows[0]!;
}

/** Lets the lease on a campaign expire in `ms`. */
export async function leaseFor(pool: Pool, { run }: Due, ms: number): Promise<void> {
  await pool.query(
    `update campaigns.runs set leased_until = now() + $2 * interval '1 millisecond' where run = $1`,
    [run, ms],
  );
}
