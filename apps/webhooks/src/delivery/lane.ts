import type { DisabledReason } from '@wbiz/contracts/webhook-disabled';
import type { Logger } from '@wbiz/eventing/logger';
import type { Span, StartSpan } from '@wbiz/eventing/tracing';
import { failed, HEALTHY, isGivenUp, type Condition } from './breaker.js';
import { deliveryIdOf, envelopeOf, type FeedRow } from './envelope.js';
import type { DueRow, FeedPages } from './feed-pages.js';
import type { Hosts } from './hosts.js';
import type { Journal } from './journal.js';
import { Pace } from './pace.js';
import { DOUBT_MS, retryMs } from './schedule.js';
import type { Outcome, Sender, Target } from './sender.js';
import { Window, type Entry } from './window.js';

/** Most deliveries to one webhook at once, and of these most retries and most replays, so that live events keep their pace. */
const AT_ONCE = 32;
const BESIDE = 8;
const PAGE = 200;
const MOST_OPEN = 400;
/** Most entries in the window, and so most that a crash repeats while one answer is slow. */
const MOST_UNPASSED = 2_000;
const PASS_EVERY_MS = 1_000;

/** A webhook as the deliverer sees it. */
export type Subscription = {
  readonly webhookId: string;
  readonly accountId: string;
  readonly version: number;
  readonly url: URL;
  /** Depends on the time: the old secret expires. */
  readonly target: (now: number) => Target;
  /** Null: all types. */
  readonly types: readonly string[] | null;
  readonly ratePerSecond: number | null;
  readonly since: Date | null;
};
export type Replay = {
  readonly id: string;
  readonly cursor: number;
  readonly last: number;
  readonly since: Date;
  readonly until: Date;
  readonly onlyFailed: boolean;
};
/** The stored state from which a new holder continues. */
export type Standing = {
  readonly fence: string;
  readonly cursor: number;
  readonly condition: Condition;
  readonly nextDue: number | null;
  readonly replays: readonly Replay[];
};

export type LaneOptions = {
  readonly pages: Pick<FeedPages, 'after' | 'givenUp' | 'due'>;
  readonly sender: Pick<Sender, 'send'>;
  readonly journal: Pick<Journal, 'record' | 'failure' | 'touch' | 'isFull'>;
  readonly hosts: Hosts;
  readonly startSpan?: StartSpan | undefined;
  /** ms since the epoch; the clock of schedule, breaker and signatures. */
  readonly now: () => number;
  /** Whether this replica still holds the lease. */
  readonly isHeld: () => boolean;
  readonly disable: (webhookId: string, accountId: string, reason: DisabledReason, detail: string) => void;
  readonly logger: Logger;
};

type Item =
  | { readonly of: 'live' | 'replay'; readonly row: FeedRow; readonly entry: Entry }
  | { readonly of: 'retry'; readonly row: DueRow };
type Doubt = { readonly entry: Entry; readonly at: number; readonly due: number | null };

/**
 * Delivers one account's feed to one webhook, starting at its cursor. A failed event gets a row in failures and the
 * cursor passes it. While the endpoint itself is at fault nothing is stored, the cursor stands still, and a probe now
 * and then tells when to continue.
 */
export class Lane {
  readonly accountId: string;
  readonly webhookId: string;
  readonly fence: string;
  private subscription: Subscription;
  private readonly live: Window;
  private replays: Replay[] = [];
  private replay: { readonly ask: Replay; readonly window: Window } | undefined;
  private readonly endedReplays = new Set<string>();
  private due: DueRow[] = [];
  private nextDue: number | null;
  /** Sequences whose retry is read but whose outcome is not stored yet. */
  private readonly retrying = new Set<number>();
  private doubts: Doubt[] = [];
  private condition: Condition;
  private pace: Pace | undefined;
  private paceTimer: NodeJS.Timeout | undefined;
  private head = 0;
  private flying = 0;
  private readonly beside = { retry: 0, replay: 0 };
  private readonly reading = new Set<'live' | 'replay' | 'retry'>();
  private isOver = false;
  private passedAt = 0;
  private readonly onLanded: (() => void)[] = [];

  constructor(
    private readonly options: LaneOptions,
    subscription: Subscription,
    standing: Standing,
  ) {
    this.subscription = subscription;
    this.webhookId = subscription.webhookId;
    this.accountId = subscription.accountId;
    this.fence = standing.fence;
    this.live = new Window(standing.cursor);
    this.condition = standing.condition;
    this.nextDue = standing.nextDue;
    this.replays = [...standing.replays];
    this.pace = paceOf(subscription);
  }

