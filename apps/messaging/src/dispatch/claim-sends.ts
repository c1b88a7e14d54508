import type { PoolClient } from 'pg';
import { countLate } from '../conversation/people-reached.js';
import type { Outgoing } from '../message/message.state.js';
import { WAS_COMPARED } from './after-restore.js';
import type { Lease } from './dispatch-leases.js';
import type { PairPace } from './pace.js';
import { saveDebts } from './pair-debts.js';
import type { Class } from './send-class.js';

/** SQL: whether the send `d` may be claimed. $4: conversations held back; $6: the highest class that is claimed. */
const MAY_GO = `class <= $6 and conversation_id <> all($4) and (expires_at is null or expires_at > now())
                  and not exists (select from deferred e
                    where e.conversation_id = d.conversation_id and (e.class, e.position) < (d.class, d.position))`;

/** A send marked as started; `attempt` counts from 1. */
export type Claimed = { readonly message: Outgoing; readonly attempt: number };

export type Claim = {
  readonly lease: Lease;
  readonly replica: string;
  readonly pairs: PairPace;
  /** Conversations whose sends must not be claimed now. */
  readonly held: readonly string[];
  readonly room: number;
  /** The highest class that is claimed. */
  readonly cls: Class;
  readonly now: number;
};

/**
 * Marks up to `room` sends as started. Locks the lease's row, so that no other replica can take the lease before the
 * commit. Like every change of a send, locks the message first and then checks the message's row in the queue again.
 * `more`: the lowest class that may have more sends; undefined: none has.
 */
export async function claimSends(
  tx: PoolClient,
  { lease, replica, pairs, held, room, cls, now }: Claim,
): Promise<{ readonly claimed: readonly Claimed[]; readonly more: Class | undefined }> {
  const { rows } = await tx.query<{
    message_id: string;
    conversation_id: string;
    class: Class;
  }>({
    name: 'dispatch-claim',
    text: `with lease as (
             select 1 from messaging.dispatch_leases
             where phone_number_id = $1 and replica = $2 and fence = $3 and expires_at > now() and ${WAS_COMPARED} for share),
           deferred as (
             select * from messaging.dispatch where phone_number_id = $1 and state = 'deferred'),
           due as (
             (select * from messaging.dispatch d where phone_number_id = $1 and state = 'queued' and ${MAY_GO}
              order by class, position limit $5)
             union all
             (select * from deferred d where not_before <= now() and ${MAY_GO}
              order by class, position limit $5))
           select message_id, conversation_id, class from due
           where exists (select 1 from lease) order by class, position limit $5`,
    values: [lease.phoneNumberId, replica, String(lease.fence), held, room, cls],
  });
  const more = rows[room - 1]?.class;
  const firsts = [...new Map(rows.toReversed().map((row) => [row.conversation_id, row])).values()];
  if (firsts.length === 0) return { claimed: [], more };
  const { rows: claimed } = await tx.query<Claimed>({
    name: 'dispatch-start',
    text: `with locked as (
             select stream, state from messaging.messages where stream = any($1) order by stream for no key update)
           update messaging.dispatch d
           set state = 'started', fence = $2, attempt = d.attempt + 1, started_at = clock_timestamp()
           from locked m join messaging.events e on e.stream = m.stream and e.version = 1
           where d.message_id = m.stream and d.state in ('queued', 'deferred')
           returning m.state || jsonb_build_object('content', e.private->'content', 'traceparent', e.traceparent) as message, d.attempt`,
    values: [firsts.map(({ message_id }) => message_id), String(lease.fence)],
  });
  const started = claimed.map(({ message }) => message);
  await countLate(started, tx);
  await saveDebts(
    tx,
    lease,
    started.map(({ conversationId }) => [conversationId, pairs.debtWith(conversationId, now)]),
  );
  return { claimed, more };
}
