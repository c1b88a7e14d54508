import type { SendOutcome } from '@wbiz/cloud-api/send-outcome';
import { USER_ID } from '@wbiz/contracts/field';
import type { Logger } from '@wbiz/eventing/logger';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Announce } from '../message/announce.js';
import { messages, type MessageChange } from '../message/message.aggregate.js';
import type { MessageState, Outcome } from '../message/message.decider.js';
import type { DispatchLeases, Lease } from './dispatch-leases.js';
import { outcomeOf } from './send-outcome.js';

/** Calls under way for one phone number at most; Meta's answers take about 100 ms, so this carries 1,000 a second. */
const MAX_IN_FLIGHT = 128;
const TICK_MS = 250;
const RENEW_MS = 1000;

export type DispatcherOptions = {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly leases: DispatchLeases;
  readonly send: (message: MessageState, body: Record<string, unknown>) => Promise<SendOutcome>;
  readonly announce: Announce;
  readonly logger: Logger;
};

type Lane = {
  lease: Lease;
  /** Conversations with a call under way: one at a time each, in order of acceptance. */
  readonly inFlight: Set<string>;
  tokens: number;
  refilledAt: number;
  claiming: boolean;
  again: boolean;
  /** The first message handed to Meta since a webhook came, in epoch milliseconds; 0: none. */
  unheardSince: number;
  /** Whether there may be started sends that nobody calls. */
  doubtful: boolean;
};

/**
 * Takes accepted sends to Meta. Per leased phone number: claim a batch (attempt started, one transaction, fence
 * checked), call, settle. Whatever happens to this process, a started attempt is never simply started again.
 */
export class Dispatcher {
  private readonly lanes = new Map<string, Lane>();
  /** By phone number: kept over a lease that was lost and taken again, since the calls go on. */
  private readonly inFlight = new Map<string, Set<string>>();
  /** Claims and calls. */
  private readonly underWay = new Set<Promise<unknown>>();
  private timers: NodeJS.Timeout[] = [];
  private renewing: Promise<void> | undefined;
  private stopping = false;

  constructor(private readonly options: DispatcherOptions) {}

  start(): void {
    this.timers = [setInterval(() => this.renew(), RENEW_MS), setInterval(() => this.wake(), TICK_MS)];
    this.renew();
  }

  /** Claims nothing more, lets the calls under way end, gives the leases back. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.timers.forEach(clearInterval);
    await this.renewing;
    while (this.underWay.size > 0) await Promise.race(this.underWay);
    await this.options.leases.release();
  }

  /** Something may have been accepted. */
  wake(): void {
    for (const lane of this.lanes.values()) this.pump(lane);
  }

  /** The phone numbers this replica dispatches. */
  held(): ReadonlyMap<string, { unheardSince: number }> {
    return this.lanes;
  }

  private renew(): void {
    this.renewing ??= this.renewLeases()
      .catch((err: unknown) => this.options.logger.warn({ err }, 'dispatch leases could not be renewed'))
      .finally(() => (this.renewing = undefined));
  }

  private async renewLeases(): Promise<void> {
    const busy = new Set([...this.lanes].filter(([, { inFlight }]) => inFlight.size > 0).map(([id]) => id));
    const leases = await this.options.leases.renew(busy);
    const held = new Set(leases.map(({ phoneNumberId }) => phoneNumberId));
    for (const id of this.lanes.keys()) if (!held.has(id)) this.lanes.delete(id);
    for (const lease of leases) {
      const lane = this.lanes.get(lease.phoneNumberId);
      if (lane?.lease.fence === lease.fence) lane.lease = lease;
      else this.open(lease);
    }
    this.wake();
  }

  /** A lane begins with doubt: what was left started may or may not have reached Meta. */
  private open(lease: Lease): void {
    const { phoneNumberId } = lease;
    const inFlight = this.inFlight.get(phoneNumberId) ?? new Set<string>();
    this.inFlight.set(phoneNumberId, inFlight);
    this.lanes.set(phoneNumberId, {
      lease,
      inFlight,
      tokens: 1,
      refilledAt: performance.now(),
      claiming: false,
      again: false,
      doubtful: true,
      unheardSince: 0,
    });
    this.options.logger.info({ phoneNumberId, fence: String(lease.fence) }, 'dispatching this phone number');
  }

  /**
   * Settles as unknown what is started and not being called here: by a lost holder, or by a claim of ours whose commit
   * went through although its answer was lost (locking the lease's row waits for that commit).
   */
  private async recover({ lease: { phoneNumberId, fence }, inFlight }: Lane): Promise<void> {
    const { pool, logger } = this.options;
    await pool.query('select from messaging.dispatch_leases where phone_number_id = $1 for update', [
      phoneNumberId,
    ]);
    const { rows } = await pool.query<{ message_id: string; account_id: string; attempt: number }>(
      `select message_id, account_id, attempt from messaging.dispatch
       where phone_number_id = $1 and state = 'started' and fence <= $2 and conversation_id <> all($3)`,
      [phoneNumberId, String(fence), [...inFlight]],
    );
    if (rows.length > 0)
      logger.warn({ phoneNumberId, count: rows.length }, 'attempts of a lost dispatcher are unknown now');
    await Promise.all(
      rows.map(({ message_id, account_id, attempt }) =>
        this.settle(message_id, account_id, attempt, { kind: 'unknown', reason: 'the dispatcher was lost' }),
      ),
    );
  }

