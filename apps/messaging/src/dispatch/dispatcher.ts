import type { RefusalScope } from '@wbiz/cloud-api/graph-error-fates';
import type { SendOutcome } from '@wbiz/cloud-api/send-outcome';
import { USER_ID } from '@wbiz/contracts/schema/text-fields';
import type { Logger } from '@wbiz/eventing/logger';
import { Periodic } from '@wbiz/eventing/periodic';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { reachLate } from '../conversation/conversation.projection.js';
import type { CompleteMessage } from '../media/complete-message.js';
import type { Announce } from '../message/announce.js';
import { messages } from '../message/message.aggregate.js';
import type { MessageState, Outcome, Outgoing } from '../message/message.decider.js';
import { mediaWithoutMetaId } from '../message/meta-media-id.js';
import { WAS_COMPARED } from './after-restore.js';
import type { DispatchLeases, Lease } from './dispatch-leases.js';
import { OPENING_LOCK } from './dispatch.projection.js';
import { NumberPace, PairPace, UNSAVED_DEBT_MS } from './pace.js';
import { outcomeOf } from './outcome-of.js';
import type { Slot } from './slots.js';
import { CLASSES, Turnstile, type Class } from './turnstile.js';

/** Maximum calls in flight per phone number. Meta answers in about 100 ms, so this carries 1,000 a second. */
const MAX_IN_FLIGHT = 128;
/** Calls of these that campaigns may not use. */
const RESERVE = 16;
/**
 * Maximum wait of a campaign's send while single sends go first; then it is requeued and no longer blocks its person.
 */
const TURN_PATIENCE_MS = 2000;
/** The interval doubles while nothing is queued or deferred. */
const LOOK_MS = { first: 250, longest: 1_000 };
/**
 * Minimum gap between claims while a class has more sends than room, so that a claim takes a batch and not one send.
 */
const CLAIM_GAP_MS = 50;
/** Maximum campaign sends per claim: a single send's claim waits for it. */
const CLAIM_OF_CAMPAIGNS = 32;
const RENEW_MS = 1000;

/** SQL, in a claim: nothing blocks the send `d`. */
const MAY_GO = `class <= $6 and conversation_id <> all($4) and (expires_at is null or expires_at > now())
                  and not exists (select from deferred e
                    where e.conversation_id = d.conversation_id and (e.class, e.position) < (d.class, d.position))`;

export type DispatcherOptions = {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly leases: DispatchLeases;
  readonly send: (message: Outgoing, body: Record<string, unknown>) => Promise<SendOutcome>;
  readonly complete: CompleteMessage;
  readonly announce: Announce;
  /** Whether a send's outcome is traced as a step of the trace that accepted it. */
  readonly isTraced?: boolean;
  /** Called with the outcome of every attempt and the answer behind it. */
  readonly onOutcome?: (outcome: Outcome, answer: SendOutcome) => void;
  readonly logger: Logger;
};

type Lane = {
  lease: Lease;
  /** Conversations with a call in flight: one call at a time each, in order of acceptance. */
  readonly inFlight: Set<string>;
  readonly pace: NumberPace;
  readonly turns: Turnstile;
  /** Undefined until the debts of the previous holder are loaded. */
  pairs: PairPace | undefined;
  claiming: boolean;
  /** Sends being accepted that will be called at once. */
  opening: number;
  recovering: boolean;
  /** Classes of which the last claim found nothing, held back nobody, and no send was announced since. */
  readonly isEmpty: Record<Class, boolean>;
  /** Classes that may have sends to claim; `notBefore`: when they may be claimed. */
  readonly wanted: Record<Class, boolean>;
  readonly notBefore: Record<Class, number>;
  timer: NodeJS.Timeout | undefined;
  /** When the first message since the last webhook was handed to Meta, in epoch ms; 0: none. */
  unheardSince: number;
  /** Whether the queue may hold started sends that nobody is calling. */
  doubtful: boolean;
};

