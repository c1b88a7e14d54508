import type { MessageError } from '@wbiz/contracts/message';
import type { SkipReason } from '@wbiz/contracts/campaign';
import type { PoolClient } from 'pg';
import { STATE, type State } from './recipient-state.js';

/** The new state of the recipient of a message. `at`: when the state began (RFC 3339). */
export type Move = {
  readonly campaignId: string;
  readonly contactId: string;
  readonly messageId: string;
  readonly state: State;
  readonly error?: MessageError | null;
  readonly reason?: SkipReason;
  readonly at: string;
};

/**
 * Updates recipients and counts, and deletes from campaigns.flights, in one statement per batch. A move applies only if
 * its message is the recipient's latest and its state is higher, with one exception: a send that never reached Meta
 * returns its recipient from `sending` to `queued`.
 */
const MOVE = `with told as (
    select * from unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::jsonb[], $7::timestamptz[])
      as t(campaign_id, contact_id, message_id, state, reason, error, at)),
  found as (
    select r.run, r.contact_id, r.state as before, t.state, t.reason, t.error, t.at from told t
    join campaigns.runs u on u.campaign_id = t.campaign_id
    join campaigns.recipients r on r.run = u.run and r.contact_id = t.contact_id collate "C" and r.message_id = t.message_id
    order by r.run, r.contact_id for no key update of r),
  wanted as (
    select * from found where state > before or (state = ${STATE.queued} and before = ${STATE.sending})),
  moved as (
    update campaigns.recipients r set state = w.state, reason = w.reason, error = w.error, status_at = w.at
    from wanted w where r.run = w.run and r.contact_id = w.contact_id
    returning r.run, r.contact_id, w.before, w.state),
  landed as (
    delete from campaigns.flights f using moved m where f.run = m.run and f.contact_id = m.contact_id),
  counted as (
    insert into campaigns.counts as c (run, state, recipients)
    select run, state, sum(n) from (select run, state, 1 as n from moved union all select run, before, -1 from moved) as each
    group by run, state having sum(n) <> 0 order by run, state
    on conflict (run, state) do update set recipients = c.recipients + excluded.recipients),
  again as (select run, min(contact_id) as first from moved where state = ${STATE.queued} group by run)
  update campaigns.runs u set queued_from = least(u.queued_from, a.first) from again a where u.run = a.run`;

/** Applies only the highest of the states given for each message. */
export async function moveRecipients(tx: PoolClient, moves: readonly Move[]): Promise<void> {
  if (moves.length === 0) return;
  const last = new Map<string, Move>();
  for (const one of moves) {
    const known = last.get(one.messageId);
    if (!known || one.state > known.state) last.set(one.messageId, one);
  }
  const rows = [...last.values()];
  // Locks runs before recipients, as claims do: a recipient's return to `queued` also updates the run.
  if (rows.some(({ state }) => state === STATE.queued))
    await tx.query({
      name: 'runs-of-moves',
      text: 'select from campaigns.runs where campaign_id = any($1) order by run for no key update',
      values: [[...new Set(rows.map(({ campaignId }) => campaignId))]],
    });
  await tx.query({
    name: 'recipients-move',
    text: MOVE,
    values: [
      rows.map(({ campaignId }) => campaignId),
      rows.map(({ contactId }) => contactId),
      rows.map(({ messageId }) => messageId),
      rows.map(({ state }) => state),
      rows.map(({ reason }) => reason ?? null),
      rows.map(({ error }) => (error ? JSON.stringify(error) : null)),
      rows.map(({ at }) => at),
    ],
  });
}
