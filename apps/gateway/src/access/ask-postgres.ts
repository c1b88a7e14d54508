import { setTimeout as delay } from 'node:timers/promises';
import { classifyFault } from '@wbiz/eventing/fault';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Pool, QueryConfig, QueryResultRow } from 'pg';

const PATIENCE_MS = 2_000;

/** Runs a query that a request waits for. Throws `unavailable` if Postgres cannot be reached or takes over 2 s. */
export async function askPostgres<Row extends QueryResultRow>(
  pool: Pool,
  query: QueryConfig,
): Promise<readonly Row[]> {
  const answered = new AbortController();
  try {
    const late = delay(PATIENCE_MS, undefined, { signal: answered.signal });
    // pg accepts query_timeout per query (client.js); its types lack it.
    const asked: QueryConfig & { query_timeout: number } = { ...query, query_timeout: PATIENCE_MS };
    const result = await Promise.race([pool.query<Row>(asked), late]);
    if (!result) throw notNow(new Error('Query read timeout'));
    return result.rows;
  } catch (error) {
    throw classifyFault(error) === 'passing' ? notNow(error) : error;
  } finally {
    answered.abort();
  }
}

function notNow(cause: unknown): Rejection {
  const rejection = new Rejection('unavailable', 'The request cannot be checked at present. Try again.', {
    retryAfter: 1,
  });
  rejection.cause = cause;
  return rejection;
}