/** A send whose attempt is started. */
type Claimed = { readonly message: Outgoing; readonly attempt: number };

/**
 * Sends accepted messages to Meta. Per leased phone number: claim a batch (mark attempts as started in one
 * transaction that checks the fence), call, settle. A send with nothing before it is claimed as it is accepted. A
 * started attempt is never started again before its outcome is known or settled as unknown, even after a crash.
 */
export class Dispatcher {
  private readonly lanes = new Map<string, Lane>();
  /** By phone number. Kept when a lease is lost and taken again: the calls continue. */
  private readonly inFlight = new Map<string, Set<string>>();
  /** Claims and calls in progress. */
  private readonly underWay = new Set<Promise<unknown>>();
  /** Messages started on acceptance and not settled yet. */
  private readonly begun = new Set<string>();
  private readonly renewals: Periodic;
  private readonly looks: Periodic;
  private stopping = false;

  constructor(private readonly options: DispatcherOptions) {
    const { logger } = options;
    this.renewals = new Periodic({
      name: 'dispatcher: lease renewal',
      everyMs: RENEW_MS,
      run: () => this.renewLeases(),
      logger,
    });
    this.looks = new Periodic({
      name: 'dispatcher: look at the queue',
      everyMs: LOOK_MS.first,
      restMs: LOOK_MS.longest,
      run: () => this.pumpDue(),
      logger,
    });
  }

  start(): void {
    this.renewals.start();
    this.renewals.wake();
    this.looks.start();
  }

  /** Stops claiming, waits for calls in flight while renewing leases, then releases the leases. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.looks.stop();
    while (this.underWay.size > 0) await Promise.race(this.underWay);
    await this.renewals.stop();
    for (const { timer } of this.lanes.values()) clearTimeout(timer);
    await this.options.leases.release();
  }

  /** Signals a new send of this class. Returns whether this replica dispatches the number. */
  wake(phoneNumberId: string, cls: Class = 0): boolean {
    const lane = this.lanes.get(phoneNumberId);
    if (!lane) return false;
    lane.isEmpty[cls] = false;
    this.pump(lane, cls);
    return true;
  }

  get replica(): string {
    return this.options.leases.replica;
  }

  /**
   * Takes slots for the single sends being accepted for which there is room; a slot reserves its conversation until
   * it ends. The transaction still has to check the fence and whether another send goes first.
   */
  take(sends: readonly Outgoing[]): readonly Slot[] {
    const now = performance.now();
    return sends.flatMap((message) => {
      const lane = this.lanes.get(message.phoneNumberId);
      if (!lane || this.stopping || !hasRoom(lane, message, now)) return [];
      lane.inFlight.add(message.conversationId);
      lane.opening += 1;
      const ended = Promise.withResolvers<void>();
      this.track(ended.promise);
      const end: Slot['end'] = (isStarted) => {
        lane.opening -= 1;
        if (isStarted) this.beginAtOnce(lane, message);
        else lane.inFlight.delete(message.conversationId);
        if (isStarted === undefined) {
          lane.doubtful = true;
          this.pump(lane, ...CLASSES);
        }
        ended.resolve();
      };
      return [{ message, fence: lane.lease.fence, end }];
    });
  }

  private beginAtOnce(lane: Lane, message: Outgoing): void {
    lane.pairs?.take(message.conversationId, performance.now());
    this.begun.add(message.id);
    this.track(this.call(lane, { message, attempt: 1 }).finally(() => this.begun.delete(message.id)));
  }

  /** Whether a message was started on acceptance and is not settled yet. */
  isCalling(messageId: string): boolean {
    return this.begun.has(messageId);
  }

  /** Looks for due sends of its phone numbers now. */
  look(): void {
    this.looks.wake();
  }

  /** The phone numbers this replica dispatches. */
  held(): ReadonlyMap<string, Pick<Lane, 'unheardSince' | 'inFlight' | 'pace'>> {
    return this.lanes;
  }

