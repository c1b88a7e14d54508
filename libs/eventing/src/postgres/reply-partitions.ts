import type { Pool, PoolClient } from 'pg';
import type { Logger } from '../logger.js';
import { Periodic } from '../periodic.js';
import { inTransaction } from './transaction.js';

const HOUR_MS = 3_600_000;
const AHEAD_HOURS = 3;
/** The least time that a reply is kept, counted from when its command was issued. */
export const REPLIES_KEPT_MS = 24 * HOUR_MS;
const EVERY_MS = 10 * 60_000;

/**
 * Creates the hourly partitions of `replies` from the last hour to three ahead, moves the rows of those hours out of
 * the default partition, and drops replies older than 24 h. Runs on one replica at a time (advisory lock). Locks
 * `replies` for some milliseconds; if another transaction holds it for over a second, throws and changes nothing.
 */
export async function maintainReplyPartitions(
  pool: Pool,
  schema: string,
  now: Date = new Date(),
): Promise<{ created: string[]; dropped: string[] }> {
  const thisHour = Math.floor(now.getTime() / HOUR_MS) * HOUR_MS;
  const oldest = thisHour - REPLIES_KEPT_MS;
  return inTransaction(pool, async (tx) => {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`wbiz.replies.${schema}`]);
    const { rows } = await tx.query<{ name: string }>(
      `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
       where i.inhparent = $1::regclass and c.relname <> 'replies_default' order by 1`,
      [`${schema}.replies`],
    );
    const existing = new Set(rows.map(({ name }) => name));
    const missing = Array.from(
      { length: AHEAD_HOURS + 2 },
      (_, ahead) => thisHour + (ahead - 1) * HOUR_MS,
    ).filter((hour) => !existing.has(partitionOfHour(hour)));
    const dropped = [...existing].filter((name) => name < partitionOfHour(oldest));

    for (const hour of missing)
      await tx.query(
        `create table ${schema}.${partitionOfHour(hour)} (like ${schema}.replies including all)`,
      );
    if (missing.length + dropped.length > 0) {
      // Locks the whole table first: an insert already routed to the default partition would fail once its
      // hour's own partition is attached.
      await tx.query(
        `set local lock_timeout = '1s'; lock table only ${schema}.replies in access exclusive mode`,
      );
      for (const hour of missing) await attach(tx, schema, hour);
      for (const name of dropped) await tx.query(`drop table ${schema}.${name}`);
    }
    await tx.query(`delete from ${schema}.replies_default where issued_at < $1`, [new Date(oldest)]);
    return { created: missing.map(partitionOfHour), dropped };
  });
}

/**
 * Maintains the partitions once, throwing if that fails, and then every ten minutes. Resolves to the function that ends
 * the maintenance.
 */
export async function keepReplyPartitions({
  pool,
  schema,
  logger,
}: {
  pool: Pool;
  schema: string;
  logger: Logger;
}): Promise<() => Promise<void>> {
  await maintainReplyPartitions(pool, schema);
  const maintenance = new Periodic({
    name: 'reply partitions: maintenance',
    everyMs: EVERY_MS,
    run: () => maintainReplyPartitions(pool, schema),
    logger,
  });
  maintenance.start();
  return () => maintenance.stop();
}

/** `replies_2026092713`: UTC, so that names sort by time. */
const partitionOfHour = (hour: number) =>
  `replies_${new Date(hour).toISOString().slice(0, 13).replace(/\D/g, '')}`;

async function attach(tx: PoolClient, schema: string, hour: number) {
  const name = partitionOfHour(hour);
  const from = new Date(hour).toISOString();
  const to = new Date(hour + HOUR_MS).toISOString();
  await tx.query(
    `with moved as (delete from ${schema}.replies_default where issued_at >= '${from}' and issued_at < '${to}' returning *)
     insert into ${schema}.${name} select * from moved`,
  );
  await tx.query(
    `alter table ${schema}.replies attach partition ${schema}.${name} for values from ('${from}') to ('${to}')`,
  );
}
