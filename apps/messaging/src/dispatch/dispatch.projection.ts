import type { Of } from '@wbiz/eventing/message';
import type { RecordedEvent } from '@wbiz/eventing/aggregate';
import { inline } from '@wbiz/eventing/postgres/inline-projection';
import type { PoolClient } from 'pg';
import type { MessageEvent } from '../message/message.decider.js';
import type { Class } from './turnstile.js';

/** How long after the nth attempt a deferred send waits: 4^n seconds, at most a minute (Meta's advice for pair limits). */
const backoffMs = (attempt: number) => Math.min(1000 * 4 ** (attempt - 1), 60_000);

type Recorded<Type extends MessageEvent['type']> = RecordedEvent<Of<MessageEvent, Type>>;
type Moving = Recorded<'message.status' | 'message.queued'>;
/** Whether a send begins with it: a campaign's is accepted once more, by Meta. */
const isFirst = ({ data: { status, wamid } }: Moving) => status === 'accepted' && wamid === null;
const classOf = ({ data }: Moving): Class => (data.campaignId === null ? 0 : 1);

/** The phone number for which this event put a send into the queue, and the send's class. */
export function queuedFor(event: RecordedEvent): { phoneNumberId: string; class: Class } | undefined {
  if (event.type !== 'message.status' && event.type !== 'message.queued') return undefined;
  const moving = event as Moving;
  return isFirst(moving)
    ? { phoneNumberId: acceptedIn(moving)!.phoneNumberId, class: classOf(moving) }
    : undefined;
}

/** What was accepted, with the first event. */
const acceptedIn = ({ private: given }: Moving) => (given && 'accountId' in given ? given : undefined);

async function follow(events: readonly Moving[], tx: PoolClient) {
  const begun = events.filter(isFirst);
  if (begun.length > 0)
    await tx.query({
      name: 'dispatch-enqueue',
      text: `insert into messaging.dispatch (message_id, account_id, phone_number_id, conversation_id, class, expires_at)
             select m, a, p, c, k, e
             from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::smallint[], $6::timestamptz[])
               with ordinality as q(m, a, p, c, k, e, ord)
             order by ord`,
      values: [
        begun.map(({ stream }) => stream),
        begun.map(({ accountId }) => accountId),
        begun.map((event) => acceptedIn(event)?.phoneNumberId),
        begun.map(({ data }) => data.conversationId),
        begun.map(classOf),
        begun.map((event) => acceptedIn(event)?.expiresAt),
      ],
    });
  await leaveQueue(events.filter(isLast), tx);
}

/** Whether it is over with the queue: Meta has it, or never will. */
const isLast = (event: Moving) =>
  !isFirst(event) && (event.data.wamid === null || (!!event.private && 'isTaken' in event.private));

/** The queue moves with the events of the messages in it. */
export const dispatchProjection = inline<MessageEvent>({
  'message.status': follow,
  'message.queued': follow,
  'message.submitted': leaveQueue,
  'message.withdrawn': leaveQueue,
  'message.deferred': async (events, tx) => {
    await tx.query({
      name: 'dispatch-defer',
      text: `update messaging.dispatch d set state = 'deferred', not_before = now() + d_wait * interval '1 millisecond',
               expires_at = case when w.resent then null else d.expires_at end
             from unnest($1::text[], $2::int[], $3::boolean[]) as w(id, d_wait, resent) where d.message_id = w.id`,
      values: [
        events.map(({ stream }) => stream),
        events.map(({ data }) => (data.reason === 'outcome_unknown' ? 0 : backoffMs(data.attempt))),
        events.map(({ data }) => data.reason === 'outcome_unknown'),
      ],
    });
  },
  'message.outcome_unknown': async (events, tx) => {
    await tx.query({
      name: 'dispatch-unknown',
      text: `update messaging.dispatch set state = 'unknown', unknown_since = now(), grace_ms = 0 where message_id = any($1)`,
      values: [events.map(({ stream }) => stream)],
    });
  },
});

async function leaveQueue(events: readonly RecordedEvent[], tx: PoolClient) {
  if (events.length === 0) return;
  await tx.query({
    name: 'dispatch-leave',
    text: 'delete from messaging.dispatch where message_id = any($1)',
    values: [events.map(({ stream }) => stream)],
  });
}