  private async renewLeases(): Promise<void> {
    const busy = new Set([...this.lanes].filter(([, { inFlight }]) => inFlight.size > 0).map(([id]) => id));
    const leases = await this.options.leases.renew(busy, { take: !this.stopping });
    const held = new Set(leases.map(({ phoneNumberId }) => phoneNumberId));
    for (const id of this.lanes.keys()) if (!held.has(id)) this.lanes.delete(id);
    for (const lease of leases) {
      const lane = this.lanes.get(lease.phoneNumberId);
      if (lane?.lease.fence !== lease.fence) this.open(lease);
      else {
        lane.lease = lease;
        lane.pace.throughput = lease.throughput;
      }
    }
  }

  /** Resolves to whether to look again soon. */
  private async pumpDue(): Promise<boolean> {
    if (this.stopping || this.lanes.size === 0) return false;
    const { rows } = await this.options.pool.query<{ id: string; class: Class | null; due: boolean }>({
      name: 'dispatch-due',
      text: `select n.id, c.class, q.due from unnest($1::text[]) as n(id) cross join unnest($2::smallint[]) as c(class)
             cross join lateral (
               select true as due where exists (select from messaging.dispatch d
                 where d.phone_number_id = n.id and d.class = c.class and d.state = 'queued')
               union all
               select bool_or(d.not_before <= now()) from messaging.dispatch d
               where d.phone_number_id = n.id and d.class = c.class and d.state = 'deferred') q
             where q.due is not null
             union all
             select n.id, null, true from unnest($1::text[], $3::bigint[]) as n(id, fence)
             where exists (select from messaging.dispatch d
               where d.phone_number_id = n.id and d.state = 'started' and d.fence < n.fence)`,
      values: [
        [...this.lanes.keys()],
        CLASSES,
        [...this.lanes.values()].map(({ lease }) => String(lease.fence)),
      ],
    });
    for (const { id, class: cls, due } of rows) {
      // Sends that an earlier holder started on acceptance as it lost the number.
      const lane = this.lanes.get(id);
      if (lane && cls === null) lane.doubtful = true;
      else if (cls !== null && due) this.wake(id, cls);
    }
    const doubtful = [...this.lanes.values()].filter((lane) => lane.doubtful);
    for (const lane of doubtful) this.pump(lane, ...CLASSES);
    return rows.length > 0 || doubtful.length > 0;
  }

  /** A lane starts doubtful: attempts left started may or may not have reached Meta. */
  private open(lease: Lease): void {
    const { phoneNumberId } = lease;
    const inFlight = this.inFlight.get(phoneNumberId) ?? new Set<string>();
    this.inFlight.set(phoneNumberId, inFlight);
    const pace = new NumberPace(lease.throughput);
    const lane: Lane = {
      lease,
      inFlight,
      pace,
      turns: new Turnstile(pace),
      pairs: undefined,
      claiming: false,
      opening: 0,
      recovering: false,
      isEmpty: { 0: false, 1: false },
      wanted: { 0: false, 1: false },
      notBefore: { 0: 0, 1: 0 },
      timer: undefined,
      doubtful: true,
      unheardSince: 0,
    };
    this.lanes.set(phoneNumberId, lane);
    this.options.logger.info(
      { phoneNumberId, fence: String(lease.fence) },
      'dispatcher: phone number leased; recovering started attempts, then dispatching',
    );
    this.pump(lane, ...CLASSES);
  }