  get version(): number {
    return this.subscription.version;
  }
  get inFlight(): number {
    return this.flying;
  }
  /** True if there is nothing to do until the feed grows. */
  get isAtRest(): boolean {
    const { live, head, doubts, replay, nextDue, isPaused } = this;
    const isThrough = live.open === 0 && live.read >= head;
    return isThrough && doubts.length === 0 && !replay && nextDue === null && !isPaused;
  }
  /** The number of events beyond the cursor, and the time (ms since the epoch) of the oldest unfinished one read; 0: none. */
  get behind(): { readonly events: number; readonly since: number } {
    const { live, head } = this;
    return { events: Math.max(0, head - live.standing), since: live.oldest?.createdAt.getTime() ?? 0 };
  }
  /** The state the journal stores. */
  get mark() {
    return { cursor: this.live.standing, condition: this.condition };
  }

  /** Call when the webhook was changed, or got a replay or retry. */
  update(subscription: Subscription, { condition, nextDue, replays }: Standing): void {
    const before = this.subscription;
    this.subscription = subscription;
    if (before.url.href !== subscription.url.href) this.condition = condition;
    if (before.ratePerSecond !== subscription.ratePerSecond) this.pace = paceOf(subscription);
    for (const window of [this.live, this.replay?.window])
      for (const entry of window?.waiting() ?? [])
        if (subscription.types && !subscription.types.includes(entry.row.type)) window!.drop(entry);
    this.nextDue = earlier(this.nextDue, nextDue);
    // `replays` may have been read before one of them ended.
    this.replays = replays.filter(({ id }) => id !== this.replay?.ask.id && !this.endedReplays.has(id));
    this.pump();
  }

  /** Does whatever is due now; `head` is the account's last sequence. */
  look(head?: number): void {
    if (head !== undefined) this.head = Math.max(this.head, head);
    const now = this.options.now();
    if (this.doubts[0] && now - this.doubts[0].at >= DOUBT_MS) this.settleDoubts();
    this.pump();
    const passes = performance.now() - this.passedAt >= PASS_EVERY_MS;
    if (passes && this.live.open === 0) {
      this.passedAt = performance.now();
      this.options.journal.touch(this);
    }
  }

  /** Stops sending. */
  end(): void {
    this.isOver = true;
    clearTimeout(this.paceTimer);
  }

  /** Resolves once no delivery is in flight. */
  landed(): Promise<void> {
    if (this.flying === 0) return Promise.resolve();
    return new Promise((resolve) => this.onLanded.push(resolve));
  }

  get isPaused(): boolean {
    return this.condition.probeAt !== null;
  }

  private readonly pump = (): void => {
    while (this.maySend()) {
      const { host } = this.subscription.url;
      if (!this.options.hosts.take(host, this.accountId, this.pump)) break;
      const item = this.next()!;
      this.pace?.take();
      void this.deliver(item, host);
    }
    this.readOn();
  };

  private maySend(): boolean {
    const { journal, now, isHeld } = this.options;
    if (this.isOver || this.flying >= AT_ONCE || journal.isFull || !isHeld()) return false;
    if (this.isPaused && (this.flying > 0 || now() < this.condition.probeAt!)) return false;
    if (!this.hasNext()) return false;
    const wait = this.pace?.wait(performance.now()) ?? 0;
    if (wait === 0) return true;
    clearTimeout(this.paceTimer);
    this.paceTimer = setTimeout(this.pump, Math.max(1, wait));
    return false;
  }

  private hasNext(): boolean {
    const { live, due, replay, beside } = this;
    return (
      live.hasNext ||
      (due.length > 0 && beside.retry < BESIDE) ||
      (!!replay?.window.hasNext && beside.replay < BESIDE)
    );
  }

  /** Retries first, but in few places; then live events; then replays. */
  private next(): Item | undefined {
    const { live, due, replay, beside } = this;
    if (due.length > 0 && beside.retry < BESIDE && !(this.isPaused && live.hasNext)) {
      beside.retry += 1;
      return { of: 'retry', row: due.shift()! };
    }
    const entry = live.take();
    if (entry) return { of: 'live', row: entry.row, entry };
    const again = replay && beside.replay < BESIDE ? replay.window.take() : undefined;
    if (!again) return undefined;
    beside.replay += 1;
    return { of: 'replay', row: again.row, entry: again };
  }

