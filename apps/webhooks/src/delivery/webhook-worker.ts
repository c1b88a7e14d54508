import type { DisabledReason } from '@wbiz/contracts/webhook-disabled';
import type { Logger } from '@wbiz/eventing/logger';
import type { Span, StartSpan } from '@wbiz/eventing/tracing';
import type { Standing, Subscription } from '../subscription/subscriptions.js';
import { failed, HEALTHY, isGivenUp, type BreakerState } from './circuit-breaker.js';
import { deliveryIdOf, envelopeOf } from './envelope.js';
import type { FeedPages } from './feed-pages.js';
import type { HostLimits } from './host-limits.js';
import type { Entry } from './ordered-window.js';
import type { OutcomeWriter } from './outcome-writer.js';
import { DOUBT_MS, retryMs } from './retry-schedule.js';
import type { Outcome, Sender } from './sender.js';
import { TokenBucket } from './token-bucket.js';
import { WebhookBacklog, type Item } from './webhook-backlog.js';

/** Maximum deliveries to one webhook in flight at once. */
const AT_ONCE = 32;
const PASS_EVERY_MS = 1_000;

export type WorkerOptions = {
  readonly pages: Pick<FeedPages, 'after' | 'givenUp' | 'due'>;
  readonly sender: Pick<Sender, 'send'>;
  readonly outcomes: Pick<OutcomeWriter, 'record' | 'failure' | 'touch' | 'isFull'>;
  readonly hosts: HostLimits;
  readonly startSpan?: StartSpan | undefined;
  /** ms since the epoch; the clock of retries, circuit breaker and signatures. */
  readonly now: () => number;
  /** Whether this replica still holds the lease. */
  readonly isHeld: () => boolean;
  readonly disable: (webhookId: string, accountId: string, reason: DisabledReason, detail: string) => void;
  readonly logger: Logger;
};

type Doubt = { readonly entry: Entry; readonly at: number; readonly due: number | null };

/**
 * Delivers one account's feed to one webhook, starting at the webhook's cursor. A failed event gets a row in failures,
 * and the cursor passes the event. While the endpoint itself is at fault, no failed live event is stored, the cursor
 * stays, and one probe at a time shows when to continue.
 */
export class WebhookWorker {
  readonly accountId: string;
  readonly webhookId: string;
  readonly fence: string;
  private readonly backlog: WebhookBacklog;
  private subscription: Subscription;
  /** Failed live events, oldest first, while it is not known whether the event or the endpoint is at fault. */
  private doubts: Doubt[] = [];
  private breaker: BreakerState;
  private rateLimit: TokenBucket | undefined;
  private rateTimer: NodeJS.Timeout | undefined;
  private sending = 0;
  private isOver = false;
  private passedAt = 0;
  private readonly onDrained: (() => void)[] = [];

  constructor(
    private readonly options: WorkerOptions,
    subscription: Subscription,
    standing: Standing,
  ) {
    const { pages, now, logger, outcomes } = options;
    this.subscription = subscription;
    this.webhookId = subscription.webhookId;
    this.accountId = subscription.accountId;
    this.fence = standing.fence;
    this.breaker = standing.breaker;
    this.rateLimit = rateLimitOf(subscription);
    const onReplayEnd = () => outcomes.touch(this);
    const reading = { pages, now, logger, onRead: () => this.pump(), onReplayEnd };
    this.backlog = new WebhookBacklog(reading, subscription, standing);
  }

  get version(): number {
    return this.subscription.version;
  }
  get inFlight(): number {
    return this.sending;
  }
  /** True if there is nothing to do until the feed grows. */
  get isAtRest(): boolean {
    return this.backlog.isEmpty && this.doubts.length === 0 && !this.isPaused;
  }
  get isPaused(): boolean {
    return this.breaker.probeAt !== null;
  }
  get behind(): WebhookBacklog['behind'] {
    return this.backlog.behind;
  }
  /** The state to store, from which the next holder of the lease continues. */
  get mark() {
    return { cursor: this.backlog.cursor, breaker: this.breaker };
  }
  get replayMark(): WebhookBacklog['replayMark'] {
    return this.backlog.replayMark;
  }

  /** Call when the webhook was changed, or got a replay or retry. */
  update(subscription: Subscription, standing: Standing): void {
    const before = this.subscription;
    this.subscription = subscription;
    if (before.url.href !== subscription.url.href) this.breaker = standing.breaker;
    if (before.ratePerSecond !== subscription.ratePerSecond) this.rateLimit = rateLimitOf(subscription);
    this.backlog.update(subscription, standing);
    this.pump();
  }

  /** Sends and reads what is due now; `head`: the last sequence of the account's feed. */
  look(head?: number): void {
    if (head !== undefined) this.backlog.grownTo(head);
    const now = this.options.now();
    if (this.doubts[0] && now - this.doubts[0].at >= DOUBT_MS) this.settleDoubts();
    this.pump();
    const passes = performance.now() - this.passedAt >= PASS_EVERY_MS;
    if (passes && !this.backlog.hasOpenLive) {
      this.passedAt = performance.now();
      this.options.outcomes.touch(this);
    }
  }

  /** Starts no further deliveries; those in flight continue. */
  end(): void {
    this.isOver = true;
    clearTimeout(this.rateTimer);
  }

