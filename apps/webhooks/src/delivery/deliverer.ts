import type { Logger } from '@wbiz/eventing/logger';
import { Periodic } from '@wbiz/eventing/periodic';
import type { Subscriptions } from '../subscription/subscriptions.js';
import type { DeliveryLog } from './delivery-log.js';
import type { FeedPages } from './feed-pages.js';
import { Hosts } from './hosts.js';
import type { Journal } from './journal.js';
import { Lane, type LaneOptions } from './lane.js';
import type { ReaderLeases } from './reader-leases.js';
import { MOST_PER_HOST } from './sender.js';

/** The interval doubles, up to `longest`, while every webhook is idle. */
const LOOK_MS = { first: 250, longest: 1_000 };
/** Minimum gap between prompted looks, so that not every commit causes one. */
const LOOK_GAP_MS = 10;
const RENEW_MS = 1_000;
const TIDY_MS = 60 * 60_000;
const PATIENCE_MS = 2_500;

export type DelivererOptions = Pick<LaneOptions, 'sender' | 'startSpan' | 'now' | 'disable'> & {
  readonly leases: ReaderLeases;
  readonly subscriptions: Subscriptions;
  readonly pages: FeedPages;
  readonly journal: Journal;
  readonly log: DeliveryLog;
  readonly logger: Logger;
};

/** Delivers the feeds to the webhooks whose lease this replica holds. */
export class Deliverer {
  private readonly lanes = new Map<string, Lane>();
  /** Lanes to be released once their last delivery has landed. */
  private readonly leaving = new Set<Lane>();
  private readonly hosts = new Hosts(MOST_PER_HOST);
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

  /** Call when a webhook was created, changed or got a replay or retry. */
  wake(): void {
    this.renewals.wake();
  }

  /** Call when a feed may have grown. */
  look(): void {
    if (this.lanes.size === 0) return;
    this.lookTimer ??= setTimeout(() => {
      this.lookTimer = undefined;
      this.looks.wake();
    }, LOOK_GAP_MS);
  }

  /** The webhooks this replica holds. */
  held(): ReadonlyMap<string, Lane> {
    return this.lanes;
  }

  /** Stops sending, waits up to 2.5 s for deliveries in flight, stores their outcomes and releases every webhook. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.lookTimer);
    await Promise.all([this.looks.stop(), this.renewals.stop(), this.tidying.stop()]);
    const lanes = [...this.lanes.values(), ...this.leaving];
    lanes.forEach((lane) => lane.end());
    await Promise.race([Promise.all(lanes.map((lane) => lane.landed())), after(PATIENCE_MS)]);
    lanes.forEach((lane) => this.options.journal.touch(lane));
    await this.options.journal.flush();
    await this.options.leases.end();
  }

  private async renew(): Promise<void> {
    const { leases, subscriptions, logger } = this.options;
    const { held, surplus, validUntil } = await leases.renew();
    this.validUntil = validUntil;
    const fences = new Map(held.map(({ webhookId, fence }) => [webhookId, fence]));
    for (const [id, lane] of this.lanes)
      if (fences.get(id) !== lane.fence) {
        lane.end();
        this.lanes.delete(id);
      }
    const leaving = new Set([...this.leaving].map(({ webhookId }) => webhookId));
    const stale = held.filter(
      ({ webhookId, version }) => !leaving.has(webhookId) && this.lanes.get(webhookId)?.version !== version,
    );
    if (stale.length > 0) {
      const loaded = await subscriptions.load(stale.map(({ webhookId }) => webhookId));
      for (const { subscription, standing } of loaded) {
        const lane = this.lanes.get(subscription.webhookId);
        if (standing.fence !== fences.get(subscription.webhookId)) continue; // taken by another replica meanwhile
        if (lane) lane.update(subscription, standing);
        else this.lanes.set(subscription.webhookId, this.laneOf(subscription, standing));
      }
      logger.debug(
        { read: loaded.length, held: this.lanes.size },
        'deliverer: new and changed webhooks read; looking at the feeds of all held ones',
      );
      this.looks.wake();
    }
    this.giveBack(surplus - this.leaving.size);
  }

  private laneOf(
    ...of: [ConstructorParameters<typeof Lane>[1], ConstructorParameters<typeof Lane>[2]]
  ): Lane {
    const { pages, sender, startSpan, journal, now, disable, logger } = this.options;
    const isHeld = () => !this.stopping && performance.now() < this.validUntil;
    const { hosts } = this;
    return new Lane({ pages, sender, startSpan, journal, hosts, now, isHeld, disable, logger }, ...of);
  }

  /** Ends `count` lanes, the idlest first, for replicas with fewer; releases each once its outcomes are stored. */
  private giveBack(count: number): void {
    const { journal, leases, logger } = this.options;
    const chosen = [...this.lanes.values()].toSorted((one, other) => one.inFlight - other.inFlight);
    for (const lane of chosen.slice(0, Math.max(0, count))) {
      lane.end();
      this.lanes.delete(lane.webhookId);
      this.leaving.add(lane);
      lane
        .landed()
        .then(() => {
          journal.touch(lane);
          return journal.flush();
        })
        .then(() => leases.release([lane]))
        .catch((err: unknown) =>
          logger.warn(
            { err, accountId: lane.accountId, webhookId: lane.webhookId },
            'deliverer: release of a surplus webhook failed; delivering to it again if the next renewal finds it still held',
          ),
        )
        .finally(() => this.leaving.delete(lane));
    }
  }

  /** Resolves to whether any webhook has work. */
  private async lookAtHeads(): Promise<boolean> {
    const lanes = [...this.lanes.values()];
    if (lanes.length === 0) return false;
    const heads = await this.options.pages.heads([...new Set(lanes.map(({ accountId }) => accountId))]);
    for (const lane of lanes) lane.look(heads.get(lane.accountId));
    return !lanes.every((lane) => lane.isAtRest);
  }
}

const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
