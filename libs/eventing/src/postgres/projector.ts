import { setTimeout as delay } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import type { Logger } from '../logger.js';
import type { LogEvent } from '../message.js';
import { NotCaughtUp } from './not-caught-up.js';
import {
  apply,
  follow,
  isBehind,
  typesOf,
  type Mark,
  type Projection,
  type ProjectionGap,
} from './projection.js';
import { inTransaction } from './transaction.js';
import type { WakeUp } from './wake-up.js';

const PERSIST_MS = 5_000;

type Marks = ReadonlyMap<string, Mark>;
type Progress = { marks: Marks; persisted: Marks; persistedAt: number; delayMs: number };

export type ProjectorOptions = {
  readonly pool: Pool;
  readonly schema: string;
  readonly projection: Projection;
  readonly logger: Logger;
  /** Lets a replica that waits ask the one that projects to persist where it is. */
  readonly wakeUp?: WakeUp;
};

export type ProjectorStatus = {
  readonly projection: string;
  /** Why it stands still for good. */
  readonly gap?: ProjectionGap;
  readonly partitions: readonly {
    readonly partition: number;
    readonly source: string;
    readonly epoch: number;
    readonly sequence: number;
    readonly persisted: number;
    /** How old the last event of the partition was when it was through. */
    readonly delayMs: number;
  }[];
};

/**
 * Applies the shared log to one read model: each event once, in order, none left out. Checkpoints, one per source and
 * partition, move with the rows. Where a batch holds nothing for this projection it advances in memory only, and
 * persists that every 5 s and on `persist()`.
 */
export class Projector {
  readonly #types: ReadonlySet<string>;
  readonly #progress = new Map<number, Progress>();
  readonly #channel: string;
  #gap: ProjectionGap | undefined;

