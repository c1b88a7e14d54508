import { batchProjection, type LoggedEvent } from '@wbiz/service-kit/projection';
import type { PoolClient } from 'pg';
import { move, type Move } from './move.js';
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

/** A recipient moves with what messaging tells of its message. */
export const progress = batchProjection({
  name: 'progress',
  types: ['message.status', 'message.withdrawn'],
  all: async (events, db) => {
    await move(db, events.flatMap(moveOf));
    await noteExpired(events, db);
  },
});

/** Sends that expire one after the other are a sign that Meta takes none of the number's. */
async function noteExpired(events: readonly Told[], db: PoolClient): Promise<void> {
  const ofCampaigns = events.filter(({ data }) => data.campaignId !== null);
  if (ofCampaigns.length === 0) return;
  const expired = new Map<string, number>();
  for (const { type, data } of ofCampaigns) {
    const isExpired = type === 'message.withdrawn' && data.reason === 'expired';
    expired.set(data.campaignId!, isExpired ? (expired.get(data.campaignId!) ?? 0) + 1 : 0);
  }
  const passing = ofCampaigns
    .filter(({ type }) => type === 'message.status')
    .map(({ data }) => data.campaignId!);
  await db.query({
    name: 'runs-expired',
    text: `update campaigns.runs u set expired_in_a_row = case when u.campaign_id = any($3) then 0 else u.expired_in_a_row end + e.n
           from unnest($1::text[], $2::int[]) as e(id, n)
           where u.campaign_id = e.id and (e.n > 0 or u.expired_in_a_row > 0)`,
    values: [[...expired.keys()], [...expired.values()], [...new Set(passing)]],
  });
}
