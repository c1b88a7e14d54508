import type { Pool, PoolClient } from 'pg';
import type { LogEvent } from '../message.js';
import { retryDelay } from '../retry-delay.js';

/** The first and the longest delay before a retry (ms). */
const RETRY_MS = 2_000;
const LONGEST_MS = 300_000;

/** A parked event; `n` is its place in the order of all parked events. */
type Waiting = { readonly n: string; readonly event: LogEvent; readonly attempts: number };

/** An account whose events wait until the first of them can be applied. Times are RFC 3339. */
export type ParkedAccount = {
  readonly accountId: string;
  readonly partition: number;
  readonly events: number;
  readonly since: string;
  /** The id of the account's first parked event; the fields below describe the same event. */
  readonly eventId: string;
  readonly eventType: string;
  readonly source: string;
  readonly sequence: number;
  readonly reason: string;
  readonly attempts: number;
  readonly retryAt: string;
};

/**
 * The parked events of one projection. Every writer locks the partition's checkpoints, so a reader that holds the lock
 * sees all of the partition's parked events.
 */
export class Parking {
  readonly #parked: string;
  readonly #skipped: string;

  constructor(
    schema: string,
    private readonly projection: string,
  ) {
    this.#parked = `${schema}.parked`;
    this.#skipped = `${schema}.skipped`;
  }

  async accounts(db: PoolClient, partition: number): Promise<Set<string>> {
    const { rows } = await db.query<{ id: string }>(
      `select distinct account_id as id from ${this.#parked} where projection = $1 and partition = $2`,
      [this.projection, partition],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Adds events after the parked ones of their accounts. */
  async add(db: PoolClient, partition: number, events: readonly LogEvent[]): Promise<void> {
    await db.query(
      `insert into ${this.#parked} (projection, account_id, partition, source, sequence, event)
       select $1, event->>'accountId', $2, event->>'source', (event->>'sequence')::bigint, event
       from json_array_elements($3::json) with ordinality as e(event, ord) order by ord`,
      [this.projection, partition, JSON.stringify(events)],
    );
  }

  /** The first parked events of an account. */
  async first(db: PoolClient, accountId: string, limit: number): Promise<readonly Waiting[]> {
    const { rows } = await db.query<Waiting>(
      `select n, event, attempts from ${this.#parked} where projection = $1 and account_id = $2 order by n limit $3`,
      [this.projection, accountId, limit],
    );
    return rows;
  }

  /** Stores a failure of an account's first parked event. Resolves to the ms until that event is retried. */
  async failed(db: PoolClient, accountId: string, error: unknown): Promise<number> {
    const [head] = await this.first(db, accountId, 1);
    const attempts = head!.attempts + 1;
    const wait = retryDelay(attempts, RETRY_MS, LONGEST_MS);
    await db.query(
      `update ${this.#parked} set reason = $2, attempts = $3, due = clock_timestamp() + $4 * interval '1 ms' where n = $1`,
      [head!.n, reasonOf(error), attempts, wait],
    );
    return wait;
  }

  async applied(db: PoolClient, waiting: readonly Waiting[]): Promise<void> {
    await db.query(`delete from ${this.#parked} where n = any($1)`, [waiting.map(({ n }) => n)]);
  }

  /** Moves an account's first parked event to the skipped ones. Resolves to false if the account is not parked. */
  async skip(db: PoolClient, accountId: string, reason: string): Promise<boolean> {
    const { rowCount } = await db.query(
      `with first as (delete from ${this.#parked} where n =
         (select min(n) from ${this.#parked} where projection = $1 and account_id = $2) returning *)
       insert into ${this.#skipped} (n, projection, account_id, partition, source, sequence, event, reason, skipped_as)
       select n, projection, account_id, partition, source, sequence, event, coalesce(reason, ''), $3 from first`,
      [this.projection, accountId, reason],
    );
    return rowCount === 1;
  }

  /** The accounts whose first parked event is due for a retry. */
  async due(db: Pool): Promise<readonly string[]> {
    const { rows } = await db.query<{ id: string }>({
      name: `parked-due-${this.#parked}`,
      text: `select account_id as id from ${this.#parked} where projection = $1 and due <= clock_timestamp() order by due`,
      values: [this.projection],
    });
    return rows.map(({ id }) => id);
  }

  /** The partition of a parked account; undefined if the account is not parked. */
  async partitionOf(db: Pool, accountId: string): Promise<number | undefined> {
    const { rows } = await db.query<{ partition: number }>(
      `select partition from ${this.#parked} where projection = $1 and account_id = $2 limit 1`,
      [this.projection, accountId],
    );
    return rows[0]?.partition;
  }

  /** At most `limit` parked accounts, those parked longest first. */
  async list(db: Pool, limit: number): Promise<readonly ParkedAccount[]> {
    type Row = ParkedAccount & Record<'place' | 'count', string> & Record<'at' | 'due', Date>;
    const { rows } = await db.query<Row>(
      `select * from (
         select distinct on (account_id) account_id as "accountId", partition, source, sequence as place, reason, attempts,
           event->>'id' as "eventId", event->>'type' as "eventType", parked_at as at, due,
           count(*) over (partition by account_id) as count
         from ${this.#parked} where projection = $1 order by account_id, n) account
       order by at limit $2`,
      [this.projection, limit],
    );
    return rows.map(({ place, count, at, due, ...row }) => ({
      ...row,
      sequence: Number(place),
      events: Number(count),
      since: at.toISOString(),
      retryAt: due.toISOString(),
    }));
  }
}

const reasonOf = (error: unknown) => String(error).slice(0, 1_000);
