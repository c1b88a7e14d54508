import type { SkipReason } from '@wbiz/contracts/campaign';
import { timedId } from '@wbiz/contracts/ids';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import type { Pool, PoolClient } from 'pg';
import { STATE } from '../recipient/recipient-state.js';
import { askedBy } from './messaging-limit.js';
import { nextWindow, type LaneLoad } from './send-window.js';

/** A recipient claimed for sending. Messaging may be asked for the send repeatedly: equal ids make it send once. */
export type Claimed = {
  readonly campaignId: string;
  readonly accountId: string;
  readonly phoneNumberId: string;
  readonly contactId: string;
  readonly attempt: number;
  readonly to: string;
  readonly values: readonly (string | null)[] | null;
  readonly claimedAt: Date;
};

/** The ids of a send's command and message; asking again for the same send derives the same ids. */
export const idsOf = ({ campaignId, contactId, attempt, claimedAt }: Claimed) => {
  const parts = [campaignId, contactId, String(attempt)] as const;
  return {
    commandId: timedId('cmd', claimedAt.getTime(), ...parts),
    messageId: timedId('msg', claimedAt.getTime(), ...parts),
  };
};

/** A send counts as slow when it has had no outcome for this long. */
const PROMPT_MS = 600;
/** A send without outcome for longer no longer counts in the window, so that it does not delay other sends. */
const LATE_MS = 5_000;
/** A second's sends at a campaign's rate are claimed over 1.1 s, since delays vary and messaging must not get more. */
const SLOT_MS = 1_100;
/** After a stall, a campaign with a rate makes up for at most this time; at first or after REST_MS idle, for none. */
const CATCH_UP_MS = 100;
const REST_MS = 1_000;
const slotsFrom = (now: string) =>
  `greatest(next_at, ${now} - case when next_at < ${now} - interval '${REST_MS} milliseconds' then interval '0'
    else interval '${CATCH_UP_MS} milliseconds' end)`;

type Run = {
  readonly run: number;
  readonly campaign_id: string;
  readonly account_id: string;
  readonly queued_from: string;
  readonly rate: number | null;
  readonly due: number;
};
/**
 * A phone number's row of campaigns.lanes. `everAsked`: how many sends from this phone number messaging was ever asked
 * for, over all campaigns.
 */
type Lane = LaneLoad & { readonly everAsked: number; readonly now: Date };
type Picked = {
  readonly contact_id: string;
  readonly attempt: number;
  readonly to: string;
  readonly values: (string | null)[] | null;
  readonly opted_in: boolean;
  readonly doubled: boolean;
};

/**
 * Claims the recipients that a phone number may send to now, shared evenly among its campaigns, and adds each to
 * campaigns.flights, where after a crash any replica finds the send and asks for it again under the same ids. Resolves
 * to an empty array if another replica has locked the number's lane. `askedAtMost`: the highest total of `everAsked`
 * over the account's phone numbers that Meta's messaging limit allows (see MessagingLimit); null: no limit.
 */
export const claim = (
  pool: Pool,
  {
    accountId,
    phoneNumberId,
    askedAtMost,
  }: { accountId: string; phoneNumberId: string; askedAtMost: number | null },
): Promise<readonly Claimed[]> =>
  inTransaction(pool, async (tx) => {
    const lane = await lockLane(tx, accountId, phoneNumberId);
    if (!lane) return [];
    const { rows: runs } = await tx.query<Run>({
      name: 'claim-runs',
      text: `select run, campaign_id, account_id, queued_from, rate,
               floor(extract(epoch from clock_timestamp() - ${slotsFrom('clock_timestamp()')})
                 * 1000 * coalesce(rate, 0) / $2)::int + 1 as due
             from campaigns.runs u
             where phone_number_id = $1 and account_id = $3 and status = 'running' and prepared
               and exists (select from campaigns.counts c where c.run = u.run and c.state = ${STATE.queued} and recipients > 0)
             order by run for no key update of u`,
      values: [phoneNumberId, SLOT_MS, accountId],
    });
    if (runs.length === 0) return [];
    const window = nextWindow(lane);
    const left = askedAtMost === null ? Infinity : await leftOf(tx, accountId, askedAtMost);
    const free = Math.max(0, Math.min(window - lane.underWay, left));
    const claimed: Claimed[] = [];
    // Varies which campaign comes first: in a fixed order the last one would get nothing while little room is left.
    const first = lane.everAsked % runs.length;
    for (const [index, run] of [...runs.slice(first), ...runs.slice(0, first)].entries()) {
      const share = Math.ceil((free - claimed.length) / (runs.length - index));
      const most = run.rate === null ? share : Math.min(share, Math.max(0, run.due), run.rate);
      if (most > 0) claimed.push(...(await claimOf(tx, { run, phoneNumberId, most, now: lane.now })));
    }
    await tx.query({
      name: 'lane-note',
      text: 'update campaigns.lanes set room = $2, asked = $3, landed = $4 where phone_number_id = $1',
      values: [phoneNumberId, window, lane.everAsked + claimed.length, lane.everAsked - lane.underWay],
    });
    return claimed;
  });

