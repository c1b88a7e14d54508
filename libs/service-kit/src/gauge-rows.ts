import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import type { Pool, QueryConfig, QueryResultRow } from 'pg';

/** The rows of one statement for gauges. Postgres cancels it after a second: no gauge is worth more. */
export function gaugeRows<Row extends QueryResultRow>(pool: Pool, query: QueryConfig): Promise<Row[]> {
  return inTransaction(pool, async (tx) => {
    await tx.query('set local statement_timeout = 1000');
    return (await tx.query<Row>(query)).rows;
  });
}
