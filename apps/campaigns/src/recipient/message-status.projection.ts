import { batchProjection, type LoggedEvent } from '@wbiz/service-kit/projection';
import type { PoolClient } from 'pg';
import { moveRecipients, type Move } from './move-recipients.js';
import { STATE, type State } from './recipient-state.js';

type Told = LoggedEvent<'message.status' | 'message.withdrawn'>;

const stateOf = ({ type, data }: Told): State => {
  if (type === 'message.withdrawn') return STATE.queued;
  if (data.status === 'accepted') return data.held ? STATE.held : STATE.accepted;
  return STATE[data.status];
};

function moveOf(event: Told): Move[] {
  const { campaignId, contactId, messageId, at } = event.data;
  if (campaignId === null || contactId === undefined) return [];
  const error = event.type === 'message.status' ? event.data.error : null;
  return [{ campaignId, contactId, messageId, at, error, state: stateOf(event) }];
}

/** Updates recipients' states from messaging's events about their messages. */
export const messageStatus = batchProjection({
  name: 'progress',
  types: ['message.status', 'message.withdrawn'],
  concerns: ({ data }) => data.campaignId !== null,
  all: async (events, db) => {
    // All transactions lock in this order: runs, recipients, counts.
    await noteExpired(events, db);
    await moveRecipients(db, events.flatMap(moveOf));
  },
});

/**
 * Counts a run's consecutive expired sends; an accepted send resets the count. A high count suggests that Meta
 * throttles the phone number.
 */
async function noteExpired(events: readonly Told[], db: PoolClient): Promise<void> {
  const expired = new Map<string, number>();
  const taken = new Set<string>();
  for (const { type, data } of events) {
    if (data.campaignId === null) continue;
    if (type === 'message.status') {
      if (data.status === 'accepted') taken.add(data.campaignId);
    } else if (data.reason === 'expired')
      expired.set(data.campaignId, (expired.get(data.campaignId) ?? 0) + 1);
  }
  const told = [...new Set([...expired.keys(), ...taken])];
  if (told.length === 0) return;
  await db.query({
    name: 'runs-expired',
    text: `with wanted as (
             select u.run, case when e.taken then 0 else u.expired_in_a_row + e.n end as n
             from unnest($1::text[], $2::int[], $3::boolean[]) as e(id, n, taken)
             join campaigns.runs u on u.campaign_id = e.id
             where e.n > 0 or u.expired_in_a_row > 0 order by u.run for no key update of u)
           update campaigns.runs u set expired_in_a_row = w.n from wanted w where u.run = w.run and u.expired_in_a_row <> w.n`,
    values: [told, told.map((id) => expired.get(id) ?? 0), told.map((id) => taken.has(id))],
  });
}