  /** Resolves once no delivery is in flight. */
  drained(): Promise<void> {
    if (this.sending === 0) return Promise.resolve();
    return new Promise((resolve) => this.onDrained.push(resolve));
  }

  /** Call once the end of a replay is stored. */
  replayOver(id: string): void {
    this.backlog.replayOver(id);
    this.pump();
  }

  private readonly pump = (): void => {
    while (this.maySend()) {
      const { host } = this.subscription.url;
      if (!this.options.hosts.take(host, this.accountId, this.pump)) break;
      const item = this.backlog.take(this.isPaused)!;
      this.rateLimit?.take();
      void this.deliver(item, host);
    }
    if (this.isOver || !this.options.isHeld()) return;
    const { isPaused } = this;
    this.backlog.readOn({ isPaused, mayProbe: isPaused && this.options.now() >= this.breaker.probeAt! });
  };

  private maySend(): boolean {
    const { outcomes, now, isHeld } = this.options;
    if (this.isOver || this.sending >= AT_ONCE || outcomes.isFull || !isHeld()) return false;
    if (this.isPaused && (this.sending > 0 || now() < this.breaker.probeAt!)) return false;
    if (!this.backlog.hasNext) return false;
    const wait = this.rateLimit?.wait(performance.now()) ?? 0;
    if (wait === 0) return true;
    clearTimeout(this.rateTimer);
    this.rateTimer = setTimeout(this.pump, Math.max(1, wait));
    return false;
  }

  private async deliver(item: Item, host: string): Promise<void> {
    const { sender, outcomes, hosts, now } = this.options;
    const { webhookId, accountId } = this;
    const { row } = item;
    this.sending += 1;
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
    this.sending -= 1;
    this.backlog.release(item);
    hosts.give(host, accountId);
    const { sequence, id: eventId, type: eventType, messageId } = row;
    outcomes.record({
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
    outcomes.touch(this);
    this.pump();
    if (this.sending === 0) this.onDrained.splice(0).forEach((resolve) => resolve());
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
    const { accountId, webhookId } = this;
    if (this.isPaused)
      this.options.logger.info(
        { accountId, webhookId },
        'deliverer: delivery to a paused endpoint succeeded; ending the pause',
      );
    this.breaker = HEALTHY;
    // The endpoint works, so the doubtful events are at fault themselves.
    this.settleDoubts();
    if (item.of !== 'live') this.store(item, null);
    this.backlog.done(item);
  }

  private failed(item: Item, outcome: Outcome): void {
    const { now, disable, logger } = this.options;
    const { webhookId, accountId, isPaused: wasPaused } = this;
    const at = now();
    const jitter = 0.8 + Math.random() * 0.4;
    // A failed retry does not count: it has its own schedule and says little about the endpoint. While the endpoint is
    // paused, only the probe counts, not deliveries that were in flight before the pause.
    const counts = wasPaused ? at >= this.breaker.probeAt! : item.of !== 'retry';
    this.breaker = failed(this.breaker, { now: at, counts, failure: outcome, jitter });
    if (outcome.gone) disable(webhookId, accountId, 'gone', 'The endpoint answered 410 Gone.');
    else if (isGivenUp(this.breaker, at))
      disable(webhookId, accountId, 'failing', 'Every delivery failed for five days.');
    if (this.isPaused && !wasPaused)
      logger.info(
        { accountId, webhookId, statusCode: outcome.statusCode, error: outcome.error },
        'deliverer: endpoint paused after failures in a row; sending one probe at a time while the webhook is active',
      );
    if (this.isPaused) {
      this.backlog.restore(item, at);
      this.restoreDoubts();
      return;
    }
    const attempts = item.of === 'retry' ? item.row.attempts + 1 : 1;
    const wait = retryMs(attempts, outcome, jitter);
    const due = wait === null ? null : at + wait;
    if (item.of === 'live') {
      this.backlog.doubt(item.entry);
      this.doubts.push({ entry: item.entry, at, due });
    } else {
      this.store(item, { attempts, due });
      this.backlog.done(item);
    }
  }

  /** Call if the endpoint is at fault: the cursor stays before the doubtful events, which are sent again. */
  private restoreDoubts(): void {
    if (this.doubts.length === 0) return;
    this.doubts = [];
    this.backlog.restoreDoubts();
  }

  /** Call if the doubtful events are at fault: they get rows in failures, and the cursor passes them. */
  private settleDoubts(): void {
    for (const { entry, due } of this.doubts.splice(0)) {
      const item: Item = { of: 'live', row: entry.row, entry };
      this.store(item, { attempts: 1, due });
      this.backlog.done(item);
    }
    this.options.outcomes.touch(this);
  }

  /** Stores `next` as the delivery's row in failures; null: the delivery has succeeded, and the row is deleted. */
  private store(item: Item, next: { attempts: number; due: number | null } | null): void {
    const { webhookId, accountId, fence } = this;
    this.options.outcomes.failure({
      webhookId,
      accountId,
      fence,
      sequence: item.row.sequence,
      next: next && { attempts: next.attempts, due: next.due === null ? null : new Date(next.due) },
      written: () => this.backlog.stored(item, next?.due ?? null),
    });
  }
}

const rateLimitOf = ({ ratePerSecond }: Subscription) =>
  ratePerSecond === null ? undefined : new TokenBucket(ratePerSecond, performance.now());
