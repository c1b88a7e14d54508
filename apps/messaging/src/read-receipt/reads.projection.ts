import { inline } from '@wbiz/eventing/postgres/inline-projection';
import type { MessageEvent } from '../message/message.events.js';

/** Queues the read receipts that are to be sent to Meta. */
export const readsProjection = inline<MessageEvent>({
  'message.read_requested': async (events, tx) => {
    const lasts = [...new Map(events.map((event) => [event.stream, event])).values()];
    await tx.query({
      name: 'read-requested',
      text: `insert into messaging.reads as r (message_id, account_id, phone_number_id, wamid, typing, awaiting)
             select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bool[], $6::jsonb[])
             on conflict (message_id) do update
             set typing = excluded.typing, awaiting = excluded.awaiting, attempt = 0, not_before = now()`,
      values: [
        lasts.map(({ stream }) => stream),
        lasts.map(({ accountId }) => accountId),
        lasts.map((event) => event.private!.phoneNumberId),
        lasts.map((event) => event.private!.wamid),
        lasts.map(({ data }) => data.typing),
        lasts.map((event) => JSON.stringify(event.private!.awaiting)),
      ],
    });
  },
});
