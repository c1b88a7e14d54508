import type { QueryResultRow } from 'pg';
import { partitionOf } from '../partition.js';
import type { NumberedEvent } from './event-record.js';
import type { Session } from './session.js';

/** Postgres ends the session of a leader that is silent for this long (ms), and so releases the leader's lock. */
const SILENCE_MS = 3_000;

/**
 * The settings of the leader's session. The timeouts release the lock of a frozen process, even of one frozen while it
 * reads a result (tcp_*). The planner settings force the use of primary keys: the statistics of tables that are now
 * empty, now full, are misleading.
 */
export const leaderSettings = {
  idle_session_timeout: SILENCE_MS,
  idle_in_transaction_session_timeout: SILENCE_MS,
  tcp_user_timeout: SILENCE_MS,
  tcp_keepalives_idle: 1,
  tcp_keepalives_interval: 1,
  tcp_keepalives_count: 2,
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  jit: 'off',
};

type EventRow = {
  position: string;
  id: string;
  account_id: string;
  stream: string;
  type: string;
  data: string;
  traceparent: string | null;
  created_at: Date;
};
type NumberRow = {
  sequence: string | number;
  partition: number;
  previous: string | number;
  epoch: number;
};
const EVENT_COLUMNS =
  'e.id, e.account_id, e.stream, e.type, e.data::text as data, e.traceparent, e.created_at';

/**
 * At `at` (ms since the epoch) all events of the source up to `sequence` were on the log before the offsets `ends`, by
 * partition.
 */
export type LogMark = { readonly at: number; readonly sequence: number; readonly ends: readonly number[] };

/**
 * What one partition of the log holds of a source: all events up to `sequence` that belong there, and none after
 * `last`. Epoch 0: no event was read.
 */
export type Held = { readonly epoch: number; readonly sequence: number; readonly last: number };

/** The result of comparing the numbers with the log. */
export type Compared = {
  /** The last number on the log, if the log is ahead of the database: the database has lost commits. */
  readonly ahead?: number;
  /** The first published number that is no longer on the log. */
  readonly missing?: number;
};

type Head = { sequence: number; epoch: number };
const NO_HEAD: Head = { sequence: 0, epoch: 1 };

/** Tries to get the lock of the service's leader; the session then holds it until the session ends. */
export async function tryLead(session: Session, schema: string): Promise<boolean> {
  const { rows } = await session.query<{ won: boolean }>(
    'select pg_try_advisory_lock(hashtextextended($1, 0)) as won',
    [`wbiz.sequencer.${schema}`],
  );
  return rows[0]!.won;
}

/**
 * Numbers committed events. Writes only through `session`, which holds the leader's lock: Postgres takes the lock away
 * only by ending the session, so nothing is written without the lock.
 */
export class Sequencer {
  #last = 0;
  #published = 0;
  #saved = 0;
  /** By partition: the last number, and the epoch of the next event. */
  readonly #heads = new Map<number, Head>();
  #held: readonly Held[] = [];
  #mark: LogMark | null = null;
  epoch = 0;

  private constructor(
    private readonly session: Session,
    private readonly schema: string,
    private readonly partitions: number,
  ) {}

  static async load(session: Session, schema: string, partitions: number): Promise<Sequencer> {
    const sequencer = new Sequencer(session, schema, partitions);
    const { rows } = await session.query<{
      epoch: number;
      last_sequence: string;
      published: string;
      log_mark: LogMark | null;
    }>(`select epoch, last_sequence, published, log_mark from ${schema}.sequencer`);
    const { epoch, last_sequence, published, log_mark } = rows[0]!;
    sequencer.epoch = epoch;
    sequencer.#last = Number(last_sequence);
    sequencer.#published = sequencer.#saved = Number(published);
    sequencer.#mark = log_mark;
    const heads = await session.query<{ partition: number; sequence: string; epoch: number }>(
      `select partition, sequence, epoch from ${schema}.sequencer_heads`,
    );
    for (const { partition, sequence, epoch } of heads.rows)
      sequencer.#heads.set(partition, { sequence: Number(sequence), epoch });
    return sequencer;
  }

