import type { PoolClient } from 'pg';
import { STATE } from './recipient-state.js';

/**
 * Error codes, ours and Meta's (support/error-codes, September 2026), whose failed sends may be retried. Left out on
 * purpose: 131026 (unreachable), 131050 (stopped marketing messages), 130472 (in a Meta experiment).
 */
const CODES: readonly string[] = [
  // Faults on Meta's side, and faults of the account, token or template that may be fixed before the retry.
  ...['upstream_error', 'internal_error', 'template_not_approved', 'template_not_found', 'media_not_found'],
  ...['0', '1', '2', '3', '4', '10', '17', '33', '80007', '102', '104', '190', '368', '130429', '130497'],
  ...['131000', '131005', '131016', '131031', '131037', '131042', '131045', '131048', '131053', '131056'],
  ...['131057', '131063', '131064', '132000', '132001', '132007', '132012', '132015', '132016', '132068'],
  ...['132069', '133000', '133004', '133006', '133010', '133015', '134101', '134102'],
];
/**
 * Meta's code for a message not delivered "to maintain healthy ecosystem engagement". Retried from 24 hours to 7 days
 * after the failure (our bounds).
 */
const DAILY = '131049';
/** Retried only if the client's request names this code: the message may have arrived. */
const NAMED = 'outcome_unknown';

/**
 * SQL condition on recipients `r` of run `$1`: the send failed and may be retried. `$2`: codes the client named, or
 * null.
 */
export const RETRYABLE = `r.run = $1 and r.state = ${STATE.failed} and (
    (coalesce(r.error->>'metaCode', r.error->>'code') = any ('{${CODES.join(',')}}')
      or (r.error->>'code' = 'upstream_error' and r.error->>'metaCode' is null))
    or (r.error->>'metaCode' = '${DAILY}' and r.status_at between now() - interval '7 days' and now() - interval '24 hours')
    or (r.error->>'code' = '${NAMED}' and '${NAMED}' = any ($2)))
  and ($2::text[] is null or r.error->>'metaCode' = any ($2) or r.error->>'code' = any ($2))`;

/**
 * Queues up to `most` failed recipients again, each for a new message, unless the campaign was cancelled or failed.
 * Resolves to how many were queued. Locks the campaign's row, so that no command is decided on outdated counts.
 */
export async function queueAgain(
  tx: PoolClient,
  { run, codes, most }: { run: number; codes: readonly string[] | null; most: number },
): Promise<number> {
  await tx.query(
    'select from campaigns.campaigns where stream = (select campaign_id from campaigns.runs where run = $1) for no key update',
    [run],
  );
  const { rowCount } = await tx.query(
    'select from campaigns.runs where run = $1 and retrying is not null for no key update',
    [run],
  );
  if (rowCount === 0) return 0;
  const { rows } = await tx.query<{ n: number }>({
    name: 'recipients-retry',
    text: `with found as (
             select r.contact_id from campaigns.recipients r where ${RETRYABLE} order by r.contact_id limit $3 for no key update),
           again as (
             update campaigns.recipients r set state = ${STATE.queued}, error = null, status_at = now()
             from found f where r.run = $1 and r.contact_id = f.contact_id returning r.contact_id),
           n as (select count(*)::int as n, min(contact_id) as first from again),
           moved as (insert into campaigns.counts as c (run, state, recipients)
             select $1, s.state, s.sign * n.n from n, (values (${STATE.queued}, 1), (${STATE.failed}, -1)) as s(state, sign)
             order by s.state
             on conflict (run, state) do update set recipients = c.recipients + excluded.recipients),
           led as (update campaigns.runs u set queued_from = least(u.queued_from, n.first),
               retrying = case when n.n < $3 then null else u.retrying end from n where u.run = $1)
           select n from n`,
    values: [run, codes, most],
  });
  return rows[0]!.n;
}