/** How many more sends Meta's messaging limit allows. The lock serialises claims of the account's phone numbers. */
async function leftOf(tx: PoolClient, accountId: string, askedAtMost: number): Promise<number> {
  await tx.query({
    name: 'limit-lock',
    text: `select pg_advisory_xact_lock(hashtextextended('campaigns.limit ' || $1, 0))`,
    values: [accountId],
  });
  const { everAsked } = await askedBy(tx, accountId);
  return askedAtMost - everAsked;
}

/** Locks the phone number's lane (inserted if missing). Resolves to undefined if another replica holds the lock. */
async function lockLane(tx: PoolClient, accountId: string, phoneNumberId: string): Promise<Lane | undefined> {
  const lock = () =>
    tx.query<Lane>({
      name: 'lane-lock',
      text: `select l.room as "window", l.asked::float8 as "everAsked", coalesce(n.throughput, 80) as throughput,
               f.under_way as "underWay", f.slow,
               greatest(0, l.asked - f.under_way - l.landed)::int as landed,
               date_trunc('milliseconds', clock_timestamp()) as now
             from campaigns.lanes l left join campaigns.phone_numbers n on n.account_id = $3 and n.id = l.phone_number_id
             cross join lateral (
               select count(*)::int as under_way,
                 count(*) filter (where claimed_at < now() - $4 * interval '1 millisecond')::int as slow
               from campaigns.flights
               where phone_number_id = $1 and claimed_at > now() - $2 * interval '1 millisecond') f
             where l.phone_number_id = $1 for update of l skip locked`,
      values: [phoneNumberId, LATE_MS, accountId, PROMPT_MS],
    });
  const { rows } = await lock();
  if (rows[0]) return rows[0];
  await tx.query({
    name: 'lane-open',
    text: 'insert into campaigns.lanes (phone_number_id, room) values ($1, 8) on conflict do nothing',
    values: [phoneNumberId],
  });
  return (await lock()).rows[0];
}

/**
 * SQL: whether a contact is opted in; for a merged contact, whether the surviving one is. A subquery per contact, since
 * for a join Postgres reads all contacts of the account.
 */
const consents = (accountId: string, contactId: string) =>
  `coalesce((select coalesce(s.opted_in, c.opted_in) from campaigns.contacts c
     left join campaigns.contacts s on s.account_id = c.account_id and s.contact_id = c.merged_into
     where c.account_id = ${accountId} and c.contact_id = ${contactId}), false)`;

/**
 * SQL: true if recipient `p` of run `$1` is, after merges, the same contact `one` as another recipient that was sent to
 * or has precedence: the surviving contact first, then the lowest id.
 */
const IS_DOUBLED = `exists (
  select from campaigns.recipients o
  where o.run = $1 and o.contact_id <> p.contact_id and o.contact_id = any (one.id || array(
    select t.contact_id from campaigns.contacts t where t.account_id = $2 and t.merged_into = one.id))
  and (o.state not in (${STATE.queued}, ${STATE.skipped}) or (o.state = ${STATE.queued} and p.contact_id <> one.id
    and (o.contact_id = one.id or o.contact_id < p.contact_id))))`;

type Share = { readonly run: Run; readonly phoneNumberId: string; readonly most: number; readonly now: Date };

async function claimOf(
  tx: PoolClient,
  { run, phoneNumberId, most, now }: Share,
): Promise<readonly Claimed[]> {
  const picked = await pick(tx, run, most);
  if (picked.length === 0 && run.queued_from === '') return [];
  const skipReason = ({ opted_in, doubled }: Picked): SkipReason | null =>
    doubled ? 'merged' : opted_in ? null : 'opted_out';
  const claimed = picked
    .filter((row) => skipReason(row) === null)
    .map((row): Claimed => ({
      campaignId: run.campaign_id,
      accountId: run.account_id,
      phoneNumberId,
      contactId: row.contact_id,
      attempt: row.attempt + 1,
      to: row.to,
      values: row.values,
      claimedAt: now,
    }));
  const messageIds = new Map(claimed.map((one) => [one.contactId, idsOf(one).messageId]));
  await tx.query({
    name: 'claim-move',
    text: `with given as (select * from unnest($2::text[], $3::text[], $4::text[]) as g(contact_id, message_id, reason)),
           moved as (
             update campaigns.recipients r
             set state = case when g.reason is null then ${STATE.sending} else ${STATE.skipped} end, reason = g.reason,
               attempt = r.attempt + (g.reason is null)::int, message_id = coalesce(g.message_id, r.message_id), status_at = $5
             from given g where r.run = $1 and r.contact_id = g.contact_id collate "C"
             returning r.contact_id, r.attempt, r.state),
           flown as (
             insert into campaigns.flights (run, contact_id, attempt, phone_number_id, claimed_at, issued_at)
             select $1, contact_id, attempt, $6, $5, $5 from moved where state = ${STATE.sending}),
           counted as (
             insert into campaigns.counts as c (run, state, recipients)
             select $1, state, n from (select state, count(*) as n from moved group by state
               union all select ${STATE.queued}, -count(*) from moved) as each where n <> 0 order by state
             on conflict (run, state) do update set recipients = c.recipients + excluded.recipients)
           update campaigns.runs set queued_from = $7,
             next_at = case when $8 then ${slotsFrom('$5::timestamptz')} + $9 * interval '1 millisecond' else next_at end
           where run = $1`,
    values: [
      run.run,
      picked.map(({ contact_id }) => contact_id),
      picked.map(({ contact_id }) => messageIds.get(contact_id) ?? null),
      picked.map(skipReason),
      now,
      phoneNumberId,
      // The contact id at which the next claim starts; '' if fewer than `most` were found: some may be `queued` again.
      picked.length < most ? '' : picked.at(-1)!.contact_id,
      run.rate !== null,
      run.rate === null ? 0 : (claimed.length * SLOT_MS) / run.rate,
    ],
  });
  return claimed;
}

