import type { Logger } from '@wbiz/eventing/logger';
import { Periodic } from '@wbiz/eventing/periodic';
import type { Standing, Subscription, Subscriptions } from '../subscription/subscriptions.js';
import type { DeliveryLog } from './delivery-log.js';
import type { FeedPages } from './feed-pages.js';
import { HostLimits } from './host-limits.js';
import type { OutcomeWriter } from './outcome-writer.js';
import { WebhookWorker, type WorkerOptions } from './webhook-worker.js';
import type { WebhookLeases } from './webhook-leases.js';
import { MOST_PER_HOST } from './sender.js';

/** Interval of reads of the feeds, in ms: doubles from `first` to `longest` while every webhook is idle. */
const LOOK_MS = { first: 250, longest: 1_000 };
/** Time from a commit to the read that it causes, in ms: further commits in that time cause no read of their own. */
const LOOK_GAP_MS = 10;
const RENEW_MS = 1_000;
const TIDY_MS = 60 * 60_000;
const DRAIN_MS = 2_500;

export type DelivererOptions = Pick<WorkerOptions, 'sender' | 'startSpan' | 'now' | 'disable'> & {
  readonly leases: WebhookLeases;
  readonly subscriptions: Subscriptions;
  readonly pages: FeedPages;
  readonly outcomes: OutcomeWriter;
  readonly log: DeliveryLog;
  readonly logger: Logger;
};

/** Delivers the feeds to the webhooks whose lease this replica holds. */
export class Deliverer {
  private readonly workers = new Map<string, WebhookWorker>();
  /** Workers of surplus webhooks. A webhook is released once its last delivery has ended and the outcome is stored. */
  private readonly leaving = new Set<WebhookWorker>();
  private readonly hosts = new HostLimits(MOST_PER_HOST);
  private readonly renewals: Periodic;
  private readonly looks: Periodic;
  private readonly tidying: Periodic;
  private validUntil = 0;
  private lookTimer: NodeJS.Timeout | undefined;
  private stopping = false;

  constructor(private readonly options: DelivererOptions) {
    const { log, now, logger } = options;
    this.renewals = new Periodic({
      name: 'deliverer: lease renewal',
      everyMs: RENEW_MS,
      run: () => this.renew(),
      logger,
    });
    this.looks = new Periodic({
      name: 'deliverer: look at the feeds',
      everyMs: LOOK_MS.first,
      restMs: LOOK_MS.longest,
      run: () => this.lookAtHeads(),
      logger,
    });
    this.tidying = new Periodic({
      name: 'deliverer: removal of old deliveries',
      everyMs: TIDY_MS,
      run: () => log.tidy(new Date(now())),
      logger,
    });
  }

  start(): void {
    this.renewals.start();
    this.renewals.wake();
    this.looks.start();
    this.tidying.start();
  }

  /** Call when a webhook was created or changed, or got a replay or retry. */
  wake(): void {
    this.renewals.wake();
  }

  /** Call when a feed may have grown. */
  look(): void {
    if (this.workers.size === 0) return;
    this.lookTimer ??= setTimeout(() => {
      this.lookTimer = undefined;
      this.looks.wake();
    }, LOOK_GAP_MS);
  }

  /** The workers of the webhooks that this replica holds, by webhook id. */
  held(): ReadonlyMap<string, WebhookWorker> {
    return this.workers;
  }

  /** Stops sending, waits up to 2.5 s for deliveries in flight, stores their outcomes and releases every webhook. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.lookTimer);
    await Promise.all([this.looks.stop(), this.renewals.stop(), this.tidying.stop()]);
    const workers = [...this.workers.values(), ...this.leaving];
    workers.forEach((worker) => worker.end());
    await Promise.race([Promise.all(workers.map((worker) => worker.drained())), after(DRAIN_MS)]);
    workers.forEach((worker) => this.options.outcomes.touch(worker));
    await this.options.outcomes.flush();
    await this.options.leases.end();
  }

  private async renew(): Promise<void> {
    const { leases, subscriptions, logger } = this.options;
    const { held, surplus, validUntil } = await leases.renew();
    this.validUntil = validUntil;
    const fences = new Map(held.map(({ webhookId, fence }) => [webhookId, fence]));
    for (const [id, worker] of this.workers)
      if (fences.get(id) !== worker.fence) {
        worker.end();
        this.workers.delete(id);
      }
    const leaving = new Set([...this.leaving].map(({ webhookId }) => webhookId));
    const stale = held.filter(
      ({ webhookId, version }) => !leaving.has(webhookId) && this.workers.get(webhookId)?.version !== version,
    );
    if (stale.length > 0) {
      const loaded = await subscriptions.load(stale.map(({ webhookId }) => webhookId));
      for (const { subscription, standing } of loaded) {
        const worker = this.workers.get(subscription.webhookId);
        if (standing.fence !== fences.get(subscription.webhookId)) continue; // another replica has taken the webhook meanwhile
        if (worker) worker.update(subscription, standing);
        else this.workers.set(subscription.webhookId, this.workerOf(subscription, standing));
      }
      logger.debug(
        { read: loaded.length, held: this.workers.size },
        'deliverer: new and changed webhooks read; looking at the feeds of all webhooks that this replica holds',
      );
      this.looks.wake();
    }
    this.giveBack(surplus - this.leaving.size);
  }

  private workerOf(subscription: Subscription, standing: Standing): WebhookWorker {
    const { pages, sender, startSpan, outcomes, now, disable, logger } = this.options;
    const isHeld = () => !this.stopping && performance.now() < this.validUntil;
    const { hosts } = this;
    const options = { pages, sender, startSpan, outcomes, hosts, now, isHeld, disable, logger };
    return new WebhookWorker(options, subscription, standing);
  }

  /** Ends `count` workers, first those with the fewest deliveries in flight, and releases their webhooks. */
  private giveBack(count: number): void {
    const { outcomes, leases, logger } = this.options;
    const chosen = [...this.workers.values()].toSorted((one, other) => one.inFlight - other.inFlight);
    for (const worker of chosen.slice(0, Math.max(0, count))) {
      worker.end();
      this.workers.delete(worker.webhookId);
      this.leaving.add(worker);
      worker
        .drained()
        .then(() => {
          outcomes.touch(worker);
          return outcomes.flush();
        })
        .then(() => leases.release([worker]))
        .catch((err: unknown) =>
          logger.warn(
            { err, accountId: worker.accountId, webhookId: worker.webhookId },
            'deliverer: release of a surplus webhook failed; delivering to it again if the next lease renewal finds it still held',
          ),
        )
        .finally(() => this.leaving.delete(worker));
    }
  }

  /** Resolves to true if any webhook has work. */
  private async lookAtHeads(): Promise<boolean> {
    const workers = [...this.workers.values()];
    if (workers.length === 0) return false;
    const heads = await this.options.pages.heads([...new Set(workers.map(({ accountId }) => accountId))]);
    for (const worker of workers) worker.look(heads.get(worker.accountId));
    return !workers.every((worker) => worker.isAtRest);
  }
}

const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