  /** The last number assigned to an event. */
  get last(): number {
    return this.#last;
  }

  /** The last stored mark of the log's end; null if there is none, or none since {@link compare}. */
  get mark(): LogMark | null {
    return this.#mark;
  }

  /** The epoch of the next event, by partition. */
  get epochs(): readonly number[] {
    return this.#partitions((partition) => this.#head(partition).epoch);
  }

  /**
   * Adjusts the numbers to the log; required before anything is numbered or published. Calls `onLost` first if the log
   * is ahead of the database.
   */
  async compare(held: readonly Held[], onLost?: () => Promise<unknown>): Promise<Compared> {
    this.#held = held;
    this.#mark = null;
    const missing = await this.#firstMissing();
    const furthest = Math.max(...held.map(({ last }) => last));
    const isAhead =
      furthest > this.#last || held.some(({ epoch }, partition) => epoch > this.#head(partition).epoch);
    if (missing !== undefined) this.#published = missing - 1;
    if (!isAhead) {
      await this.savePublished();
      return { missing };
    }
    await onLost?.();
    await this.#beginAnew(Math.max(furthest, this.#last), missing);
    return { missing, ahead: furthest };
  }

  /** Whether the log held the event when it was compared. */
  isHeld({ partition, sequence }: NumberedEvent): boolean {
    return sequence <= (this.#held[partition]?.sequence ?? 0);
  }

  /** Up to `limit` numbered events, in order, that may not be on the log. */
  async unpublished(limit: number): Promise<NumberedEvent[]> {
    const { rows } = await this.#rows<EventRow & NumberRow>(
      'unpublished',
      `select s.sequence, s.partition, s.previous, s.epoch, ${EVENT_COLUMNS}
       from (select * from ${this.schema}.sequenced where sequence > $1 order by sequence limit $2) s
       join ${this.schema}.events e using (position) order by s.sequence`,
      [this.#published, limit],
    );
    return rows.map((row) => numbered(row, row));
  }

  /** Numbers up to `limit` committed events, oldest first. If there are any, also saves up to which number Kafka has them. */
  async number(limit: number): Promise<NumberedEvent[]> {
    const { rows } = await this.#rows<EventRow>(
      'pending',
      `select p.position, ${EVENT_COLUMNS}
       from (select position from ${this.schema}.pending order by position limit $1) p
       join ${this.schema}.events e using (position) order by p.position`,
      [limit],
    );
    if (rows.length === 0) return [];
    const heads = new Map<number, Head>();
    const events = rows.map((row, index) => {
      const sequence = this.#last + 1 + index;
      const partition = partitionOf(row.account_id, this.partitions);
      const { sequence: previous, epoch } = heads.get(partition) ?? this.#head(partition);
      heads.set(partition, { sequence, epoch });
      return numbered(row, { sequence, partition, previous, epoch });
    });
    const last = this.#last + rows.length;
    const published = this.#published;
    await this.#rows(
      'number',
      `with numbered as (
         insert into ${this.schema}.sequenced (sequence, position, partition, previous, epoch)
         select * from unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::bigint[], $9::int[])
       ), taken as (
         delete from ${this.schema}.pending where position = any($2::bigint[])
       ), heads as (
         insert into ${this.schema}.sequencer_heads (partition, sequence) select * from unnest($5::smallint[], $6::bigint[])
         on conflict (partition) do update set sequence = excluded.sequence
       )
       update ${this.schema}.sequencer set last_sequence = $7, published = $8`,
      [
        events.map(({ sequence }) => sequence),
        rows.map(({ position }) => position),
        events.map(({ partition }) => partition),
        events.map(({ previous }) => previous),
        [...heads.keys()],
        [...heads.values()].map(({ sequence }) => sequence),
        last,
        published,
        events.map(({ epoch }) => epoch),
      ],
    );
    this.#last = last;
    this.#saved = published;
    for (const [partition, head] of heads) this.#heads.set(partition, head);
    return events;
  }

  /**
   * Notes that all events up to `sequence` are acknowledged by Kafka; {@link number} or {@link savePublished} saves it.
   */
  published(sequence: number): void {
    this.#published = sequence;
  }

  async savePublished(): Promise<void> {
    if (this.#saved === this.#published) return;
    await this.#rows('published', `update ${this.schema}.sequencer set published = $1`, [this.#published]);
    this.#saved = this.#published;
  }

  /**
   * Saves a mark: at `at`, the published events of the source, and none of its later events, were before the offsets
   * `ends`.
   */
  async saveMark(at: number, ends: readonly number[]): Promise<void> {
    if (this.#mark?.ends.every((end, partition) => end === ends[partition])) return;
    const mark = { at, sequence: this.#published, ends };
    await this.#rows('mark', `update ${this.schema}.sequencer set log_mark = $1`, [JSON.stringify(mark)]);
    this.#mark = mark;
  }

  /** The number of the first published event that the log does not hold. */
  async #firstMissing(): Promise<number | undefined> {
    const behind = [...this.#heads].filter(
      ([partition, { sequence }]) => sequence > this.#held[partition]!.sequence,
    );
    if (behind.length === 0) return undefined;
    const { rows } = await this.session.query<{ first: string | null }>(
      `select min(m.first) as first from unnest($1::smallint[], $2::bigint[]) as held(partition, sequence)
       cross join lateral (
         select s.sequence as first from ${this.schema}.sequenced s
         where s.partition = held.partition and s.sequence > held.sequence and s.sequence <= $3
         order by s.sequence limit 1) m`,
      [
        behind.map(([partition]) => partition),
        behind.map(([partition]) => this.#held[partition]!.sequence),
        this.#published,
      ],
    );
    const { first } = rows[0]!;
    return first === null ? undefined : Number(first);
  }

  /**
   * Begins a new epoch, with numbers after `last`. A partition's epoch becomes one above that of its last event, on the
   * log or in the database, so it rises by one even if the partition had no event in an epoch.
   */
  async #beginAnew(last: number, missing: number | undefined): Promise<void> {
    const { rows } = await this.session.query<{ partition: number; epoch: number }>(
      `select h.partition, s.epoch from ${this.schema}.sequencer_heads h
       join ${this.schema}.sequenced s on s.sequence = h.sequence`,
    );
    const here = new Map(rows.map(({ partition, epoch }) => [partition, epoch]));
    const heads = this.#partitions((partition): Head => {
      const { sequence, epoch } = this.#head(partition);
      const lastEpoch = Math.max(this.#held[partition]!.epoch, here.get(partition) ?? 0);
      return { sequence, epoch: Math.max(epoch, lastEpoch + 1) };
    });
    const epoch = Math.max(this.epoch + 1, ...heads.map((head) => head.epoch));
    const published = missing === undefined ? last : missing - 1;
    await this.session.query(
      `with heads as (
         insert into ${this.schema}.sequencer_heads (partition, sequence, epoch)
         select * from unnest($1::smallint[], $2::bigint[], $3::int[])
         on conflict (partition) do update set epoch = excluded.epoch
       )
       update ${this.schema}.sequencer set epoch = $4, last_sequence = $5, published = $6`,
      [
        heads.map((_, partition) => partition),
        heads.map(({ sequence }) => sequence),
        heads.map((head) => head.epoch),
        epoch,
        last,
        published,
      ],
    );
    heads.forEach((head, partition) => this.#heads.set(partition, head));
    this.epoch = epoch;
    this.#last = last;
    this.#published = this.#saved = published;
  }

  #head(partition: number): Head {
    return this.#heads.get(partition) ?? NO_HEAD;
  }

  #partitions<T>(of: (partition: number) => T): T[] {
    return Array.from({ length: this.partitions }, (_, partition) => of(partition));
  }

  #rows<Row extends QueryResultRow>(name: string, text: string, values: unknown[]) {
    return this.session.query<Row>(text, values, name);
  }
}

function numbered(row: EventRow, { sequence, partition, previous, epoch }: NumberRow): NumberedEvent {
  const { id, stream, type, data, traceparent } = row;
  return {
    sequence: Number(sequence),
    partition,
    previous: Number(previous),
    epoch,
    id,
    accountId: row.account_id,
    stream,
    type,
    data,
    traceparent,
    createdAt: row.created_at,
  };
}
