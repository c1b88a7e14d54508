import type { Logger } from '@wbiz/eventing/logger';
import { Periodic } from '@wbiz/eventing/periodic';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import type { UnknownOutcomePolicy } from '@wbiz/contracts/account';
import type { Pool } from 'pg';
import type { Announce } from '../message/announce.js';
import { messages } from '../message/message.aggregate.js';
import type { Dispatcher } from './dispatcher.js';
import { NOTED_EVERY_MS } from '../inbound/webhooks-seen.js';

const TICK_MS = 1000;
/** After a message was handed over, Meta's webhooks are taken to be silent when none came for this long. */
const SILENCE_MS = 10_000;

/** How long Meta may take to come again after it found the gateway shut. */
const REDELIVERY_MS = 30_000;

/** By partition. */
type Offsets = readonly number[];
export type UnknownOutcomesOptions = {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly dispatcher: Dispatcher;
  readonly announce: Announce;
  readonly graceMs: number;
  /** The end of every partition of the inbound topic, and how far this service has handled it. */
  readonly inbound: () => Promise<{ readonly end: Offsets; readonly handled: Offsets }>;
  /** Throws while the gateway, at which Meta's webhooks arrive, does not answer. */
  readonly knock: () => Promise<unknown>;
  readonly logger: Logger;
};

/**
 * Ends the wait for a status that would settle an unknown attempt. Only time in which a status could have reached us
 * counts: everything Meta sent until then has been handled, and Meta's webhooks are not silent.
 */
export class UnknownOutcomes {
  readonly work: Periodic;
  private snapshot: { readonly end: Offsets; readonly at: number } | undefined;
  private coveredUntil = 0;
  private shutAt = -Infinity;

  constructor(private readonly options: UnknownOutcomesOptions) {
    this.work = new Periodic({
      name: 'unknown outcomes: look',
      everyMs: TICK_MS,
      run: () => this.tick(),
      logger: options.logger,
    });
  }

  private async tick(): Promise<void> {
    const held = this.options.dispatcher.held();
    const { rows: open } = await this.options.pool.query<{ phone_number_id: string; seen_at: Date | null }>(
      `select distinct d.phone_number_id, w.seen_at from messaging.dispatch d
       left join messaging.webhooks_seen w using (phone_number_id)
       where d.phone_number_id = any($1) and d.state = 'unknown'`,
      [[...held.keys()]],
    );
    if (open.length === 0) {
      this.snapshot = undefined;
      this.coveredUntil = Date.now();
      return;
    }
    if (!(await this.isOpen())) return;
    const credit = await this.credit();
    const heard = open.filter(({ phone_number_id, seen_at }) => {
      const lane = held.get(phone_number_id);
      if (!lane) return false;
      // A note may be that much older than what it is of, and the next one may have died with its process.
      if (seen_at && seen_at.getTime() + NOTED_EVERY_MS >= lane.unheardSince) lane.unheardSince = 0;
      return lane.unheardSince === 0 || Date.now() - lane.unheardSince < SILENCE_MS;
    });
    if (credit === 0 || heard.length === 0) return;
    await this.grant(
      credit,
      heard.map(({ phone_number_id }) => phone_number_id),
    );
  }

  /** Whether Meta has found the gateway open for long enough that nothing waits to be delivered again. */
  private async isOpen(): Promise<boolean> {
    try {
      await this.options.knock();
    } catch (err) {
      this.options.logger.warn({ err }, 'no grace runs out while the gateway does not answer');
      this.shutAt = Date.now();
    }
    if (Date.now() - this.shutAt >= REDELIVERY_MS) return true;
    this.snapshot = undefined;
    this.coveredUntil = Date.now();
    return false;
  }

  /** Milliseconds of which it has become certain that every webhook Meta sent in them has been handled. */
  private async credit(): Promise<number> {
    const now = Date.now();
    const { end, handled } = await this.options.inbound();
    const { snapshot } = this;
    let credit = 0;
    if (
      snapshot &&
      snapshot.end.every((offset, partition) => offset <= Math.max(0, handled[partition] ?? 0))
    ) {
      credit = snapshot.at - this.coveredUntil;
      this.coveredUntil = snapshot.at;
      this.snapshot = undefined;
    }
    this.snapshot ??= { end, at: now };
    // After a longer gap (Kafka or this process was away) Meta may still be trying again what it could not deliver.
    return credit > 3 * TICK_MS ? 0 : Math.max(0, credit);
  }

  private async grant(credit: number, phoneNumberIds: readonly string[]): Promise<void> {
    const { pool, store, graceMs, logger } = this.options;
    const { rows } = await pool.query<{
      message_id: string;
      account_id: string;
      attempt: number;
      policy: UnknownOutcomePolicy | null;
    }>(
      `with waited as (
         update messaging.dispatch
         set grace_ms = least(grace_ms + $2, extract(epoch from now() - unknown_since) * 1000)
         where state = 'unknown' and phone_number_id = any($1) returning message_id, account_id, attempt, grace_ms)
       select message_id, account_id, attempt, a.data->>'unknownOutcomePolicy' as policy from waited
       left join messaging.accounts a on a.id = account_id where grace_ms >= $3`,
      [phoneNumberIds, credit, graceMs],
    );
    await Promise.all(
      rows.map(async ({ message_id: messageId, account_id: accountId, attempt, policy }) => {
        const type = policy === 'resend' ? ('message.send-again' as const) : ('message.give-up' as const);
        logger.warn({ messageId, policy: policy ?? 'fail' }, 'the outcome stayed unknown');
        const ended = await store.apply(messages, {
          accountId,
          type,
          data: { messageId, attempt, at: new Date().toISOString() },
        });
        if (ended.ok && ended.state) this.options.announce(ended.state);
      }),
    );
    if (rows.length > 0) this.options.dispatcher.look();
  }
}
