import { setTimeout as delay } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { classifyFault } from '../fault.js';
import type { Logger } from '../logger.js';
import type { LogEvent } from '../message.js';
import { NotCaughtUp } from './not-caught-up.js';
import { Parking, type ParkedAccount } from './parking.js';
import { apply, concernOf, follow, isBehind, type Mark, type Projection } from './projection.js';
import { inTransaction } from './transaction.js';
import type { WakeUp } from './wake-up.js';

const PERSIST_MS = 5_000;
/** The most parked events applied in one transaction, which locks the partition's checkpoints until it ends. */
const RETRIED_AT_ONCE = 100;

type Marks = ReadonlyMap<string, Mark>;
type Progress = {
  marks: Marks;
  persisted: Marks;
  persistedAt: number;
  delayMs: number;
  /** Whether an account of the partition is parked, as of the last transaction. */
  hasParked: boolean;
};

/**
 * The stored offset at which reading of a partition continues. `rewinds` changes when an operator changes the offset.
 */
export type Position = {
  readonly next?: number;
  readonly rewinds: number;
  readonly hasParked: boolean;
  /** Why the partition is halted; null if it is not. */
  readonly halted: string | null;
};

export type ProjectorOptions = {
  readonly pool: Pool;
  readonly schema: string;
  readonly projection: Projection;
  readonly logger: Logger;
  /**
   * Lets a replica that waits for an event ask the projecting replica to store its progress; announces rewinds to all.
   */
  readonly wakeUp?: WakeUp;
};

export type ProjectorStatus = {
  readonly projection: string;
  readonly partitions: readonly {
    readonly partition: number;
    readonly source: string;
    readonly epoch: number;
    readonly sequence: number;
    readonly persisted: number;
    /** The age of the partition's last event when it was handled (ms). */
    readonly delayMs: number;
  }[];
};

/**
 * Applies the shared log to one read model: each event once, in order, without gaps. Checkpoints, one per source and
 * partition, are stored in the transaction that changes the read model. A batch without events that the projection
 * handles advances them in memory only; they are stored every 5 s and on `persist()`.
 *
 * An event whose handler throws a broken fault parks its account: the event and all later events of the account are
 * kept in order, and the checkpoint advances. The parked events are retried when due; once the first can be applied,
 * the others follow.
 */
export class Projector {
  readonly #concerns: (event: LogEvent) => boolean;
  readonly #progress = new Map<number, Progress>();
  readonly #channel: string;
  readonly #rewound: string;
  readonly #parking: Parking;

