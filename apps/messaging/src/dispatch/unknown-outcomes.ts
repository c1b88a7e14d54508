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
/** While no outcome is unknown: less than the gap after which nothing counts. */
const REST_MS = 2 * TICK_MS;
/** After a message was handed over, Meta's webhooks are taken to be silent when none came for this long. */
const SILENCE_MS = 10_000;

/** How long Meta may take to come again after it found the gateway shut. */
const REDELIVERY_MS = 30_000;
const ALARM_MS = 3_600_000;

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
  /** Told at every look how many outcomes are unknown, and how old the oldest is. */
  readonly onOpen: (open: { readonly count: number; readonly seconds: number }) => void;
  readonly logger: Logger;
};

type Open = {
  readonly phone_number_id: string;
  readonly count: number;
  readonly age_ms: number;
  readonly seen_at: Date | null;
  readonly heard_at: Date | null;
};
/** A time, and when Meta was last heard before it: when the newest webhook that was handled by then had been received. */
type Moment = { readonly at: number; readonly heardAt: Date | null };

/**
 * Ends the wait for a status that would settle an unknown attempt. The grace counts only time that is proven heard: at
 * its beginning a webhook of any phone number had been handled that was received after the attempt, so Meta reaches this
 * installation; everything Meta sent until its end has been handled; the gateway was open to Meta; and the phone
 * number's own webhooks are not silent after a message of its was handed over. With no webhook after the attempt the
 * outcome stays unknown, with an alarm after an hour.
 */
export class UnknownOutcomes {
  readonly work: Periodic;
  private snapshot: (Moment & { readonly end: Offsets }) | undefined;
  private covered: Moment = { at: 0, heardAt: null };
  private shutAt = -Infinity;
  /** By phone number. */
  private readonly toldAt = new Map<string, number>();

  constructor(private readonly options: UnknownOutcomesOptions) {
    this.work = new Periodic({
      name: 'unknown outcomes: look',
      everyMs: TICK_MS,
      restMs: REST_MS,
      run: () => this.tick(),
      logger: options.logger,
    });
  }

  /** Resolves to whether any outcome is unknown. */
  private async tick(): Promise<boolean> {
    const held = this.options.dispatcher.held();
    const { rows: open } = await this.options.pool.query<Open>(
      `select d.phone_number_id, w.seen_at, (select max(seen_at) from messaging.webhooks_seen) as heard_at,
              count(*)::int as count, (extract(epoch from now() - min(d.unknown_since)) * 1000)::float8 as age_ms
       from messaging.dispatch d left join messaging.webhooks_seen w using (phone_number_id)
       where d.phone_number_id = any($1) and d.state = 'unknown' group by d.phone_number_id, w.seen_at`,
      [[...held.keys()]],
    );
    this.tell(open);
    if (open.length > 0) await this.wait(open, held);
    else this.beginAnew();
    return open.length > 0;
  }

  private async wait(open: readonly Open[], held: ReturnType<Dispatcher['held']>): Promise<void> {
    if (!(await this.isOpen())) return;
    const credit = await this.credit(open[0]!.heard_at);
    const heard = open.filter(({ phone_number_id, seen_at }) => {
      const lane = held.get(phone_number_id);
      if (!lane) return false;
      // A note may be that much older than what it is of, and the next one may have died with its process.
      if (seen_at && seen_at.getTime() + NOTED_EVERY_MS >= lane.unheardSince) lane.unheardSince = 0;
      return lane.unheardSince === 0 || Date.now() - lane.unheardSince < SILENCE_MS;
    });
    if (credit.ms === 0 || credit.heardAt === null || heard.length === 0) return;
    await this.grant(
      credit.ms,
      credit.heardAt,
      heard.map(({ phone_number_id }) => phone_number_id),
    );
  }

  private tell(open: readonly Open[]): void {
    this.options.onOpen({
      count: open.reduce((sum, { count }) => sum + count, 0),
      seconds: Math.max(0, ...open.map(({ age_ms }) => age_ms)) / 1000,
    });
    for (const { phone_number_id: phoneNumberId, count, age_ms } of open) {
      if (age_ms < ALARM_MS || Date.now() - (this.toldAt.get(phoneNumberId) ?? -Infinity) < ALARM_MS)
        continue;
      this.toldAt.set(phoneNumberId, Date.now());
      this.options.logger.error(
        { alarm: true, phoneNumberId, count },
        "outcomes have been unknown for an hour; they stay so until Meta's webhooks come and are handled",
      );
    }
  }

  private beginAnew(): void {
    this.snapshot = undefined;
    this.covered = { at: Date.now(), heardAt: null };
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
    this.beginAnew();
    return false;
  }

  /** Milliseconds of which it has become certain that every webhook Meta sent in them has been handled. */
  private async credit(
    heardAt: Date | null,
  ): Promise<{ readonly ms: number; readonly heardAt: Date | null }> {
    const at = Date.now();
    const { end, handled } = await this.options.inbound();
    const { snapshot, covered } = this;
    let ms = 0;
    if (
      snapshot &&
      snapshot.end.every((offset, partition) => offset <= Math.max(0, handled[partition] ?? 0))
    ) {
      ms = snapshot.at - covered.at;
      this.covered = snapshot;
      this.snapshot = undefined;
    }
    this.snapshot ??= { end, at, heardAt };
    // After a longer gap (Kafka or this process was away) Meta may still be trying again what it could not deliver.
    return { ms: ms > 3 * TICK_MS ? 0 : Math.max(0, ms), heardAt: covered.heardAt };
  }

  /** To those that were attempted before `heardAt`. */
  private async grant(creditMs: number, heardAt: Date, phoneNumberIds: readonly string[]): Promise<void> {
    const { pool, store, graceMs, logger } = this.options;
    const { rows } = await pool.query<{
      message_id: string;
      account_id: string;
      attempt: number;
      policy: UnknownOutcomePolicy | null;
    }>(
      `with waited as (
         update messaging.dispatch d
         set grace_ms = least(grace_ms + $2, extract(epoch from now() - unknown_since) * 1000)
         where state = 'unknown' and phone_number_id = any($1)
           and started_at < $4
         returning message_id, account_id, attempt, grace_ms)
       select message_id, account_id, attempt, a.data->>'unknownOutcomePolicy' as policy from waited
       left join messaging.accounts a on a.id = account_id where grace_ms >= $3`,
      [phoneNumberIds, creditMs, graceMs, heardAt],
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
