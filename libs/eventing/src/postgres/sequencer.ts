import type { QueryResultRow } from 'pg';
import { partitionOf } from '../partition.js';
import type { NumberedEvent } from './event-record.js';
import type { Session } from './session.js';

/** The longest a leader may be silent before Postgres ends its session, and with it the lock (ms). */
const SILENCE_MS = 3_000;

/**
 * Of the leader's session. The timeouts take the lock from a process that stands still, also when it stopped in the
 * middle of reading a result (tcp_*). The planner settings keep to the primary keys whatever the statistics of tables
 * that are empty one moment and full the next say.
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
const EVENT_COLUMNS =
  'e.id, e.account_id, e.stream, e.type, e.data::text as data, e.traceparent, e.created_at';

/** Takes the service's lock; it is the session's until that ends. */
export async function tryLead(session: Session, schema: string): Promise<boolean> {
  const { rows } = await session.query<{ won: boolean }>(
    'select pg_try_advisory_lock(hashtextextended($1, 0)) as won',
    [`wbiz.sequencer.${schema}`],
  );
  return rows[0]!.won;
}

/**
 * Gives committed events their numbers. It lives as long as the lock on `session`, through which alone it writes:
 * what a session without the lock would write, Postgres has already refused by ending it.
 */
export class Sequencer {
  #last = 0;
  #published = 0;
  #saved = 0;
  readonly #heads = new Map<number, number>();
  epoch = 0;

  private constructor(
    private readonly session: Session,
    private readonly schema: string,
    private readonly partitions: number,
  ) {}

  static async load(session: Session, schema: string, partitions: number): Promise<Sequencer> {
    const sequencer = new Sequencer(session, schema, partitions);
    const { rows } = await session.query<{ epoch: number; last_sequence: string; published: string }>(
      `select epoch, last_sequence, published from ${schema}.sequencer`,
    );
    const { epoch, last_sequence, published } = rows[0]!;
    sequencer.epoch = epoch;
    sequencer.#last = Number(last_sequence);
    sequencer.#published = sequencer.#saved = Number(published);
    const heads = await session.query<{ partition: number; sequence: string }>(
      `select partition, sequence from ${schema}.sequencer_heads`,
    );
    for (const { partition, sequence } of heads.rows) sequencer.#heads.set(partition, Number(sequence));
    return sequencer;
  }

  /** Up to `limit` events, in order, that are numbered and perhaps not on the log. */
  async unpublished(limit: number): Promise<NumberedEvent[]> {
    const { rows } = await this.#rows<EventRow & { sequence: string; partition: number; previous: string }>(
      'unpublished',
      `select s.sequence, s.partition, s.previous, ${EVENT_COLUMNS}
       from (select * from ${this.schema}.sequenced where sequence > $1 order by sequence limit $2) s
       join ${this.schema}.events e using (position) order by s.sequence`,
      [this.#published, limit],
    );
    return rows.map((row) => numbered(row, Number(row.sequence), row.partition, Number(row.previous)));
  }

  /** Numbers up to `limit` committed events, oldest first, and saves the mark of what was published before. */
  async number(limit: number): Promise<NumberedEvent[]> {
    const { rows } = await this.#rows<EventRow>(
      'pending',
      `select p.position, ${EVENT_COLUMNS}
       from (select position from ${this.schema}.pending order by position limit $1) p
       join ${this.schema}.events e using (position) order by p.position`,
      [limit],
    );
    if (rows.length === 0) return [];
    const heads = new Map<number, number>();
    const events = rows.map((row, index) => {
      const sequence = this.#last + 1 + index;
      const partition = partitionOf(row.account_id, this.partitions);
      const previous = heads.get(partition) ?? this.#heads.get(partition) ?? 0;
      heads.set(partition, sequence);
      return numbered(row, sequence, partition, previous);
    });
    const last = this.#last + rows.length;
    const published = this.#published;
    await this.#rows(
      'number',
      `with numbered as (
         insert into ${this.schema}.sequenced (sequence, position, partition, previous)
         select * from unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::bigint[])
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
        [...heads.values()],
        last,
        published,
      ],
    );
    this.#last = last;
    this.#saved = published;
    for (const [partition, sequence] of heads) this.#heads.set(partition, sequence);
    return events;
  }

  /** Everything up to `sequence` is acknowledged by the log. Kept in memory until the next statement saves it. */
  published(sequence: number): void {
    this.#published = sequence;
  }

  async savePublished(): Promise<void> {
    if (this.#saved === this.#published) return;
    await this.#rows('published', `update ${this.schema}.sequencer set published = $1`, [this.#published]);
    this.#saved = this.#published;
  }

  #rows<Row extends QueryResultRow>(name: string, text: string, values: unknown[]) {
    return this.session.query<Row>(text, values, name);
  }
}

function numbered(row: EventRow, sequence: number, partition: number, previous: number): NumberedEvent {
  const { id, stream, type, data, traceparent } = row;
  return {
    sequence,
    partition,
    previous,
    id,
    accountId: row.account_id,
    stream,
    type,
    data,
    traceparent,
    createdAt: row.created_at,
  };
}
