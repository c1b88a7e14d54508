import type { RecordedEvent } from '@wbiz/eventing/aggregate';
import type { Of } from '@wbiz/eventing/message';
import { inline } from '@wbiz/eventing/postgres/inline-projection';
import type { PoolClient } from 'pg';
import { takenIn, type MessageEvent } from './message.events.js';

type Telling = RecordedEvent<
  Of<MessageEvent, 'message.status' | 'message.submitted' | 'message.received' | 'message.echoed'>
>;

/** Whether this is the event that brought Meta's id of the message. */
const isFirst = (event: Telling) => event.type !== 'message.status' || takenIn(event) !== undefined;

/** Maps Meta's ids (wamids) to messages. `sent`: sent through WBIZ, and so counted as usage. */
async function note(events: readonly Telling[], tx: PoolClient) {
  const told = events.filter(isFirst);
  if (told.length === 0) return;
  await tx.query({
    name: 'wamids-note',
    text: `insert into messaging.wamids (wamid, account_id, message_id, direction, sent)
           select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[]) as w(wamid)
           order by wamid on conflict do nothing`,
    values: [
      told.map(({ data }) => data.wamid),
      told.map(({ accountId }) => accountId),
      told.map(({ stream }) => stream),
      told.map(({ type }) => (type === 'message.received' ? 'in' : 'out')),
      told.map(({ type }) => type === 'message.status' || type === 'message.submitted'),
    ],
  });
}

export const wamidsProjection = inline<MessageEvent>({
  'message.status': note,
  'message.submitted': note,
  'message.received': note,
  'message.echoed': note,
});