  /**
   * Settles as unknown every started send that this process is not calling: a lost holder's, or our own from a claim
   * whose commit succeeded without an answer. The locks wait for that commit. No send starts on acceptance meanwhile.
   */
  private async recover(lane: Lane): Promise<void> {
    const { pool, logger } = this.options;
    const { inFlight, lease } = lane;
    const { phoneNumberId, fence } = lease;
    await pool.query('select from messaging.dispatch_leases where phone_number_id = $1 for update', [
      phoneNumberId,
    ]);
    await pool.query(`select pg_advisory_xact_lock(${OPENING_LOCK('$1')})`, [phoneNumberId]);
    const { rows } = await pool.query<{ message_id: string; account_id: string; attempt: number }>(
      `select message_id, account_id, attempt from messaging.dispatch
       where phone_number_id = $1 and state = 'started' and fence <= $2 and conversation_id <> all($3)`,
      [phoneNumberId, String(fence), [...inFlight]],
    );
    if (rows.length > 0)
      logger.warn(
        { phoneNumberId, count: rows.length },
        'dispatcher: orphaned attempts found; their outcomes are unknown until Meta reports them',
      );
    await Promise.all(
      rows.map(({ message_id, account_id, attempt }) =>
        this.settle({ id: message_id, accountId: account_id }, attempt, {
          kind: 'unknown',
          reason: 'the dispatcher was lost',
        }),
      ),
    );
  }

  private async pairsOf({ phoneNumberId, idleMs }: Lease): Promise<PairPace> {
    const { rows } = await this.options.pool.query<{ id: string; debt_ms: number }>(
      `with paid as (delete from messaging.pair_debts where phone_number_id = $1 and paid_at <= now())
       select conversation_id as id, extract(epoch from paid_at - now())::float8 * 1000 as debt_ms
       from messaging.pair_debts where phone_number_id = $1 and paid_at > now()`,
      [phoneNumberId],
    );
    return new PairPace(
      performance.now(),
      rows.map(({ id, debt_ms }) => [id, debt_ms]),
      Math.max(0, UNSAVED_DEBT_MS - idleMs),
    );
  }

  /** Claims as many sends as there is room for; marks `these` classes as having possible work. */
  private pump(lane: Lane, ...these: readonly Class[]): void {
    for (const cls of these) lane.wanted[cls] = true;
    if (this.stopping || this.lanes.get(lane.lease.phoneNumberId) !== lane || lane.claiming) return;
    const now = performance.now();
    let next = Infinity;
    for (const cls of CLASSES) {
      if (!lane.wanted[cls]) continue;
      const paced = lane.turns.room(cls, now);
      const room = Math.min(paced, MAX_IN_FLIGHT - (cls === 0 ? 0 : RESERVE) - lane.inFlight.size);
      if (paced < 1 || now < lane.notBefore[cls])
        next = Math.min(next, Math.max(lane.notBefore[cls], lane.turns.roomAt(cls, now)));
      else if (room >= 1) {
        const most = cls === 0 ? Infinity : CLAIM_OF_CAMPAIGNS;
        return this.begin(lane, cls, Math.min(room, most), room > most ? 0 : CLAIM_GAP_MS);
      }
    }
    this.pumpAt(lane, next);
  }

  /** Claims sends of this class and of lower classes before them; if more remain, again after `gapMs`. */
  private begin(lane: Lane, cls: Class, room: number, gapMs: number): void {
    const these = CLASSES.filter((one) => one <= cls);
    lane.claiming = true;
    for (const one of these) lane.wanted[one] = false;
    const claim = this.claim(lane, cls, room)
      .then(({ claimed, more, isAll }) => {
        for (const one of these) lane.isEmpty[one] = isAll && claimed.length === 0 && !lane.wanted[one];
        for (const one of these.filter((one) => more !== undefined && one >= more)) {
          lane.wanted[one] = true;
          lane.notBefore[one] = performance.now() + gapMs;
        }
        for (const one of claimed) this.track(this.call(lane, one));
        if (lane.pairs) this.pumpAt(lane, lane.pairs.freeAt, ...CLASSES);
      })
      .catch((err: unknown) => {
        lane.doubtful = true;
        this.options.logger.warn(
          { err },
          'dispatcher: claim failed; recovering started attempts, then claiming again',
        );
      })
      .finally(() => {
        lane.claiming = false;
        if (CLASSES.some((one) => lane.wanted[one])) this.pump(lane);
      });
    this.track(claim);
  }