  private async deliver(item: Item, host: string): Promise<void> {
    const { sender, journal, hosts, now } = this.options;
    const { webhookId, accountId } = this;
    const { row } = item;
    this.flying += 1;
    const span = this.spanOf(item, host);
    const outcome = await sender.send(this.subscription.target(now()), {
      id: row.id,
      body: envelopeOf(accountId, row),
      traceparent: span?.traceparent,
    });
    span?.end({
      error: outcome.delivered ? undefined : String(outcome.statusCode ?? 'no_answer'),
      attributes: { 'http.response.status_code': outcome.statusCode ?? undefined },
    });
    this.flying -= 1;
    if (item.of !== 'live') this.beside[item.of] -= 1;
    hosts.give(host, accountId);
    const { sequence, id: eventId, type: eventType, messageId } = row;
    journal.record({
      webhookId,
      id: deliveryIdOf(webhookId, row),
      sequence,
      eventId,
      eventType,
      messageId,
      outcome,
    });
    if (outcome.delivered) this.succeeded(item);
    else this.failed(item, outcome);
    journal.touch(this);
    this.pump();
    if (this.flying === 0) this.onLanded.splice(0).forEach((resolve) => resolve());
  }

  /** No span for an event without a trace. */
  private spanOf(item: Item, host: string): Span | undefined {
    const { row } = item;
    if (!row.traceparent) return undefined;
    return this.options.startSpan?.('POST', {
      kind: 'client',
      parent: row.traceparent,
      attributes: {
        'http.request.method': 'POST',
        'http.request.resend_count': item.of === 'retry' ? item.row.attempts : undefined,
        'server.address': host,
        'wbiz.webhook_id': this.webhookId,
        'wbiz.event_id': row.id,
        'wbiz.type': row.type,
      },
    });
  }

  private succeeded(item: Item): void {
    if (this.isPaused)
      this.options.logger.info(
        { accountId: this.accountId, webhookId: this.webhookId },
        'deliverer: delivery to a paused endpoint succeeded; ending its pause',
      );
    this.condition = HEALTHY;
    // The endpoint works, so the doubtful events failed by their own fault.
    this.settleDoubts();
    if (item.of === 'live') this.live.done(item.entry);
    else this.stored(item, null);
    if (item.of === 'replay') this.replayed(item.entry);
  }

  private failed(item: Item, outcome: Outcome): void {
    const { now, disable, logger } = this.options;
    const { webhookId, accountId, isPaused: wasPaused } = this;
    const at = now();
    const jitter = 0.8 + Math.random() * 0.4;
    // A retry does not count: it follows its own schedule and says little of the endpoint. While paused only the probe
    // counts, not what was still in flight.
    const counts = wasPaused ? at >= this.condition.probeAt! : item.of !== 'retry';
    this.condition = failed(this.condition, at, counts, outcome, jitter);
    if (outcome.gone) disable(webhookId, accountId, 'gone', 'The endpoint answered 410 Gone.');
    else if (isGivenUp(this.condition, at))
      disable(webhookId, accountId, 'failing', 'Every delivery failed for five days.');
    if (this.isPaused && !wasPaused)
      logger.info(
        { accountId, webhookId, statusCode: outcome.statusCode, error: outcome.error },
        'deliverer: endpoint paused after failures in a row; sending one probe at a time while the webhook is active',
      );

    const attempts = item.of === 'retry' ? item.row.attempts + 1 : 1;
    const wait = retryMs(attempts, outcome, jitter);
    const due = wait === null ? null : at + wait;
    if (this.isPaused) this.restore(item, at);
    else if (item.of === 'retry') this.stored(item, { attempts, due });
    else if (item.of === 'replay') {
      this.stored(item, { attempts, due });
      this.replayed(item.entry);
    } else {
      this.live.doubt(item.entry);
      this.doubts.push({ entry: item.entry, at, due });
    }
    if (this.isPaused) this.restoreDoubts();
  }

  /** Endpoint at fault: the attempt does not count. */
  private restore(item: Item, at: number): void {
    if (item.of === 'live') this.live.restore(item.entry);
    else if (item.of === 'replay') this.replay?.window.restore(item.entry);
    else {
      this.retrying.delete(item.row.sequence);
      this.nextDue = earlier(this.nextDue, at);
    }
  }

  /** Endpoint at fault: the cursor stays before the doubtful events. */
  private restoreDoubts(): void {
    if (this.doubts.length === 0) return;
    this.doubts = [];
    this.live.restore();
  }

  /** Events at fault: they get rows in failures, and the cursor passes them. */
  private settleDoubts(): void {
    for (const { entry, due } of this.doubts.splice(0)) {
      this.stored({ of: 'live', row: entry.row, entry }, { attempts: 1, due });
      this.live.done(entry);
    }
    this.options.journal.touch(this);
  }