  constructor(private readonly options: ProjectorOptions) {
    const { projection, schema, wakeUp, logger } = options;
    this.#concerns = concernOf(projection);
    this.#channel = `${schema}.persist.${projection.name}`;
    this.#rewound = `${schema}.rewound.${projection.name}`;
    this.#parking = new Parking(schema, projection.name);
    wakeUp?.onWake(this.#channel, () => {
      this.persist().catch((err: unknown) =>
        logger.warn({ err }, 'projector: progress not stored; a replica that waits for it may time out'),
      );
    });
  }

  /**
   * Applies a batch of one partition, in the order of the log; calls for the same partition must not overlap.
   * `persisted`: whether the stored checkpoint covers everything handed over so far, so that the offset may be
   * committed; `concerned`: whether the projection handles any of the new events. Throws {@link ProjectionGap} with
   * everything before the gap applied, and passing faults with nothing applied: hand the batch over again.
   */
  async handle(
    partition: number,
    events: readonly LogEvent[],
  ): Promise<{ readonly persisted: boolean; readonly concerned: boolean }> {
    const { projection } = this.options;
    const progress = await this.#load(partition);
    const seen = follow(partition, progress.marks, events, projection.name);
    const concerned = seen.fresh.some(this.#concerns);
    if (seen.gap || concerned) await this.#apply(partition, progress, events);
    else {
      this.#warnRestored(partition, seen.restored);
      this.#warnRefused(partition, seen.refused);
      progress.marks = seen.marks;
    }
    const last = events.at(-1);
    if (last) progress.delayMs = Math.max(0, Date.now() - Date.parse(last.time));
    if (Date.now() - progress.persistedAt >= PERSIST_MS) await this.#persist(partition, progress);
    return { persisted: unsaved(progress).length === 0, concerned };
  }

  /** Stores the progress that is in memory only; the stored checkpoints then cover everything handed over before. */
  async persist(): Promise<void> {
    for (const [partition, progress] of this.#progress) await this.#persist(partition, progress);
  }

  /**
   * Resolves once a source's events of a partition are applied up to `sequence`, by any replica, and `accountId` has no
   * parked events. Throws {@link NotCaughtUp} after `timeoutMs`.
   */
  async waitFor(
    source: string,
    partition: number,
    sequence: number,
    { timeoutMs = 2_000, accountId = '' } = {},
  ): Promise<void> {
    const { pool, schema, projection, wakeUp } = this.options;
    const giveUp = Date.now() + timeoutMs;
    const here = () => {
      const { marks, hasParked = true } = this.#progress.get(partition) ?? {};
      return !hasParked && (marks?.get(source)?.sequence ?? 0) >= sequence;
    };
    for (let wait = 5; sequence > 0 && !here(); wait = Math.min(wait * 2, 50)) {
      const { rowCount } = await pool.query({
        name: `wait-${schema}`,
        text: `select from ${schema}.checkpoints
               where projection = $1 and source = $2 and partition = $3 and sequence >= $4 and not
                 (has_parked and exists (select from ${schema}.parked where projection = $1 and account_id = $5))`,
        values: [projection.name, source, partition, sequence, accountId],
      });
      if (rowCount) return;
      if (Date.now() > giveUp)
        throw new NotCaughtUp(
          `Projection ${projection.name} did not reach ${sequence} of ${source} within ${timeoutMs} ms.`,
        );
      wakeUp?.wake(this.#channel);
      await delay(wait);
    }
  }

  /**
   * Drops the checkpoints in memory (of one partition, or of all), so that the stored ones are loaded: another replica
   * may have changed them.
   */
  forget(partition?: number): void {
    if (partition === undefined) this.#progress.clear();
    else this.#progress.delete(partition);
  }

  /** The stored position of each partition. */
  async positions(): Promise<ReadonlyMap<number, Position>> {
    const { pool, schema, projection } = this.options;
    const { rows } = await pool.query<{ partition: number; next: string | null } & Omit<Position, 'next'>>({
      name: `positions-${schema}`,
      text: `select partition, max(next_offset) as next, max(rewinds) as rewinds, bool_or(has_parked) as "hasParked",
               max(halted) as halted
             from ${schema}.checkpoints where projection = $1 group by partition`,
      values: [projection.name],
    });
    return new Map(
      rows.map(({ partition, next, ...more }) => [
        partition,
        { ...more, next: next === null ? undefined : Number(next) },
      ]),
    );
  }

  /** The epoch of the last applied event of a source in a partition; 0 if none is applied. */
  async epochOf(source: string, partition: number): Promise<number> {
    const { pool, schema, projection } = this.options;
    const { rows } = await pool.query<{ epoch: number }>(
      `select epoch from ${schema}.checkpoints where projection = $1 and source = $2 and partition = $3`,
      [projection.name, source, partition],
    );
    return rows[0]?.epoch ?? 0;
  }

  /**
   * The stored offset of a partition as this process last wrote or read it; undefined if this process has not loaded
   * it.
   */
  persistedOf(partition: number): number | undefined {
    const progress = this.#progress.get(partition);
    return progress && Math.max(0, ...[...progress.persisted.values()].map(({ next = 0 }) => next));
  }

  /**
   * Makes reading of a partition continue at `offset`, on the replica that reads it. Applied events are not applied
   * again; events left out show as a gap. Resolves to false if the partition has no checkpoint yet.
   */
  async rewind(partition: number, offset: number): Promise<boolean> {
    const { pool, schema, projection, wakeUp } = this.options;
    const { rowCount } = await pool.query(
      `update ${schema}.checkpoints set next_offset = $3, rewinds = rewinds + 1
       where projection = $1 and partition = $2`,
      [projection.name, partition, offset],
    );
    wakeUp?.wake(this.#rewound);
    return rowCount !== 0;
  }

  /** Stores why partitions are halted, for readers on other replicas; null if they are halted no longer. */
  async halted(partitions: readonly number[], reason: string | null): Promise<void> {
    const { pool, schema, projection } = this.options;
    await pool.query(
      `update ${schema}.checkpoints set halted = $3
       where projection = $1 and partition = any($2) and halted is distinct from $3`,
      [projection.name, partitions, reason],
    );
  }

  /** Calls `listener` when any process may have rewound a partition. */
  onRewound(listener: () => void): void {
    this.options.wakeUp?.onWake(this.#rewound, listener);
  }

  /** The accounts parked longest, each with its first event. */
  parked(limit = 100): Promise<readonly ParkedAccount[]> {
    return this.#parking.list(this.options.pool, limit);
  }

  /** Retries the due events of parked accounts; throws at the first passing fault. */
  async retryDue(): Promise<void> {
    for (const accountId of await this.#parking.due(this.options.pool)) await this.retry(accountId);
  }

  /** Applies the events of a parked account until one fails. Resolves to undefined if the account is not parked. */
  async retry(
    accountId: string,
  ): Promise<{ readonly applied: number; readonly parked: boolean } | undefined> {
    for (let applied = 0; ;) {
      const round = await this.#retrySome(accountId);
      if (!round) return applied > 0 ? { applied, parked: false } : undefined;
      if (round.applied > 0) this.options.projection.applied?.();
      applied += round.applied;
      if (!round.mayGoOn) return { applied, parked: round.parked };
    }
  }

  /**
   * Skips the first event of a parked account, stores the reason, and retries the account's other events. Resolves to
   * undefined if the account is not parked.
   */
  async skip(accountId: string, reason: string) {
    const { logger, projection } = this.options;
    const skipped = await this.#whileParked(accountId, (db) => this.#parking.skip(db, accountId, reason));
    if (!skipped) return undefined;
    logger.warn(
      { projection: projection.name, accountId, reason },
      'projector: an operator skipped an event; retrying the later events of its account',
    );
    return this.retry(accountId);
  }

  status(): ProjectorStatus {
    return {
      projection: this.options.projection.name,
      partitions: [...this.#progress].flatMap(([partition, { marks, persisted, delayMs }]) =>
        [...marks].map(([source, { epoch, sequence }]) => ({
          partition,
          source,
          epoch,
          sequence,
          persisted: persisted.get(source)?.sequence ?? 0,
          delayMs,
        })),
      ),
    };
  }

  async #load(partition: number): Promise<Progress> {
    const known = this.#progress.get(partition);
    if (known) return known;
    const { pool, schema, projection } = this.options;
    const { rows } = await pool.query<CheckpointRow>(
      `select source, epoch, sequence, next_offset, has_parked
       from ${schema}.checkpoints where projection = $1 and partition = $2`,
      [projection.name, partition],
    );
    const marks = marksOf(rows);
    const hasParked = rows.some(({ has_parked }) => has_parked);
    const progress = { marks, persisted: marks, persistedAt: Date.now(), delayMs: 0, hasParked };
    this.#progress.set(partition, progress);
    return progress;
  }

  async #apply(partition: number, progress: Progress, events: readonly LogEvent[]) {
    const { projection, logger } = this.options;
    const transact = (isOneByOne: boolean) => this.#transact(partition, progress, { events, isOneByOne });
    const seen = await transact(false).catch((err: unknown) => {
      if (classifyFault(err) === 'passing') throw err;
      logger.warn(
        { err, projection: projection.name, partition, events: events.length },
        'projector: events could not be applied together; applying them one by one',
      );
      return transact(true);
    });
    if (seen.handled > 0) projection.applied?.();
    this.#warnRestored(partition, seen.restored);
    this.#warnRefused(partition, seen.refused);
    if (seen.wentBack)
      logger.error(
        { alarm: true, projection: projection.name, partition },
        'projector: the stored checkpoint is older than the last one written, as after a database restore; continuing from the stored one',
      );
    const { hasParked, wentBack, marks } = seen;
    // `persist` may overlap with a batch: neither may set the other's marks back.
    progress.marks = wentBack ? marks : furthest(progress.marks, marks);
    progress.persisted = wentBack ? marks : furthest(progress.persisted, marks);
    progress.hasParked = hasParked;
    progress.persistedAt = Date.now();
    if (seen.gap) throw seen.gap;
  }

  async #transact(
    partition: number,
    progress: Progress,
    { events, isOneByOne }: { readonly events: readonly LogEvent[]; readonly isOneByOne: boolean },
  ) {
    const { pool, projection, logger } = this.options;
    const broken: { event: LogEvent; err: unknown }[] = [];
    const result = await inTransaction(pool, async (db) => {
      const stored = await this.#lock(db, partition, [...new Set(events.map(({ source }) => source))]);
      // A stored mark behind the one last written: the database was restored.
      const wentBack = [...progress.persisted].some(([source, mark]) =>
        isBehind(stored.marks.get(source) ?? NOTHING, mark),
      );
      const from = wentBack ? stored.marks : furthest(progress.marks, stored.marks);
      const seen = follow(partition, from, events, projection.name);
      const handled = seen.fresh.filter(this.#concerns);
      const parked = stored.hasParked ? await this.#parking.accounts(db, partition) : new Set<string>();
      if (isOneByOne)
        for (const event of handled) {
          if (parked.has(event.accountId)) await this.#parking.add(db, partition, [event]);
          else {
            const err = await this.#fault(db, event);
            if (err === undefined) continue;
            await this.#park(db, partition, event, err);
            parked.add(event.accountId);
            broken.push({ event, err });
          }
        }
      else {
        const [waiting, free] = split(handled, ({ accountId }) => parked.has(accountId));
        if (waiting.length > 0) await this.#parking.add(db, partition, waiting);
        if (free.length > 0) await apply(projection, free, db);
      }
      await this.#store(db, partition, seen.marks);
      return { ...seen, wentBack, handled: handled.length, hasParked: parked.size > 0 };
    });
    for (const { event, err } of broken) {
      const { accountId, id, type, source, sequence } = event;
      logger.error(
        { err, alarm: true, projection: projection.name, partition, accountId, id, type, source, sequence },
        'projector: an event cannot be applied; its account is parked, and the event is tried again',
      );
    }
    return result;
  }

  /**
   * Applies one event under a savepoint, so that the transaction survives a fault. Resolves to the fault if it is
   * broken, or to undefined if there is none; throws passing faults.
   */
  async #fault(db: PoolClient, event: LogEvent): Promise<unknown> {
    await db.query('savepoint event');
    try {
      await apply(this.options.projection, [event], db);
    } catch (error) {
      if (classifyFault(error) === 'passing') throw error;
      await db.query('rollback to savepoint event');
      return error ?? new Error('A handler threw nothing.');
    }
    await db.query('release savepoint event');
    return undefined;
  }

  async #park(db: PoolClient, partition: number, event: LogEvent, reason: unknown) {
    await this.#parking.add(db, partition, [event]);
    await this.#parking.failed(db, event.accountId, reason);
    await this.#hasParked(db, partition, true);
  }

  async #hasParked(db: PoolClient, partition: number, hasParked: boolean) {
    const { schema, projection } = this.options;
    await db.query(
      `update ${schema}.checkpoints set has_parked = $3 where projection = $1 and partition = $2`,
      [projection.name, partition, hasParked],
    );
  }

  /**
   * Runs `change` under the lock of the account's partition, and clears the partition's parked flag once no account is
   * parked. Resolves to undefined if the account is not parked.
   */
  async #whileParked<Result>(
    accountId: string,
    change: (db: PoolClient) => Promise<Result>,
  ): Promise<Result | undefined> {
    const { pool } = this.options;
    const partition = await this.#parking.partitionOf(pool, accountId);
    if (partition === undefined) return undefined;
    return inTransaction(pool, async (db) => {
      await this.#lock(db, partition, []);
      const result = await change(db);
      if ((await this.#parking.accounts(db, partition)).size === 0)
        await this.#hasParked(db, partition, false);
      return result;
    });
  }

  async #retrySome(accountId: string) {
    const { logger, projection } = this.options;
    const fields = { projection: projection.name, accountId };
    const round = await this.#whileParked(accountId, async (db) => {
      const waiting = await this.#parking.first(db, accountId, RETRIED_AT_ONCE);
      for (const [applied, { event }] of waiting.entries()) {
        const err = await this.#fault(db, event);
        if (err === undefined) continue;
        await this.#parking.applied(db, waiting.slice(0, applied));
        const retryMs = await this.#parking.failed(db, accountId, err);
        return { applied, failed: { err, id: event.id, type: event.type, retryMs } };
      }
      await this.#parking.applied(db, waiting);
      return { applied: waiting.length, isLast: waiting.length < RETRIED_AT_ONCE };
    });
    if (!round) return undefined;
    if (round.failed) {
      logger.warn(
        { ...fields, ...round.failed },
        'projector: a parked event cannot be applied; trying it again later',
      );
      return { applied: round.applied, mayGoOn: false, parked: true };
    }
    if (round.isLast)
      logger.info(fields, 'projector: all events of a parked account are applied; it is no longer parked');
    return { applied: round.applied, mayGoOn: !round.isLast, parked: false };
  }

  /**
   * Locks and reads the stored marks of a partition. A source without a row gets one first, so that there is a row to
   * lock.
   */
  async #lock(db: PoolClient, partition: number, sources: readonly string[]) {
    const { schema, projection } = this.options;
    const lock = async () =>
      (
        await db.query<CheckpointRow>({
          name: `lock-${schema}`,
          text: `select source, epoch, sequence, next_offset, has_parked from ${schema}.checkpoints
                 where projection = $1 and partition = $2 order by source for update`,
          values: [projection.name, partition],
        })
      ).rows;
    let rows = await lock();
    const missing = sources.filter((source) => rows.every((row) => row.source !== source));
    if (missing.length > 0) {
      await db.query(
        `insert into ${schema}.checkpoints (projection, source, partition, epoch, sequence)
         select $1, source, $2::smallint, 0, 0 from unnest($3::text[]) source order by source on conflict do nothing`,
        [projection.name, partition, missing],
      );
      rows = await lock();
    }
    return { marks: marksOf(rows), hasParked: rows.some(({ has_parked }) => has_parked) };
  }

  async #persist(partition: number, progress: Progress) {
    progress.persistedAt = Date.now();
    if (unsaved(progress).length > 0) await this.#apply(partition, progress, []);
  }

  async #store(db: PoolClient, partition: number, marks: Marks) {
    const { schema, projection } = this.options;
    const sources = [...marks.keys()].sort();
    await db.query({
      name: `store-${schema}`,
      text: `insert into ${schema}.checkpoints as stored (projection, source, partition, epoch, sequence, next_offset)
             select $1, source, $2::smallint, epoch, sequence, next
             from unnest($3::text[], $4::int[], $5::bigint[], $6::bigint[]) as m(source, epoch, sequence, next) order by source
             on conflict (projection, source, partition) do update
             set epoch = excluded.epoch, sequence = excluded.sequence, next_offset = excluded.next_offset
             where (stored.epoch, stored.sequence) < (excluded.epoch, excluded.sequence)`,
      values: [
        projection.name,
        partition,
        sources,
        sources.map((source) => marks.get(source)!.epoch),
        sources.map((source) => marks.get(source)!.sequence),
        sources.map((source) => marks.get(source)!.next),
      ],
    });
  }

  #warnRefused(partition: number, events: readonly LogEvent[]) {
    for (const { id, source, epoch, sequence } of events)
      this.options.logger.error(
        { alarm: true, projection: this.options.projection.name, partition, source, epoch, sequence, id },
        'projector: event skipped: its epoch is not the next of its source; another program may write to the log',
      );
  }

  #warnRestored(partition: number, events: readonly LogEvent[]) {
    for (const { source, epoch, sequence } of events)
      this.options.logger.error(
        { alarm: true, projection: this.options.projection.name, partition, source, epoch, sequence },
        `projector: ${source} was restored and continues in epoch ${epoch} from event ${sequence}; going on with that epoch, and keeping events that ${source} may have lost`,
      );
  }
}

const NOTHING: Mark = { epoch: 0, sequence: 0 };

type CheckpointRow = {
  source: string;
  epoch: number;
  sequence: string;
  next_offset: string | null;
  has_parked: boolean;
};

/** A row of epoch 0 was inserted only to be locked. */
const marksOf = (rows: readonly CheckpointRow[]): Marks =>
  new Map(
    rows
      .filter(({ epoch }) => epoch > 0)
      .map(({ source, epoch, sequence, next_offset: next }) => [
        source,
        { epoch, sequence: Number(sequence), next: next === null ? undefined : Number(next) },
      ]),
  );

function split<T>(all: readonly T[], isFirst: (one: T) => boolean): readonly [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}

function furthest(marks: Marks, others: Marks): Marks {
  const result = new Map(marks);
  for (const [source, other] of others) {
    const mark = marks.get(source);
    if (!mark || isBehind(mark, other)) result.set(source, other);
  }
  return result;
}

const unsaved = ({ marks, persisted }: Progress) =>
  [...marks].filter(([source, mark]) => {
    const saved = persisted.get(source);
    return !saved || isBehind(saved, mark);
  });