  private pumpAt(lane: Lane, at: number, ...these: readonly Class[]): void {
    if (at === Infinity) return;
    clearTimeout(lane.timer);
    lane.timer = setTimeout(() => this.pump(lane, ...these), Math.max(0, at - performance.now()));
  }

  private track(work: Promise<unknown>): void {
    this.underWay.add(work);
    void work.finally(() => this.underWay.delete(work));
  }

  /**
   * Durably claims up to `room` sends by marking them started. The transaction locks the lease's row, so a change of
   * holder waits for it. Everyone who moves a send locks its message first; so does this, then rechecks the queue.
   * `more`: the lowest class that may have more. `isAll`: no conversation was held back.
   */
  private async claim(
    lane: Lane,
    cls: Class,
    room: number,
  ): Promise<{ claimed: readonly Claimed[]; more: Class | undefined; isAll: boolean }> {
    while (lane.doubtful) {
      lane.doubtful = false;
      lane.recovering = true;
      await this.recover(lane).finally(() => (lane.recovering = false));
    }
    const pairs = (lane.pairs ??= await this.pairsOf(lane.lease));
    const { lease, inFlight } = lane;
    const { pool, leases } = this.options;
    const now = performance.now();
    const held = [...inFlight, ...pairs.heldBack(now)];
    const { claimed, more } = await inTransaction(pool, async (tx) => {
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
        values: [lease.phoneNumberId, leases.replica, String(lease.fence), held, room, cls],
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
      await reachLate(started, tx);
      await this.saveDebts(
        tx,
        lease,
        started.map(({ conversationId }) => [conversationId, pairs.debtWith(conversationId, now)]),
      );
      return { claimed, more };
    });
    for (const { message } of claimed) {
      inFlight.add(message.conversationId);
      pairs.take(message.conversationId, now);
    }
    return { claimed, more, isAll: held.length === 0 };
  }

  /** Persists large pair debts for the next lease holder. */
  private async saveDebts(
    tx: PoolClient,
    { phoneNumberId }: Lease,
    debts: readonly (readonly [string, number])[],
  ) {
    const large = debts.filter(([, debtMs]) => debtMs > UNSAVED_DEBT_MS);
    if (large.length === 0) return;
    await tx.query({
      name: 'pair-debts',
      text: `insert into messaging.pair_debts as d (conversation_id, phone_number_id, paid_at)
             select id, $1, now() + debt_ms * interval '1 millisecond' from unnest($2::text[], $3::float8[]) as n(id, debt_ms)
             on conflict (conversation_id) do update set paid_at = excluded.paid_at, phone_number_id = excluded.phone_number_id`,
      values: [phoneNumberId, large.map(([id]) => id), large.map(([, debtMs]) => debtMs)],
    });
  }

  private async call(lane: Lane, claimed: Claimed): Promise<void> {
    const { message, attempt } = claimed;
    const outcome = await this.outcome(lane, claimed);
    if (outcome.kind === 'accepted') lane.unheardSince ||= Date.now();
    const settled = await this.settle(message, attempt, outcome);
    if (settled) this.options.announce(settled, message.awaiting);
    if (outcome.kind === 'deferred') this.look();
    lane.inFlight.delete(message.conversationId);
    const now = this.lanes.get(message.phoneNumberId) ?? lane;
    const cls = classOf(message);
    this.pump(now, ...(now.isEmpty[cls] ? [] : [cls]));
  }

