import type { Logger } from '@wbiz/eventing/logger';
import { Periodic } from '@wbiz/eventing/periodic';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import type { UnknownOutcomePolicy } from '@wbiz/contracts/account';
import type { Pool } from 'pg';
import type { Announce } from '../message/outcome-reply.js';
import { messages } from '../message/message.aggregate.js';
import type { Dispatcher } from './dispatcher.js';
import { NOTED_EVERY_MS } from '../inbound/webhooks-seen.js';

const TICK_MS = 1000;
/** Interval while no outcome is unknown, in ms; must be shorter than MAX_GAP_MS. */
const REST_MS = 2 * TICK_MS;
/** A longer time between two checks (ms) does not count towards the grace. */
const MAX_GAP_MS = 3 * TICK_MS;
/** A phone number's webhooks count as silent if none arrives for this long (ms) after Meta accepted a message. */
const SILENCE_MS = 10_000;
/** How long Meta may take to redeliver webhooks after the gateway did not answer, in ms. */
const REDELIVERY_MS = 30_000;
/** An outcome unknown for this long (ms) is logged as an alarm, and again at this interval. */
const ALARM_MS = 3_600_000;

/** Offsets by partition. */
type Offsets = readonly number[];
export type UnknownOutcomesOptions = {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly dispatcher: Dispatcher;
  readonly announce: Announce;
  readonly graceMs: number;
  /** Per partition of the inbound topic: the end offset, and the offset up to which this service has handled it. */
  readonly inbound: () => Promise<{ readonly end: Offsets; readonly handled: Offsets }>;
  /** Throws while the gateway, which receives Meta's webhooks, does not answer. */
  readonly knock: () => Promise<unknown>;
  /** Called at every check with the number of unknown outcomes and the age of the oldest. */
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
/** `heardAt`: receipt time of the newest webhook handled before `at` (epoch ms). */
type Moment = { readonly at: number; readonly heardAt: Date | null };

/**
 * Applies the account's policy to an attempt of unknown outcome once the grace has passed without a status. A span of
 * time counts towards the grace only if a status would have been seen in it:
 * - before the span, a webhook of any number, received after the attempt, was handled: Meta reaches this installation;
 * - all webhooks received by the end of the span have been handled;
 * - the gateway answered, so that Meta could deliver;
 * - the phone number's own webhooks are not silent (SILENCE_MS) after Meta accepted a message.
 * Without a webhook after the attempt the outcome stays unknown; an alarm is logged every hour.
 */
export class UnknownOutcomes {
  readonly work: Periodic;
  private snapshot: (Moment & { readonly end: Offsets }) | undefined;
  private covered: Moment = { at: 0, heardAt: null };
  private shutAt = -Infinity;
  /** When the last alarm was logged, by phone number. */
  private readonly toldAt = new Map<string, number>();

  constructor(private readonly options: UnknownOutcomesOptions) {
    this.work = new Periodic({
      name: 'unknown outcomes: check',
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
      // The stored time of the last webhook may lag behind by NOTED_EVERY_MS.
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
        { alarm: true, phoneNumberId, count, oldestMs: Math.round(age_ms) },
        "unknown outcomes: a send of this phone number has had an unknown outcome for over an hour; a status from Meta settles it or, once webhooks have arrived for OUTCOME_GRACE_MS, the account's policy",
      );
    }
  }

  private beginAnew(): void {
    this.snapshot = undefined;
    this.covered = { at: Date.now(), heardAt: null };
  }

  /** Whether the gateway has answered for REDELIVERY_MS, so that Meta has nothing left to redeliver. */
  private async isOpen(): Promise<boolean> {
    try {
      await this.options.knock();
    } catch (err) {
      this.options.logger.warn(
        { err },
        'unknown outcomes: gateway does not answer; no time counts towards the grace until the gateway has answered for 30 s',
      );
      this.shutAt = Date.now();
    }
    if (Date.now() - this.shutAt >= REDELIVERY_MS) return true;
    this.beginAnew();
    return false;
  }

  /**
   * `ms`: newly covered time, of which all webhooks are handled. `heardAt`: receipt time of the last webhook before
   * that.
   */
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
    // After a longer time (Kafka or this process was down) Meta may still be redelivering webhooks.
    return { ms: ms > MAX_GAP_MS ? 0 : Math.max(0, ms), heardAt: covered.heardAt };
  }

  /**
   * Counts `creditMs` towards the grace of attempts started before `heardAt`; applies the policy if the grace has
   * passed.
   */
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
        const ended = await store.apply(messages, {
          accountId,
          type,
          data: { messageId, attempt, at: new Date().toISOString() },
        });
        if (ended.ok && ended.events.length > 0)
          logger.warn(
            { messageId, accountId, attempt },
            policy === 'resend'
              ? "unknown outcomes: no status from Meta within the grace; message queued again, which is the account's policy"
              : "unknown outcomes: no status from Meta within the grace; message marked as failed, which is the account's policy",
          );
        if (ended.ok && ended.state) this.options.announce(ended.state);
      }),
    );
    if (rows.length > 0) this.options.dispatcher.look();
  }
}
