import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import type { Pool, QueryConfig, QueryResultRow } from 'pg';

/** The rows of a statement that gauges need. Postgres cancels the statement after 1 s. */
export function gaugeRows<Row extends QueryResultRow>(pool: Pool, query: QueryConfig): Promise<Row[]> {
  return inTransaction(pool, async (tx) => {
    await tx.query('set local statement_timeout = 1000');
    return (await tx.query<Row>(query)).rows;
  });
}