  /** Stores the next step of a delivery; null: done. */
  private stored({ row, of }: Item, next: { attempts: number; due: number | null } | null): void {
    const { webhookId, accountId, fence } = this;
    const { sequence } = row;
    this.options.journal.failure({
      webhookId,
      accountId,
      fence,
      sequence,
      next: next && { attempts: next.attempts, due: next.due === null ? null : new Date(next.due) },
      written: () => {
        if (of === 'retry') this.retrying.delete(sequence);
        if (next) this.nextDue = earlier(this.nextDue, next.due);
      },
    });
  }

  private replayed(entry: Entry): void {
    this.replay?.window.done(entry);
  }

  /** Progress of the current replay; `over`: it has reached its end. */
  get replayMark(): { readonly id: string; readonly cursor: number; readonly over: boolean } | undefined {
    if (!this.replay) return undefined;
    const { ask, window } = this.replay;
    return { id: ask.id, cursor: window.standing, over: window.standing >= ask.last };
  }

  /** Call once the end of a replay is stored. */
  replayOver(id: string): void {
    this.endedReplays.add(id);
    if (this.replay?.ask.id === id) this.replay = undefined;
    this.pump();
  }

  private readOn(): void {
    if (this.isOver || !this.options.isHeld()) return;
    const { live } = this;
    if (live.read < this.head && hasRoom(live)) this.read('live', () => this.readLive());
    if (this.isPaused && (live.hasNext || this.options.now() < this.condition.probeAt!)) return;
    if (this.nextDue !== null && this.nextDue <= this.options.now() && this.due.length === 0)
      this.read('retry', () => this.readDue());
    if (!this.replay && this.replays[0]) {
      const ask = this.replays.shift()!;
      this.replay = { ask, window: new Window(ask.cursor) };
    }
    const { replay } = this;
    if (replay && replay.window.read < replay.ask.last && hasRoom(replay.window))
      this.read('replay', () => this.readReplay(replay.ask, replay.window));
    else if (replay && replay.window.standing >= replay.ask.last) this.options.journal.touch(this);
  }

  /** At most one read of each kind at a time; a failed one is repeated at the next look. */
  private read(of: 'live' | 'replay' | 'retry', work: () => Promise<void>): void {
    if (this.reading.has(of)) return;
    this.reading.add(of);
    work().then(
      () => {
        this.reading.delete(of);
        this.pump();
      },
      (err: unknown) => {
        this.reading.delete(of);
        const { accountId, webhookId } = this;
        this.options.logger.warn(
          { err, accountId, webhookId, read: of },
          'deliverer: reading events to deliver failed; trying again at the next look while the webhook is held',
        );
      },
    );
  }

  private async readLive(): Promise<void> {
    const { accountId, live } = this;
    const { types, since } = this.subscription;
    const page = await this.options.pages.after({ accountId, after: live.read, types, since, limit: PAGE });
    live.add(page.rows, page.through);
    this.head = Math.max(this.head, page.head);
  }

  private async readDue(): Promise<void> {
    const { retrying } = this;
    const now = this.options.now();
    const { rows, next } = await this.options.pages.due(this.webhookId, new Date(now), PAGE);
    const fresh = rows.filter(({ sequence }) => !retrying.has(sequence));
    for (const { sequence } of fresh) retrying.add(sequence);
    this.due.push(...fresh);
    this.nextDue = rows.length === PAGE ? now : next;
  }

  private async readReplay(ask: Replay, window: Window): Promise<void> {
    const { webhookId, accountId } = this;
    const { types } = this.subscription;
    const { pages } = this.options;
    const asked = { accountId, after: window.read, types, limit: PAGE, since: ask.since };
    const page = ask.onlyFailed ? await pages.givenUp(webhookId, asked, ask.last) : await pages.after(asked);
    const wanted = page.rows.filter(
      ({ sequence, createdAt }) => sequence <= ask.last && createdAt >= ask.since && createdAt < ask.until,
    );
    window.add(wanted, Math.min(page.through, ask.last));
  }
}

const hasRoom = ({ open, size }: Window) => open < MOST_OPEN - PAGE && size < MOST_UNPASSED;
const earlier = (one: number | null, other: number | null) =>
  one === null ? other : other === null ? one : Math.min(one, other);
const paceOf = ({ ratePerSecond }: Subscription) =>
  ratePerSecond === null ? undefined : new Pace(ratePerSecond, performance.now());