  constructor(private readonly options: ProjectorOptions) {
    this.#types = typesOf(options.projection);
    this.#channel = `${options.schema}.persist.${options.projection.name}`;
    options.wakeUp?.onWake(this.#channel, () => {
      this.persist().catch((err: unknown) => options.logger.warn({ err }, 'progress could not be persisted'));
    });
  }

  /**
   * Applies a batch of one partition, in the order of the log; calls for the same partition must not overlap.
   * `persisted`: whether the stored checkpoint covers everything handed over so far, so that the offset may be
   * committed. Throws {@link ProjectionGap} once and on every further call, until `forget`; whatever a handler throws
   * leaves the batch unapplied, to be handed over again.
   */
  async handle(partition: number, events: readonly LogEvent[]): Promise<{ persisted: boolean }> {
    if (this.#gap) throw this.#gap;
    const { projection } = this.options;
    const progress = await this.#load(partition);
    const seen = follow(partition, progress.marks, events, projection.name);
    if (seen.gap || seen.fresh.some(({ type }) => this.#types.has(type)))
      await this.#apply(partition, progress, events);
    else {
      this.#warnRestored(partition, seen.restored);
      this.#warnRefused(partition, seen.refused);
      progress.marks = seen.marks;
    }
    const last = events.at(-1);
    if (last) progress.delayMs = Math.max(0, Date.now() - Date.parse(last.time));
    if (Date.now() - progress.persistedAt >= PERSIST_MS) await this.#persist(partition, progress);
    return { persisted: unsaved(progress).length === 0 };
  }

  /** Stores the progress that is in memory only; everything handed over before is then covered by checkpoints. */
  async persist(): Promise<void> {
    for (const [partition, progress] of this.#progress) await this.#persist(partition, progress);
  }

  /**
   * Resolves when a source's events of a partition are applied up to `sequence`, by whatever replica.
   * Throws {@link NotCaughtUp} after `timeoutMs`.
   */
  async waitFor(source: string, partition: number, sequence: number, timeoutMs = 2_000): Promise<void> {
    const { pool, schema, projection, wakeUp } = this.options;
    const giveUp = Date.now() + timeoutMs;
    const here = () => (this.#progress.get(partition)?.marks.get(source)?.sequence ?? 0) >= sequence;
    for (let wait = 5; sequence > 0 && !here(); wait = Math.min(wait * 2, 50)) {
      const { rowCount } = await pool.query({
        name: `wait-${schema}`,
        text: `select from ${schema}.checkpoints
               where projection = $1 and source = $2 and partition = $3 and sequence >= $4`,
        values: [projection.name, source, partition, sequence],
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

  /** On joining a group: another replica may have been on, so checkpoints are read anew; also lifts a gap, to be checked again. */
  forget(): void {
    this.#progress.clear();
    this.#gap = undefined;
  }

  status(): ProjectorStatus {
    return {
      projection: this.options.projection.name,
      gap: this.#gap,
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
      `select source, epoch, sequence from ${schema}.checkpoints where projection = $1 and partition = $2`,
      [projection.name, partition],
    );
    const marks = marksOf(rows);
    const progress = { marks, persisted: marks, persistedAt: Date.now(), delayMs: 0 };
    this.#progress.set(partition, progress);
    return progress;
  }

  async #apply(partition: number, progress: Progress, events: readonly LogEvent[]) {
    const { pool, projection, logger } = this.options;
    const seen = await inTransaction(pool, async (db) => {
      const sources = [...new Set([...progress.marks.keys(), ...events.map(({ source }) => source)])].sort();
      const stored = await this.#lock(db, partition, sources);
      const seen = follow(partition, furthest(progress.marks, stored), events, projection.name);
      const handled = seen.fresh.filter(({ type }) => this.#types.has(type));
      if (handled.length > 0) await apply(projection, handled, db);
      await this.#store(db, partition, seen.marks);
      return { ...seen, handled: handled.length };
    });
    if (seen.handled > 0) projection.applied?.();
    this.#warnRestored(partition, seen.restored);
    this.#warnRefused(partition, seen.refused);
    progress.marks = seen.marks;
    progress.persisted = seen.marks;
    progress.persistedAt = Date.now();
    if (!seen.gap) return;
    this.#gap = seen.gap;
    logger.error(
      { alarm: true, projection: projection.name, partition, source: seen.gap.event.source },
      seen.gap.message,
    );
    throw seen.gap;
  }

  /** The stored marks, locked; first a row is made for a source that has none, so that there is something to lock. */
  async #lock(db: PoolClient, partition: number, sources: readonly string[]): Promise<Marks> {
    const { schema, projection } = this.options;
    const lock = () =>
      db.query<CheckpointRow>({
        name: `lock-${schema}`,
        text: `select source, epoch, sequence from ${schema}.checkpoints
               where projection = $1 and partition = $2 and source = any($3) order by source for update`,
        values: [projection.name, partition, sources],
      });
    let { rows } = await lock();
    if (rows.length < sources.length) {
      await db.query(
        `insert into ${schema}.checkpoints (projection, source, partition, epoch, sequence)
         select $1, source, $2::smallint, 0, 0 from unnest($3::text[]) source order by source on conflict do nothing`,
        [projection.name, partition, sources],
      );
      ({ rows } = await lock());
    }
    return marksOf(rows);
  }

  async #persist(partition: number, progress: Progress) {
    progress.persistedAt = Date.now();
    const { marks } = progress;
    if (unsaved(progress).length === 0) return;
    await this.#store(this.options.pool, partition, marks);
    progress.persisted = furthest(progress.persisted, marks);
  }

  async #store(db: Pool | PoolClient, partition: number, marks: Marks) {
    const { schema, projection } = this.options;
    const sources = [...marks.keys()].sort();
    await db.query({
      name: `store-${schema}`,
      text: `insert into ${schema}.checkpoints as stored (projection, source, partition, epoch, sequence)
             select $1, source, $2::smallint, epoch, sequence
             from unnest($3::text[], $4::int[], $5::bigint[]) as m(source, epoch, sequence) order by source
             on conflict (projection, source, partition) do update set epoch = excluded.epoch, sequence = excluded.sequence
             where (stored.epoch, stored.sequence) < (excluded.epoch, excluded.sequence)`,
      values: [
        projection.name,
        partition,
        sources,
        sources.map((source) => marks.get(source)!.epoch),
        sources.map((source) => marks.get(source)!.sequence),
      ],
    });
  }

  #warnRefused(partition: number, events: readonly LogEvent[]) {
    for (const { id, source, epoch, sequence } of events)
      this.options.logger.error(
        { alarm: true, projection: this.options.projection.name, partition, source, epoch, sequence, id },
        'an event is of an epoch that its source cannot have reached; passed over',
      );
  }

  #warnRestored(partition: number, events: readonly LogEvent[]) {
    for (const { source, epoch, sequence } of events)
      this.options.logger.error(
        { alarm: true, projection: this.options.projection.name, partition, source, epoch, sequence },
        `${source} was restored: epoch ${epoch} begins here, at event ${sequence}; what it had told since may be gone.`,
      );
  }
}

type CheckpointRow = { source: string; epoch: number; sequence: string };

/** Epoch 0 is a row made only to be locked. */
const marksOf = (rows: readonly CheckpointRow[]): Marks =>
  new Map(
    rows
      .filter(({ epoch }) => epoch > 0)
      .map(({ source, epoch, sequence }) => [source, { epoch, sequence: Number(sequence) }]),
  );

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