  private pump(lane: Lane): void {
    if (this.stopping || this.lanes.get(lane.lease.phoneNumberId) !== lane) return;
    if (lane.claiming) {
      lane.again = true;
      return;
    }
    const room = Math.min(MAX_IN_FLIGHT - lane.inFlight.size, refill(lane));
    if (room < 1) return;
    lane.claiming = true;
    lane.again = false;
    const claim = this.claim(lane, Math.floor(room))
      .then((claimed) => {
        lane.tokens -= claimed.length;
        for (const message of claimed) {
          this.track(this.call(lane, message));
        }
        if (claimed.length > 0) lane.again = true;
      })
      .catch((err: unknown) => {
        lane.doubtful = true;
        this.options.logger.warn({ err }, 'sends could not be claimed');
      })
      .finally(() => {
        lane.claiming = false;
        if (lane.again) this.pump(lane);
      });
    this.track(claim);
  }

  private track(work: Promise<unknown>): void {
    this.underWay.add(work);
    void work.finally(() => this.underWay.delete(work));
  }

  /** Marks up to `room` sends as started; the transaction holds the lease's row, so a change of hands waits for it. */
  private async claim(lane: Lane, room: number): Promise<readonly MessageState[]> {
    if (lane.doubtful) await this.recover(lane);
    lane.doubtful = false;
    const { lease, inFlight } = lane;
    const { pool, store, leases } = this.options;
    const claimed = await inTransaction(pool, async (tx) => {
      const { rows } = await tx.query<{ message_id: string; account_id: string; conversation_id: string }>({
        name: 'dispatch-claim',
        text: `with lease as (
                 select 1 from messaging.dispatch_leases
                 where phone_number_id = $1 and replica = $2 and fence = $3 and expires_at > now() for share)
               select message_id, account_id, conversation_id from messaging.dispatch d
               where phone_number_id = $1 and exists (select 1 from lease) and conversation_id <> all($4)
                 and (state = 'queued' or (state = 'deferred' and not_before <= now()))
                 and not exists (select 1 from messaging.dispatch e where e.phone_number_id = $1 and e.state = 'deferred'
                   and e.conversation_id = d.conversation_id and e.position < d.position)
               order by class, position limit $5 for update of d`,
        values: [lease.phoneNumberId, leases.replica, String(lease.fence), [...inFlight], room],
      });
      const firsts = [...new Map(rows.toReversed().map((row) => [row.conversation_id, row])).values()];
      if (firsts.length === 0) return [];
      const at = new Date().toISOString();
      const replies = await store.applyIn(
        tx,
        messages,
        firsts.map((row) => ({
          accountId: row.account_id,
          type: 'message.attempt' as const,
          data: { messageId: row.message_id, replica: leases.replica, at },
        })),
      );
      const started = replies.flatMap((reply) => {
        const { message, events } = (reply.ok ? reply.data : {}) as Partial<MessageChange>;
        return message && events && events.length > 0 ? [message] : [];
      });
      await tx.query({
        name: 'dispatch-started',
        text: `update messaging.dispatch d set state = 'started', fence = $3, attempt = s.attempt
               from unnest($1::text[], $2::int[]) as s(id, attempt) where d.message_id = s.id`,
        values: [started.map(({ id }) => id), started.map(({ attempt }) => attempt), String(lease.fence)],
      });
      return started;
    });
    for (const { conversationId } of claimed) inFlight.add(conversationId);
    if (claimed.length > 0) store.committed();
    return claimed;
  }

  private async call(lane: Lane, message: MessageState): Promise<void> {
    const outcome =
      performance.now() > lane.lease.validUntil
        ? ({ kind: 'deferred', reason: 'the lease ran out before the call' } as const)
        : outcomeOf(await this.options.send(message, bodyOf(message)), message.attempt);
    if (outcome.kind === 'accepted') lane.unheardSince ||= Date.now();
    const settled = await this.settle(message.id, message.accountId, message.attempt, outcome);
    if (settled) this.options.announce(settled, message.awaiting);
    lane.inFlight.delete(message.conversationId);
    this.pump(this.lanes.get(message.phoneNumberId) ?? lane);
  }

  /** Writes down what a call came to; keeps trying, since nobody else knows it. */
  private async settle(messageId: string, accountId: string, attempt: number, outcome: Outcome) {
    for (let wait = 100; ; wait = Math.min(wait * 2, 2000)) {
      try {
        const reply = await this.options.store.apply(messages, {
          accountId,
          type: 'message.settle',
          data: { messageId, attempt, outcome, at: new Date().toISOString() },
        });
        return reply.ok ? (reply.data as MessageChange).message : null;
      } catch (err) {
        this.options.logger.warn(
          { err, messageId, outcome: outcome.kind },
          'an outcome could not be written down yet',
        );
        await delay(wait);
      }
    }
  }
}

/** Tokens of Meta's throughput for the number: a second's worth at most. */
function refill(lane: Lane): number {
  const now = performance.now();
  const { throughput } = lane.lease;
  lane.tokens = Math.min(throughput, lane.tokens + ((now - lane.refilledAt) / 1000) * throughput);
  lane.refilledAt = now;
  return lane.tokens;
}

/** The body of the call. Our id rides along as callback data (at most 512 characters), comes back in every status and settles a lost answer. */
const bodyOf = (message: MessageState) => ({
  messaging_product: 'whatsapp',
  recipient_type: 'individual',
  ...(message.to !== null && USER_ID.test(message.to) ? { recipient: message.to } : { to: message.to }),
  ...message.content,
  biz_opaque_callback_data: message.id,
});
