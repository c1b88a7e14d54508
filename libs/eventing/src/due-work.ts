import type { Logger } from './logger.js';
import { Periodic } from './periodic.js';

const RENEW_MS = 10_000;
const PATIENCE_MS = 1_000;
/**
 * The longest poll interval while nothing is due (ms); a crashed replica's items are claimed this long after their
 * leases expire.
 */
const REST_MS = 5_000;
/** A failed item that is due again within this time (ms) keeps polls at their shortest interval. */
const SOON_MS = 60_000;

export type DueWorkOptions<Item> = {
  /** The kind of item, for log lines: "read receipt". */
  readonly name: string;
  readonly lookEveryMs: number;
  /** How many items are worked on in parallel. */
  readonly atOnce: number;
  /** Leases at most `room` due items. An item whose lease expires is due again. */
  readonly claim: (room: number) => Promise<readonly Item[]>;
  readonly work: (item: Item, stopping: AbortSignal) => Promise<void>;
  /** Stores the failure of an attempt. Resolves to the ms until the item is due again; null: not retried. */
  readonly failed: (item: Item, error: unknown) => Promise<number | null>;
  /** Extends an item's lease; called every 10 s during `work`, so a lease must last 30 s or longer. */
  readonly renew?: (item: Item) => Promise<void>;
  /**
   * Ends an item's lease, so that another replica can claim the item at once. If given, `stop` waits for work 1 s at
   * most and then ends the leases.
   */
  readonly release?: (item: Item) => Promise<void>;
  /** The fields of log lines about an item. */
  readonly fields: (item: Item) => object;
  readonly logger: Logger;
};

/**
 * Works on database rows as they fall due, shared by all replicas. Polling alone (every 5 s while nothing is due)
 * guarantees that no row is missed; `wake` only hastens the next poll. The caller's functions store leases and due
 * times; an item whose lease expires during `work` may be worked on twice.
 */
export class DueWork<Item> {
  private readonly looks: Periodic;
  private readonly renewals: Periodic | undefined;
  private readonly underWay = new Set<Promise<void>>();
  /**
   * Items in `work`, whose leases are renewed. A failed item leaves first: a renewal would overwrite its stored due
   * time.
   */
  private readonly held = new Set<Item>();
  private mayBeMore = false;
  /** Until when polls keep their shortest interval because a failed item is due soon (ms since the epoch). */
  private dueUntil = 0;

  constructor(private readonly options: DueWorkOptions<Item>) {
    const { name, lookEveryMs, renew, logger } = options;
    this.looks = new Periodic({
      name: `${name}: claim`,
      everyMs: lookEveryMs,
      restMs: REST_MS,
      run: (stopping) => this.look(stopping),
      logger,
    });
    this.renewals =
      renew &&
      new Periodic({
        name: `${name}: lease renewal`,
        everyMs: RENEW_MS,
        run: () => Promise.all([...this.held].map((item) => renew(item))),
        logger,
      });
  }

  start(): void {
    this.looks.start();
    this.renewals?.start();
  }

  /** Polls at once, because an item may be due. */
  wake(): void {
    this.looks.wake();
  }

  /**
   * Claims nothing more and waits for the work under way; with `release`, for 1 s at most, and then ends the leases.
   */
  async stop(): Promise<void> {
    const { release } = this.options;
    await this.looks.stop();
    const ended = Promise.all(this.underWay);
    await (release ? within(PATIENCE_MS, ended) : ended);
    await this.renewals?.stop();
    if (release) await Promise.all([...this.held].map((item) => release(item)));
  }

  /**
   * Claims items for all free places. Resolves to false if no work is under way or due soon: the poll interval may
   * grow.
   */
  private async look(stopping: AbortSignal): Promise<boolean> {
    const { atOnce, claim } = this.options;
    for (let room; !stopping.aborted && (room = atOnce - this.underWay.size) > 0;) {
      const items = await claim(room);
      for (const item of items) this.begin(item, stopping);
      if (items.length < room) {
        this.mayBeMore = false;
        return this.underWay.size > 0 || Date.now() < this.dueUntil;
      }
    }
    this.mayBeMore = true;
    return true;
  }

  private begin(item: Item, stopping: AbortSignal): void {
    this.held.add(item);
    const done = this.options
      .work(item, stopping)
      .finally(() => this.held.delete(item))
      .catch((err: unknown) => this.afterFailure(item, err, stopping))
      .finally(() => {
        this.underWay.delete(done);
        if (this.mayBeMore) this.looks.wake();
      });
    this.underWay.add(done);
  }

  private async afterFailure(item: Item, err: unknown, stopping: AbortSignal): Promise<void> {
    const { name, lookEveryMs, failed, release, fields, logger } = this.options;
    try {
      if (release && stopping.aborted) return await release(item);
      const retryMs = await failed(item, err);
      if (retryMs !== null && retryMs <= SOON_MS)
        this.dueUntil = Math.max(this.dueUntil, Date.now() + retryMs + lookEveryMs);
      if (retryMs === null) logger.warn({ err, ...fields(item) }, `${name}: attempt failed; not retried`);
      else
        logger.info(
          { err, ...fields(item) },
          `${name}: attempt failed; retrying in ${Math.round(retryMs / 100) / 10} s`,
        );
    } catch (notStored) {
      logger.warn(
        { err: new AggregateError([err, notStored]), ...fields(item) },
        `${name}: attempt failed, and that was not stored; the item is due again when its lease expires, unless another replica has it`,
      );
    }
  }
}

const within = (ms: number, work: Promise<unknown>) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    void work.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
