import { Periodic } from '@wbiz/eventing/periodic';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import type { Pool } from 'pg';
import type { Announce } from '../message/outcome-reply.js';
import type { Outgoing } from '../message/message.state.js';
import { Attempts, type AttemptsOptions } from './attempts.js';
import { claimSends, type Claimed } from './claim-sends.js';
import type { DispatchLeases, Lease } from './dispatch-leases.js';
import { dueClasses } from './due-classes.js';
import { hasRoom, MAX_IN_FLIGHT, openLane, RESERVE, type Lane } from './lane.js';
import { loadPairs } from './pair-debts.js';
import { recoverStarted } from './recover-started.js';
import { CLASSES, classOf, type Class } from './send-class.js';
import type { Slot } from './start-on-acceptance.js';

/** Interval of reads of the queue, in ms: doubles from `first` to `longest` while no send is queued or deferred. */
const LOOK_MS = { first: 250, longest: 1_000 };
/** Minimum time between claims while more sends wait than may go, in ms: each claim then gets a batch, not one send. */
const CLAIM_GAP_MS = 50;
/** Maximum campaign sends per claim. Small: single sends accepted meanwhile wait until the claim has ended. */
const CLAIM_OF_CAMPAIGNS = 32;
const RENEW_MS = 1000;

export type DispatcherOptions = AttemptsOptions & {
  readonly pool: Pool;
  readonly leases: DispatchLeases;
  readonly announce: Announce;
};

/**
 * Sends accepted messages to Meta. Per leased phone number: claim a batch (mark attempts as started in one transaction
 * that checks the fence), call, settle. A send that need not wait starts in the transaction that accepts it. No other
 * attempt of a send starts before the outcome of the last one is known or settled as unknown, even after a crash.
 */
export class Dispatcher {
  private readonly lanes = new Map<string, Lane>();
  /** `inFlight` of each lane, by phone number. Kept when the lease is lost, since the calls in flight continue. */
  private readonly inFlight = new Map<string, Set<string>>();
  /** Claims and calls in progress. */
  private readonly underWay = new Set<Promise<unknown>>();
  /** Messages started on acceptance and not settled yet. */
  private readonly begun = new Set<string>();
  private readonly attempts: Attempts;
  private readonly renewals: Periodic;
  private readonly looks: Periodic;
  private stopping = false;

  constructor(private readonly options: DispatcherOptions) {
    const { logger } = options;
    this.attempts = new Attempts(options, this.lanes);
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

  /** Call when a send of this class was queued. Returns whether this replica dispatches the phone number. */
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
   * Returns a slot for each of these single sends that has room; the slot reserves the send's conversation until `end`
   * is called. The transaction that accepts the sends must still check the fence and that no other send goes first.
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

  /** Looks now for due sends of the phone numbers that this replica dispatches. */
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

  /** Resolves to true if there is work: the next look then comes after the shortest interval. */
  private async pumpDue(): Promise<boolean> {
    if (this.stopping || this.lanes.size === 0) return false;
    const { rows } = await dueClasses(this.options.pool, this.lanes);
    for (const { id, class: cls, due } of rows) {
      // A null class: an earlier holder of the lease left sends started, e.g. on acceptance while losing the lease.
      const lane = this.lanes.get(id);
      if (lane && cls === null) lane.doubtful = true;
      else if (cls !== null && due) this.wake(id, cls);
    }
    const doubtful = [...this.lanes.values()].filter((lane) => lane.doubtful);
    for (const lane of doubtful) this.pump(lane, ...CLASSES);
    return rows.length > 0 || doubtful.length > 0;
  }

  private open(lease: Lease): void {
    const { phoneNumberId, accountId } = lease;
    const inFlight = this.inFlight.get(phoneNumberId) ?? new Set<string>();
    this.inFlight.set(phoneNumberId, inFlight);
    const lane = openLane(lease, inFlight);
    this.lanes.set(phoneNumberId, lane);
    this.options.logger.info(
      { phoneNumberId, accountId, fence: String(lease.fence) },
      'dispatcher: lease of a phone number acquired; before sends are claimed, attempts that an earlier holder left unfinished become unknown',
    );
    this.pump(lane, ...CLASSES);
  }

  /** Claims as many sends as may go now, or sets a timer for the next. `these`: classes that may have new sends. */
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

  /** Claims sends of class `cls` and lower, lower classes first. If more remain, claims again after `gapMs`. */
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
          { err, phoneNumberId: lane.lease.phoneNumberId, accountId: lane.lease.accountId },
          'dispatcher: claiming sends failed; before the next claim, attempts that this claim may have started become unknown',
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
   * Claims up to `room` sends of this class and of lower ones. `more`: the lowest class that may have more sends.
   * `isAll`: whether no conversation was held back.
   */
  private async claim(
    lane: Lane,
    cls: Class,
    room: number,
  ): Promise<{ claimed: readonly Claimed[]; more: Class | undefined; isAll: boolean }> {
    const { pool, leases } = this.options;
    while (lane.doubtful) {
      lane.doubtful = false;
      lane.recovering = true;
      await recoverStarted(lane, this.attempts, this.options).finally(() => (lane.recovering = false));
    }
    const pairs = (lane.pairs ??= await loadPairs(pool, lane.lease));
    const { lease, inFlight } = lane;
    const now = performance.now();
    const held = [...inFlight, ...pairs.heldBack(now)];
    const { claimed, more } = await inTransaction(pool, (tx) =>
      claimSends(tx, { lease, replica: leases.replica, pairs, held, room, cls, now }),
    );
    for (const { message } of claimed) {
      inFlight.add(message.conversationId);
      pairs.take(message.conversationId, now);
    }
    return { claimed, more, isAll: held.length === 0 };
  }

  private async call(lane: Lane, claimed: Claimed): Promise<void> {
    const { message, attempt } = claimed;
    const outcome = await this.attempts.outcome(lane, claimed);
    if (outcome.kind === 'accepted') lane.unheardSince ||= Date.now();
    const settled = await this.attempts.settle(message, attempt, outcome);
    if (settled) this.options.announce(settled, message.awaiting);
    if (outcome.kind === 'deferred') this.look();
    lane.inFlight.delete(message.conversationId);
    const now = this.lanes.get(message.phoneNumberId) ?? lane;
    const cls = classOf(message);
    this.pump(now, ...(now.isEmpty[cls] ? [] : [cls]));
  }
}
