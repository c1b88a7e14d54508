import type { CampaignCounts, CampaignReason } from '@wbiz/contracts/campaign';
import type { MessageError } from '@wbiz/contracts/message';
import { cut } from '@wbiz/contracts/meta/item';
import type { Pool } from 'pg';
import { isAtRest } from '../campaign/campaign.decider.js';
import type { countsOf } from '../recipient/read-counts.js';
import { STATE } from '../recipient/recipient-state.js';
import type { Due } from './due-campaigns.js';
import type { MessagingLimit } from './messaging-limit.js';
import { senderObstacle, sendsFail, templateObstacle, throttled, type Obstacle } from './obstacle-rules.js';

/** Pause for Meta's messaging limit if messaging does not know when the limit leaves room again. */
const LIMIT_MS = 3_600_000;

type Looked = { readonly pool: Pool; readonly limits: MessagingLimit };
type Counted = ReturnType<typeof countsOf>;

/** The obstacle to a campaign's start, in its account, phone number or template; undefined if there is none. */
export const obstacleAtStart = (one: Due): Obstacle | undefined =>
  senderObstacle(senderOf(one)) ?? templateObstacle({ template: one.template, wanted: one.wanted });

/** The obstacle that must pause or fail a running campaign; undefined if there is none. */
export async function obstacleOf(looked: Looked, one: Due, counted: Counted): Promise<Obstacle | undefined> {
  return (
    obstacleAtStart(one) ??
    throttled(one.expired_in_a_row, Date.now()) ??
    (await failing(looked, one, counted.counts)) ??
    (await overLimit(looked, one, counted))
  );
}

export const senderOf = ({ account, phone_number_id: phoneNumberId }: Due) => ({ account, phoneNumberId });

/** An obstacle if sends fail (see sendsFail) with one error, since the campaign last began to run or last reported. */
async function failing({ pool }: Looked, one: Due, counts: CampaignCounts): Promise<Obstacle | undefined> {
  const { began_at: began } = one;
  if (began && sendsFail(counts, one.began_with)) {
    const error = await onlyError(pool, one, began);
    if (error) return failed('first_sends_failed', error);
  }
  if (!sendsFail(counts, one.reported)) return undefined;
  const error = await onlyError(pool, one, one.reported_at);
  return error && failed('sends_failed', error);
}

/** The common error of up to 1,000 sends that failed since `since`; undefined if their errors differ. */
async function onlyError(pool: Pool, { run }: Due, since: Date): Promise<MessageError | undefined> {
  const { rows } = await pool.query<{ error: MessageError }>(
    `select distinct on (coalesce(error->>'metaCode', error->>'code')) error from (
       select error from campaigns.recipients
       where run = $1 and state = ${STATE.failed} and status_at >= $2 limit 1000) as latest limit 2`,
    [run, since],
  );
  return rows.length === 1 ? rows[0]!.error : undefined;
}

const failed = (reason: CampaignReason, { code, metaCode, message }: MessageError): Obstacle => ({
  held: true,
  reason,
  detail: cut(`Its sends fail alike: ${metaCode ?? code}, ${message}`, { max: 1_000 }),
});

/** An obstacle if Meta's messaging limit leaves room for none of the waiting recipients. */
async function overLimit({ limits }: Looked, one: Due, counted: Counted): Promise<Obstacle | undefined> {
  if (!isAtRest(counted)) return undefined;
  const number = one.account?.phoneNumbers.find(({ id }) => id === one.phone_number_id);
  const limit = number?.messagingLimit ?? null;
  const reached = await limits.isReached(one.account_id, limit);
  if (!reached) return undefined;
  return {
    held: true,
    reason: 'messaging_limit',
    detail: `Meta's limit of people in 24 hours (${limit}) is used up.`,
    resumesAt: reached.freesAt ?? new Date(Date.now() + LIMIT_MS).toISOString(),
  };
}
