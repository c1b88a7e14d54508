import type { Of } from '@wbiz/eventing/message';
import type { RecordedEvent } from '@wbiz/eventing/aggregate';
import { fold } from '@wbiz/eventing/decider';
import { inline, type OnEnd } from '@wbiz/eventing/postgres/inline-projection';
import type { PoolClient } from 'pg';
import { message } from '../message/message.decider.js';
import { takenIn, type MessageEvent } from '../message/message.events.js';
import type { Outgoing } from '../message/message.state.js';
import { WAS_COMPARED } from './after-restore.js';
import { classOf, type Class } from './send-class.js';
import type { Slots } from './start-on-acceptance.js';

/** Pause in ms after the nth attempt: 4^(n-1) seconds, as Meta advises for pair limits, but at most a minute. */
const backoffMs = (attempt: number) => Math.min(1000 * 4 ** (attempt - 1), 60_000);

type Recorded<Type extends MessageEvent['type']> = RecordedEvent<Of<MessageEvent, Type>>;
type Moving = Recorded<'message.status' | 'message.queued'>;
/**
 * Whether this is a send's first event. A campaign's send has a second `accepted`, with a wamid, once Meta accepts it.
 */
const isFirst = ({ data: { status, wamid } }: Moving) => status === 'accepted' && wamid === null;

/** The phone number and the class of the send that this event queued; undefined for any other event. */
export function queuedFor(event: RecordedEvent): { phoneNumberId: string; class: Class } | undefined {
  if (event.type !== 'message.status' && event.type !== 'message.queued') return undefined;
  const moving = event as Moving;
  return isFirst(moving)
    ? { phoneNumberId: acceptedIn(moving)!.phoneNumberId, class: classOf(moving.data) }
    : undefined;
}

/** The private data of a send's first event; undefined for any other event. */
const acceptedIn = ({ private: given }: Moving) => (given && 'accountId' in given ? given : undefined);

/** Updates the queue in the transaction of the messages' events. Sends with a slot from `slots` may start at once. */
export const dispatchProjection = (slots: Slots) => {
  const follow = async (events: readonly Moving[], tx: PoolClient, onEnd: OnEnd) => {
    const begun = events.filter(isFirst);
    if (begun.length > 0) await enqueue(begun, tx, onEnd && { slots, onEnd });
    await leaveQueue(events.filter(isLast), tx);
  };
  return inline<MessageEvent>({
    'message.status': follow,
    'message.queued': follow,
    'message.submitted': leaveQueue,
    'message.withdrawn': leaveQueue,
    'message.deferred': defer,
    'message.outcome_unknown': async (events, tx) => {
      await tx.query({
        name: 'dispatch-unknown',
        text: `update messaging.dispatch set state = 'unknown', unknown_since = now(), grace_ms = 0 where message_id = any($1)`,
        values: [events.map(({ stream }) => stream)],
      });
    },
  });
};

/**
 * SQL: the key of a phone number's advisory lock. Transactions that start the number's sends on acceptance hold the
 * lock shared; recovery takes it exclusively, and so waits for those transactions.
 */
export const OPENING_LOCK = (phoneNumberId: string) =>
  `hashtextextended('wbiz.opening.' || ${phoneNumberId}, 0)`;

/**
 * Queues sends, or starts them at once. A send starts at once if {@link WAS_COMPARED}, this replica holds the phone
 * number's lease and has a slot for the send, no single send of the number is queued, and no send to the person is
 * deferred.
 */
async function enqueue(
  begun: readonly Moving[],
  tx: PoolClient,
  direct: { readonly slots: Slots; readonly onEnd: NonNullable<OnEnd> } | undefined,
) {
  const taken = direct?.slots.take(begun.filter(({ data }) => classOf(data) === 0).map(outgoing)) ?? [];
  const started = new Set<string>();
  direct?.onEnd((committed) => {
    for (const { message, end } of taken) end(committed ? started.has(message.id) : undefined);
  });
  const fences = new Map(taken.map(({ message, fence }) => [message.id, String(fence)]));
  const { rows } = await tx.query<{ message_id: string }>({
    name: 'dispatch-enqueue',
    text: `with opening as materialized (
             select pg_advisory_xact_lock_shared(${OPENING_LOCK('p')})
             from (select distinct p from unnest($3::text[], $7::bigint[]) as q(p, f) where f is not null) q),
           sends as (
             select q.*, f is not null and ${WAS_COMPARED} and (select count(*) from opening) > 0
               and exists (select from messaging.dispatch_leases l where l.phone_number_id = p and l.replica = $8
                 and l.fence = f and l.expires_at > clock_timestamp())
               and not exists (select from messaging.dispatch d
                 where d.phone_number_id = p and d.class = 0 and d.state = 'queued')
               and not exists (select from messaging.dispatch d where d.conversation_id = c and d.state = 'deferred') as goes
             from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::smallint[], $6::timestamptz[], $7::bigint[])
               with ordinality as q(m, a, p, c, k, e, f, ord)),
           enqueued as (
             insert into messaging.dispatch
               (message_id, account_id, phone_number_id, conversation_id, class, expires_at, state, fence, attempt, started_at)
             select m, a, p, c, k, e, case when goes then 'started' else 'queued' end,
               case when goes then f end, goes::int, case when goes then clock_timestamp() end
             from sends order by ord)
           select m as message_id from sends where goes`,
    values: [
      begun.map(({ stream }) => stream),
      begun.map(({ accountId }) => accountId),
      begun.map((event) => acceptedIn(event)?.phoneNumberId),
      begun.map(({ data }) => data.conversationId),
      begun.map(({ data }) => classOf(data)),
      begun.map((event) => acceptedIn(event)?.expiresAt),
      begun.map(({ stream }) => fences.get(stream)),
      direct?.slots.replica,
    ],
  });
  for (const { message_id } of rows) started.add(message_id);
}

/** The accepted message with its body for Meta. */
function outgoing(event: Moving): Outgoing {
  const { content, traceparent } = acceptedIn(event)!;
  return { ...fold(message, [event])!, content, traceparent };
}

async function defer(events: readonly Recorded<'message.deferred'>[], tx: PoolClient) {
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
}

/** Whether the send leaves the queue with this event: Meta has accepted the send, or the send has failed for good. */
const isLast = (event: Moving) =>
  !isFirst(event) && (event.data.wamid === null || takenIn(event) !== undefined);

async function leaveQueue(events: readonly RecordedEvent[], tx: PoolClient) {
  if (events.length === 0) return;
  await tx.query({
    name: 'dispatch-leave',
    text: 'delete from messaging.dispatch where message_id = any($1)',
    values: [events.map(({ stream }) => stream)],
  });
}