  private async outcome(lane: Lane, claimed: Claimed): Promise<Outcome> {
    const isComplete = mediaWithoutMetaId(claimed.message).length === 0;
    const completed = isComplete ? claimed : await this.options.complete(claimed.message);
    if ('notSent' in completed) return this.outcomeOf(lane, claimed, completed.notSent);
    if (!(await lane.turns.turn(classOf(claimed.message), patience(claimed.message))))
      return { kind: 'deferred', reason: 'single sends went first' };
    if (performance.now() > lane.lease.validUntil)
      return { kind: 'deferred', reason: 'the lease ran out before the call' };
    const { message } = completed;
    const answer = await this.options.send(message, bodyOf(message));
    if (answer.kind === 'accepted') lane.pace.passed();
    return this.outcomeOf(lane, claimed, answer);
  }

  private outcomeOf(lane: Lane, { message, attempt }: Claimed, answer: SendOutcome): Outcome {
    if (answer.kind === 'refused') this.slowDown(lane, answer.scope);
    const outcome = outcomeOf(answer, { attempt, ageMs: Date.now() - Date.parse(message.createdAt) });
    this.options.onOutcome?.(outcome, answer);
    return outcome;
  }

  /**
   * Pauses the number or account that Meta throttles. A pair limit needs no pause: the deferred send already holds
   * back its person.
   */
  private slowDown({ lease }: Lane, scope: RefusalScope): void {
    if (scope !== 'pace-number' && scope !== 'pace-account') return;
    for (const [phoneNumberId, lane] of this.lanes) {
      const counted =
        scope === 'pace-account'
          ? lane.lease.accountId === lease.accountId
          : phoneNumberId === lease.phoneNumberId;
      if (!counted) continue;
      lane.pace.refused(performance.now());
      this.options.logger.warn(
        { phoneNumberId, scope },
        'dispatcher: Meta refused the pace; claims of this phone number pause for 1 to 60 s',
      );
    }
  }

  /** Stores the outcome of a call; retries until it succeeds, since no other process knows it. */
  private async settle(
    { id: messageId, accountId, traceparent }: Pick<Outgoing, 'id' | 'accountId'> & Partial<Outgoing>,
    attempt: number,
    outcome: Outcome,
  ) {
    for (let wait = 100; ; wait = Math.min(wait * 2, 2000)) {
      try {
        const settled = await this.options.store.apply(messages, {
          accountId,
          ...(this.options.isTraced && traceparent && { traceparent }),
          type: 'message.settle',
          data: { messageId, attempt, outcome, at: new Date().toISOString() },
        });
        return settled.ok ? settled.state : null;
      } catch (err) {
        this.options.logger.warn(
          { err, messageId, outcome: outcome.kind },
          `dispatcher: outcome not stored; retrying in ${wait} ms`,
        );
        await delay(wait);
      }
    }
  }
}

/** Whether a single send may be called as it is accepted. Excludes large debts: only a claim persists them. */
const hasRoom = (
  { lease, inFlight, turns, pairs, doubtful, recovering, opening }: Lane,
  { conversationId }: Outgoing,
  now: number,
) =>
  !doubtful &&
  !recovering &&
  now < lease.validUntil &&
  !inFlight.has(conversationId) &&
  inFlight.size < MAX_IN_FLIGHT &&
  turns.room(0, now) > opening &&
  pairs !== undefined &&
  pairs.debtWith(conversationId, now) <= UNSAVED_DEBT_MS;

const classOf = ({ campaignId }: MessageState): Class => (campaignId === null ? 0 : 1);

/** Deadline of a send's wait for its turn, on the monotonic clock. */
const patience = ({ expiresAt }: MessageState) =>
  expiresAt === undefined
    ? Infinity
    : performance.now() + Math.min(TURN_PATIENCE_MS, Date.parse(expiresAt) - Date.now());

/**
 * The body of the call. Meta returns our id (callback data, at most 512 characters) in every status, which settles a
 * lost answer.
 */
const bodyOf = (message: Outgoing) => ({
  messaging_product: 'whatsapp',
  recipient_type: 'individual',
  ...(message.to !== null && USER_ID.test(message.to) ? { recipient: message.to } : { to: message.to }),
  ...message.content,
  biz_opaque_callback_data: message.id,
});