/** Locks up to `most` queued recipients of a run. Reads consent now: contacts may opt out after the start. */
async function pick(tx: PoolClient, run: Run, most: number): Promise<readonly Picked[]> {
  const { rows } = await tx.query<Picked>({
    name: 'claim-pick',
    text: `with picked as materialized (
             select contact_id, attempt, "to", values from campaigns.recipients
             where run = $1 and state = ${STATE.queued} and contact_id >= $3
             order by contact_id limit $4 for no key update)
           select p.*, ${consents('$2', 'p.contact_id')} as opted_in, ${IS_DOUBLED} as doubled
           from picked p cross join lateral (select coalesce((select c.merged_into from campaigns.contacts c
             where c.account_id = $2 and c.contact_id = p.contact_id), p.contact_id) as id) one order by p.contact_id`,
    values: [run.run, run.account_id, run.queued_from, most],
  });
  return rows;
}

const FLIGHT = `u.campaign_id as "campaignId", u.account_id as "accountId", a.phone_number_id as "phoneNumberId",
  a.contact_id as "contactId", a.attempt, r."to", r.values, a.claimed_at as "claimedAt"`;
const OF_FLIGHT = `join campaigns.runs u on u.run = a.run
  join campaigns.recipients r on r.run = a.run and r.contact_id = a.contact_id`;

/** Accounts with overdue sends: last asked for more than `olderThanMs` ago and still without outcome. */
export async function accountsWithOverdue(pool: Pool, olderThanMs: number): Promise<readonly string[]> {
  const { rows } = await pool.query<{ id: string }>({
    name: 'accounts-overdue',
    text: `select distinct u.account_id as id from campaigns.flights f join campaigns.runs u on u.run = f.run
           where f.issued_at < now() - $1 * interval '1 millisecond'`,
    values: [olderThanMs],
  });
  return rows.map(({ id }) => id);
}

/** Marks up to 1,000 overdue sends as asked for now. `wanted`: the campaign runs and the contact is opted in. */
export async function overdue(
  pool: Pool,
  { accountId, olderThanMs }: { accountId: string; olderThanMs: number },
): Promise<readonly (Claimed & { readonly wanted: boolean })[]> {
  const { rows } = await pool.query<Claimed & { readonly wanted: boolean }>({
    name: 'flights-overdue',
    text: `with again as (
             update campaigns.flights f set issued_at = now()
             from (select g.run, g.contact_id from campaigns.flights g join campaigns.runs v on v.run = g.run
                   where v.account_id = $2 and g.issued_at < now() - $1 * interval '1 millisecond'
                   order by g.run, g.contact_id limit 1000 for update of g skip locked) o
             where f.run = o.run and f.contact_id = o.contact_id returning f.*)
           select ${FLIGHT}, u.status = 'running' and ${consents('u.account_id', 'a.contact_id')} as wanted
           from again a ${OF_FLIGHT}`,
    values: [olderThanMs, accountId],
  });
  return rows;
}

/** Sends without outcome whose campaign does not run. Returns each send again after 2 s until it has an outcome. */
export async function unwanted(pool: Pool): Promise<readonly Claimed[]> {
  const { rows } = await pool.query<Claimed>({
    name: 'flights-unwanted',
    text: `with again as (
             update campaigns.flights f set withdrawn_at = now()
             from (select g.run, g.contact_id from campaigns.flights g join campaigns.runs v on v.run = g.run
                   where v.status <> 'running' and (g.withdrawn_at is null or g.withdrawn_at < now() - interval '2 seconds')
                   order by g.run, g.contact_id for update of g skip locked) o
             where f.run = o.run and f.contact_id = o.contact_id returning f.*)
           select ${FLIGHT} from again a ${OF_FLIGHT}`,
  });
  return rows;
}
