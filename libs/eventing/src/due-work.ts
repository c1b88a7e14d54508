import type { Logger } from './logger.js';
import { Periodic } from './periodic.js';

const RENEW_MS = 10_000;
const PATIENCE_MS = 1_000;
/** Looks that find nothing are at most so far apart: what a lost replica left waits this much longer. */
const REST_MS = 5_000;
/** What fails here and is due again within this time is looked for as often as ever until then. */
const SOON_MS = 60_000;

export type DueWorkOptions<Item> = {
  /** What an item is, for the log: "read receipt". */
  readonly name: string;
  readonly lookEveryMs: number;
  /** Items worked on side by side. */
  readonly atOnce: number;
  /** Leases at most `room` items that are due. An item whose lease expires is due again. */
  readonly claim: (room: number) => Promise<readonly Item[]>;
  readonly work: (item: Item, stopping: AbortSignal) => Promise<void>;
  /** Stores what follows from a failed attempt. Resolves to the ms until the item is due again; null: not retried. */
  readonly failed: (item: Item, error: unknown) => Promise<number | null>;
  /** Extends the lease; called every 10 s during `work`, so a lease takes 30 s or more. */
  readonly renew?: (item: Item) => Promise<void>;
  /** Ends the lease, so that another replica goes on at once. With it `stop` waits a second, then leaves the work. */
  readonly release?: (item: Item) => Promise<void>;
  /** Fields of the log. */
  readonly fields: (item: Item) => object;
  readonly logger: Logger;
};

/**
 * Works on rows of a table that fall due, over all replicas. A look every so often is the truth, at rest every 5 s;
 * `wake` is a hint, for whatever falls due at once or sooner than that. The owner's SQL holds the leases and the next
 * due times; work whose lease expired may be done twice.
 */
export class DueWork<Item> {
  private readonly looks: Periodic;
  private readonly renewals: Periodic | undefined;
  private readonly underWay = new Set<Promise<void>>();
  /** Items in `work`; what follows from a failure must not be overwritten by a renewal. */
  private readonly held = new Set<Item>();
  private mayBeMore = false;
  /** When the last of what failed here is due again (ms since the epoch), if that is soon. */
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

  /** Something may be due. */
  wake(): void {
    this.looks.wake();
  }

  /** Claims nothing more and lets the work under way end; with `release`, for a second. */
  async stop(): Promise<void> {
    const { release } = this.options;
    await this.looks.stop();
    const ended = Promise.all(this.underWay);
    await (release ? within(PATIENCE_MS, ended) : ended);
    await this.renewals?.stop();
    if (release) await Promise.all([...this.held].map((item) => release(item)));
  }

  /** Resolves to whether something is under way, or soon to be due. */
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
        `${name}: attempt failed, due time not stored; retrying when the lease expires`,
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
